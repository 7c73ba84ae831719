"""A number that is slid in the editor, as the window has a part in it."""

from collections.abc import Callable

from gradviz.state import messages as said
from gradviz.ui.editor.sliding import Sliding
from gradviz.ui.files.files import Files


def connect(send: Callable[[said.Message], None], files: Files, sliding: Sliding) -> None:
    """Have what the slider does to the program known to its file, and sent."""
    sliding.slid.connect(lambda slid: files.edited(slid.text))
    sliding.slid.connect(send)
    sliding.rested.connect(lambda: send(said.SlideRested()))
