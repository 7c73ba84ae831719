"""What a picture is called where it goes without the window: by its program, and the step of the run that it is of."""

import re

from gradviz.drawing.plain import bounded, plain
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.words import Words

_LONGEST = 80  # characters
_COMMENT = re.compile(r"\s*#(?!!|.*coding[:=])[#\s]*(?P<text>.*[^#\s])")  # what Python or a shell is told is none


def caption(name: str, source: str, words: Words) -> str:
    """Return what a program is called: its file or lesson, else the comment that it begins with.

    Args:
        name: of the file or the lesson; "": it is of none.
        source: the program.
        words: of the language wanted.
    """
    return bounded(plain(name or _comment(source) or words.title), _LONGEST)


def captioned(drawing: Drawing, called: str, words: Words, at: int = 0, of: int = 0) -> Drawing:
    """Return a drawing that says what it is of.

    Args:
        drawing: of a run.
        called: as `caption` says.
        words: of the language wanted.
        at: which step of the run it is of, from 1; 0: its end.
        of: how many steps there are.
    """
    return drawing._replace(title=f"{called} · {words.step.format(at, of)}" if at else called)


def _comment(source: str) -> str:
    """The first line of comment that a program begins with."""
    for line in source.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return ""
        found = _COMMENT.match(line)
        if found is not None:
            return found["text"]
    return ""
