"""A number of the program under a person's hand: runs follow it as fast as they come back. Pure.

While a run goes on only the newest text is kept, and it is run when the picture of that run has come: a hand that
moves ends no run, or none would ever be seen. Once it rests, the newest is run at once, whatever goes on.

What each run told of it is kept as a point of a curve: nothing is there that was not run.
"""

import re
from math import isclose

from gradviz.picture.picture import Picture, TensorRow
from gradviz.state.appstate import AppState
from gradviz.state.messages import Slid, SlideRested, Sliding
from gradviz.state.runs import comparing
from gradviz.state.values.slide import Point, Slide

_ROUNDING = 1e-6  # of a number in a float32


def slid(state: AppState, message: Sliding) -> AppState:
    """Return the state in which a number slides, and the text with it is to be run as soon as one may."""
    if isinstance(message, SlideRested):
        return state
    slide = state.slide
    if slide is None or slide.ran.hold != message.hold:
        slide = Slide(message._replace(text=state.text, at=message.origin))
        end = state.ending  # at whichever step of the run the person is
        if end is not None and end.table.run == state.run and state.current:
            slide = _told(state, slide, end.table)
    return state._replace(slide=slide, newer=None if message.text == state.text else message)


def due(state: AppState, *, rested: bool) -> bool:
    """Whether a newer text is to be run now.

    Args:
        state: in which it may be.
        rested: whether the hand rests. While it moves, all that is seen of the run at hand is waited for.
    """
    if state.newer is None or rested:
        return state.newer is not None
    if not state.comparing.seen:
        return not state.awaited  # the process of the run may still be there: nobody has to wait for its end
    return not state.busy and state.comparing.mode is None and not comparing.wants(state)


def begun(state: AppState, newer: Slid) -> AppState:
    """Return the state in which a text is the one to be run."""
    slide = state.slide
    return state._replace(newer=None, slide=None if slide is None else slide._replace(ran=newer))


def pictured(state: AppState, picture: Picture) -> AppState:
    """Return the state with what a picture of a run tells of the number that it was of."""
    slide = state.slide
    if slide is None or picture.run != state.run or not picture.complete or picture.step is not None:
        return state
    return state._replace(slide=_told(state, slide, picture))


def _told(state: AppState, slide: Slide, picture: Picture) -> Slide:
    row = _looked_at(state, picture)
    if row is None or row.number is None:
        return slide
    leaf = _leaf(slide.ran, picture) if picture.plain and row.tensor == picture.root else None
    point = Point(slide.ran.at, row.number, None if leaf is None else leaf.slope)
    others = (one for one in slide.points if one.at != point.at) if slide.name == row.name else ()
    return slide._replace(name=row.name, leaf="" if leaf is None else leaf.name, points=(*others, point))


def _looked_at(state: AppState, picture: Picture) -> TensorRow | None:
    """The tensor that is selected, where it is one number; or else the one that backward() was called on."""
    rows = [row for row in picture.rows if row.number is not None]
    pointed = state.chosen is not None and state.chosen.kind in ("mark", "tensor")
    shown = state.table.rows if state.table is not None and pointed else ()
    chosen = {row.name for row in shown if row.tensor in state.selection.tensors}
    found = [row for row in rows if row.name in chosen and not row.is_leaf]
    return next(iter(found if len(found) == 1 else (row for row in rows if row.tensor == picture.root)), None)


def _leaf(ran: Slid, picture: Picture) -> TensorRow | None:
    """The leaf that holds the number: of its value, made on its line by the assignment to its name."""
    line = ran.text.split("\n")[ran.line - 1]
    held = [
        row
        for row in picture.rows
        if row.line == ran.line
        and row.slope is not None
        and row.number is not None
        and isclose(row.number, ran.at, rel_tol=_ROUNDING)
        and re.match(rf"\s*{re.escape(row.name)}\s*(:[^=]*)?=[^=]", line)
    ]
    return held[0] if len(held) == 1 else None
