"""The graph on the clipboard: as a picture, as SVG, as text."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import THEMES
from gradviz.export.raster import png
from gradviz.export.svg import svg

_SCALE = 2.0


def copy_picture(drawing: Drawing) -> None:
    """Put a drawing on the clipboard as a picture of twice its size, on light ground: most paper is."""
    theme = THEMES["light"]
    QApplication.clipboard().setImage(QImage.fromData(png(drawing, theme, _SCALE, theme.ground)))


def copy_svg(drawing: Drawing) -> None:
    """Put a drawing on the clipboard as SVG, for those who draw and for those who write."""
    theme = THEMES["light"]
    text = svg(drawing, theme, theme.ground)
    data = QMimeData()
    data.setData("image/svg+xml", text.encode())
    data.setText(text)
    QApplication.clipboard().setMimeData(data)


def copy_text(text: str) -> None:
    """Put text on the clipboard."""
    QApplication.clipboard().setText(text)
