"""Finding nodes of the drawing by what a person reads on them. Pure; linear in the drawing."""

from gradviz.drawing.shapes import Drawing, Mark
from gradviz.state.values import AppState, Chosen, Search


def searched(state: AppState, query: str) -> AppState:
    """Return the state in which this is looked for: at the same hit as before where it still is one."""
    hits = found(state.drawing, query) if state.drawing else ()
    before = state.search.hit if state.search else None
    return _at(state, Search(query, hits, hits.index(before) if before in hits else 0))


def stepped(state: AppState, step: int) -> AppState:
    """Return the state at the next hit, the first again after the last."""
    search = state.search
    if search is None or not search.hits:
        return state
    return _at(state, search._replace(at=(search.at + step) % len(search.hits)))


def found(drawing: Drawing, query: str) -> tuple[str, ...]:
    """Return the nodes that the query stands on: a name, an op, a shape, "line 3"."""
    wanted = " ".join(query.casefold().split())
    if not wanted:
        return ()
    return tuple(mark.id for mark in drawing.nodes if wanted in _text(mark))


def _text(mark: Mark) -> str:
    line = f"line {mark.line}" if mark.line else ""
    return "\n".join((mark.title, mark.description, line, *(text.text for text in mark.texts))).casefold()


def _at(state: AppState, search: Search) -> AppState:
    chosen = Chosen("mark", search.hit) if search.hit else state.chosen
    return state._replace(search=search, chosen=chosen)
