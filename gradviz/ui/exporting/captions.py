"""What pictures of the window are called in a file: by the program as it is open, and the step that is shown."""

from collections.abc import Sequence

from gradviz.drawing.caption import caption, captioned
from gradviz.drawing.shapes import Drawing
from gradviz.picture.words import WORDS
from gradviz.state.appstate import AppState


def seen_drawing(state: AppState, name: str) -> Drawing | None:
    """Return what is on the canvas; `name`: of the program's file or lesson, "" where it is of none."""
    words, at = WORDS[state.options.language], 0 if state.at is None else state.at + 1
    called = caption(name, state.text, words)
    return None if state.drawing is None else captioned(state.drawing, called, words, at, len(state.course.kinds))


def steps(state: AppState, name: str, drawings: Sequence[Drawing]) -> list[Drawing]:
    """Return the drawings of all steps of a run, the last of its end."""
    words, of = WORDS[state.options.language], len(drawings) - 1
    called = caption(name, state.text, words)
    return [captioned(one, called, words, at if at <= of else 0, of) for at, one in enumerate(drawings, 1)]
