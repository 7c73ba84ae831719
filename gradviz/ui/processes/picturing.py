"""The picture process as the window starts it: that of gradviz.picture, which here can also write files.

It stands above the pictures and the exporters, which do not know each other. Loads no Qt, and paints nothing.
"""

from pathlib import Path

from gradviz.drawing.theme import THEMES
from gradviz.export.data import document
from gradviz.export.dot import dot
from gradviz.export.whole import write_whole
from gradviz.model.trace import Trace
from gradviz.picture.__main__ import main
from gradviz.picture.picture import Save
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import seen
from gradviz.picture.words import WORDS


def write(trace: Trace, wanted: Save) -> None:
    """Write a trace as JSON, or its graph as DOT.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    write_whole(Path(wanted.path), document(trace) if wanted.format == "json" else [_dot(trace, wanted)])


def _dot(trace: Trace, wanted: Save) -> bytes:
    options = wanted.options
    graph, known = seen(Record(trace), options)
    theme, words = THEMES[wanted.theme], WORDS[options.language]
    text = dot(graph, known, theme, words, values=options.values, direction=options.direction)
    return text.encode(errors="replace")


if __name__ == "__main__":
    main(write)
