"""Which part of the graph is shown: which folds are open, what is focused, and which module is looked into. Pure."""

import re
from collections.abc import Iterable

from gradviz.model.compare.alike import lines_alike
from gradviz.model.graph.graph import MANY
from gradviz.picture.picture import Focus, FoldRow, Options
from gradviz.state.appstate import AppState
from gradviz.state.messages import DrawnAnyway, FoldClosed, Folding, FoldOpened, FoldsClosed, Narrowed, Widened

# A session may hold any key, and int() refuses a number of too many digits.
_LINES = re.compile(r"L(\d{1,9})-(\d{1,9})\.")
_LINE = re.compile(r"^(N[otg])(\d{1,9})\.")


def wished(state: AppState, message: Folding) -> Options:
    """Return how the graph is to be shown after a message about what is to be seen of it."""
    options = state.options
    match message:
        case FoldOpened(mark):
            row = fold_of(state, mark)
            return options if row is None else options._replace(opened=(*options.opened, row.key), most=MANY)
        case FoldClosed(mark):
            row = round_of(state, mark)
            kept = tuple(key for key in options.opened if row is not None and key != row.key)
            return options if row is None else options._replace(opened=kept, most=MANY)
        case FoldsClosed():
            return options._replace(fold="auto", opened=(), most=MANY)
        case DrawnAnyway(on):
            return options._replace(most=None) if on else _without(options)
        case Narrowed(marks, keeps):
            keys = keys_of(state, marks)
            return options._replace(focus=(*options.focus, Focus(keeps, keys[0], keys[1:]))) if keys else options
        case Widened():
            return options._replace(focus=(), module="")
        case _:
            return options._replace(focus=(), module=message.path)


def keys_of(state: AppState, marks: Iterable[str]) -> tuple[str, ...]:
    """Return by what marks are found in another run: nodes, and open folds whose titles they are."""
    known = dict(state.ending.table.keys) if state.ending is not None else {}
    known |= {row.mark: row.key for row in folds(state) if row.open}
    return tuple(dict.fromkeys(known[mark] for mark in marks if mark in known))


def fold_of(state: AppState, mark: str) -> FoldRow | None:
    """Return the closed fold that a mark is."""
    return next((row for row in folds(state) if mark == row.mark and not row.open), None)


def round_of(state: AppState, mark: str) -> FoldRow | None:
    """Return the open fold whose title a mark is, or the innermost one that it is in."""
    return next((row for row in folds(state) if row.open and (mark == row.mark or mark in row.inside)), None)


def folds(state: AppState) -> tuple[FoldRow, ...]:
    """Return the folds of the graph that is shown."""
    return state.table.folds if state.table else ()


def _without(options: Options) -> Options:
    """What is drawn unasked: the repetitions folded, or all folds but the one that was opened last."""
    if options.fold == "none":
        return options._replace(fold="auto")
    return options._replace(opened=options.opened[:-1])


def carried(options: Options, before: str, after: str) -> Options:
    """Return how the graph is to be shown after an edit of the program: what is meant goes along with its lines."""
    if not options.opened and not options.focus:
        return options
    lines = {then: now for now, then in lines_alike(before, after).items()}
    opened = (_moved(key, lines) for key in options.opened)
    focus = ((one.keeps, [key for old in one.keys if (key := _moved(old, lines)) is not None]) for one in options.focus)
    return options._replace(
        opened=tuple(key for key in opened if key is not None),
        focus=tuple(Focus(keeps, keys[0], tuple(keys[1:])) for keeps, keys in focus if keys),
    )


def _moved(key: str, lines: dict[int, int]) -> str | None:
    """A key with the lines of another text; None: one of them is gone, or they changed places."""
    ends = [(lines.get(int(first), 0), lines.get(int(last), 0)) for first, last in _LINES.findall(key)]
    ends += [(lines.get(int(line), 0),) * 2 for _, line in _LINE.findall(key)]
    if any(not 0 < first <= last for first, last in ends):
        return None
    key = _LINES.sub(lambda found: f"L{lines[int(found[1])]}-{lines[int(found[2])]}.", key)
    return _LINE.sub(lambda found: f"{found[1]}{lines[int(found[2])]}.", key)
