"""Drawings as files of every format that takes Qt to make: one picture, a page for each, or an animation."""

from collections.abc import Sequence
from typing import Literal

from gradviz.drawing.shapes import Drawing
from gradviz.export.film import film
from gradviz.export.look import Look
from gradviz.export.pdf import pdf
from gradviz.export.raster import outline_of, png
from gradviz.export.svg import svg
from gradviz.export.work import Work

Form = Literal["svg", "png", "pdf", "gif", "apng"]


def painted(drawings: Sequence[Drawing], form: Form, look: Look) -> Work:
    """Make a file.

    Args:
        drawings: at least one. SVG and PNG hold the last, PDF a page for each, GIF and APNG a frame for each.
        form: of the file.
        look: of the pictures.

    Raises:
        OSError: there is no memory for it.
    """
    if form == "pdf":
        return pdf(drawings, look.colours, look.ground, look.paper, look.scale)
    if form == "gif" or form == "apng":
        return film(drawings, look.colours, form, look.scale, look.ground)
    return _picture(drawings[-1], form, look)


def _picture(drawing: Drawing, form: Literal["svg", "png"], look: Look) -> Work:
    yield 0.0
    if form == "png":
        return png(drawing, look.colours, look.scale, look.ground)
    letters = outline_of if look.outlines else None
    return svg(drawing, look.colours, look.ground, scale=look.scale, letters=letters).encode()
