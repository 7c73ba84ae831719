"""Finding nodes of the drawing by what a person reads on them. Pure; linear in what has not been looked at before."""

from collections import defaultdict
from collections.abc import Iterator

from gradviz.drawing.pages.marks import Marks, find
from gradviz.drawing.pages.told import sought
from gradviz.drawing.shapes import Drawing
from gradviz.state.appstate import AppState
from gradviz.state.messages import Searched, SearchStepped
from gradviz.state.values.chosen import Chosen, Search


def looked_for(state: AppState, message: Searched | SearchStepped) -> AppState:
    """Return the state after a message about what the person looks for."""
    if isinstance(message, SearchStepped):
        return stepped(state, message.step)
    return state._replace(search=None) if message.query is None else searched(state, message.query, state.drawing)


def searched(state: AppState, query: str, of: Drawing | None) -> AppState:
    """Return the state in which this is looked for: at the same hit as before where it still is one.

    Args:
        state: what is searched.
        query: what is looked for.
        of: the drawing in which the state's hits were found.
    """
    before = state.search or Search("")
    hits = found(state.drawing, query, before, of) if state.drawing else ()
    return _at(state, Search(query, hits, hits.index(before.hit) if before.hit in hits else 0))


def stepped(state: AppState, step: int) -> AppState:
    """Return the state at the next hit, the first again after the last."""
    search = state.search
    if search is None or not search.hits:
        return state
    return _at(state, search._replace(at=(search.at + step) % len(search.hits)))


def found(drawing: Drawing, query: str, before: Search, of: Drawing | None) -> tuple[str, ...]:
    """Return the nodes that the query stands on (a name, an op, a shape, "line 3"), and the edges from their badges.

    A step leaves most pages as they are, and a longer query is found only where a part of it was: neither reads them
    again.

    Args:
        drawing: of the nodes.
        query: what is looked for.
        before: what was looked for last, and where it is.
        of: the drawing in which that was.
    """
    wanted, was, hits = sought(query), sought(before.query), frozenset(before.hits)
    if not wanted:
        return ()
    known = {id(page) for page in Marks.of(of.nodes).pages} if of is not None and was and was in wanted else set()
    names: list[str] = []
    for page in Marks.of(drawing.nodes).pages:
        there = [name for name in page.ids() if name in hits] if id(page) in known else None
        if there is None or (there and wanted != was):
            there = page.saying(wanted)
        names += there
    return tuple(_with_badges(drawing, names))


def _with_badges(drawing: Drawing, names: list[str]) -> Iterator[str]:
    """Nodes, each followed by the edges that leave its badges."""
    others: dict[str, list[str]] = defaultdict(list)
    for badge in Marks.of(drawing.edges).badges(names):
        others[badge.node].append(badge.edge)
    for name in names:
        yield from (name, *others.get(name, ()))


def _at(state: AppState, search: Search) -> AppState:
    if search.hit is None or state.drawing is None:
        return state._replace(search=search)
    mark = find(state.drawing, search.hit)
    name = mark.ends[0] if mark is not None and mark.ends else search.hit  # at a badge its leaf is chosen
    return state._replace(search=search, chosen=Chosen("mark", name))
