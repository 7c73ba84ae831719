"""Which folds of the graph are open, and whether more is drawn than anybody reads. Pure."""

import re

from gradviz.model.alike import lines_alike
from gradviz.model.fold import MANY
from gradviz.picture.picture import FoldRow, Options
from gradviz.state.messages import DrawnAnyway, FoldClosed, Folding, FoldOpened, FoldsClosed
from gradviz.state.values import AppState

_LINES = re.compile(r"L(\d+)-(\d+)\.")


def wished(state: AppState, message: Folding) -> Options:
    """Return how the graph is to be shown after a message about folds."""
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


def fold_of(state: AppState, mark: str) -> FoldRow | None:
    """Return the closed fold that a mark is."""
    return next((row for row in _rows(state) if mark == row.mark and not row.open), None)


def round_of(state: AppState, mark: str) -> FoldRow | None:
    """Return the open fold whose title a mark is, or the innermost one that it is in."""
    return next((row for row in _rows(state) if row.open and (mark == row.mark or mark in row.inside)), None)


def _rows(state: AppState) -> tuple[FoldRow, ...]:
    return state.table.folds if state.table else ()


def _without(options: Options) -> Options:
    """What is drawn unasked: the repetitions folded, or all folds but the one that was opened last."""
    if options.fold == "none":
        return options._replace(fold="auto")
    return options._replace(opened=options.opened[:-1])


def carried(opened: tuple[str, ...], before: str, after: str) -> tuple[str, ...]:
    """Return the keys of open folds after an edit of the program: they go along with their lines."""
    if not opened:
        return opened
    lines = {then: now for now, then in lines_alike(before, after).items()}
    moved = (_moved(key, lines) for key in opened)
    return tuple(key for key in moved if key is not None)


def _moved(key: str, lines: dict[int, int]) -> str | None:
    """A key with the lines of another text; None: one of them is gone, or they changed places."""
    ends = [(lines.get(int(first), 0), lines.get(int(last), 0)) for first, last in _LINES.findall(key)]
    if any(not 0 < first <= last for first, last in ends):
        return None
    return _LINES.sub(lambda found: f"L{lines[int(found[1])]}-{lines[int(found[2])]}.", key)
