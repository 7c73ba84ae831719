"""An SVG of ours looks the same in a browser and in Qt: the same boxes in the same places, in the same colours."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from gradviz.drawing.columns import Column, columns
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import THEMES
from gradviz.drawing.words import ENGLISH, JAPANESE, Words
from gradviz.export.raster import outline_of
from gradviz.export.svg import svg
from gradviz.system import BROWSERS
from tests.unit.drawing.samples import drawn, every_kind, square

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]
COARSE = 4  # pixels that are seen as one: letters are smoothed differently, boxes stand where they stand
FAR = 40  # of 255, between the colours of two such
SHARE = 0.002  # of them that may be so far apart
PAPER = QColor("#FFFFFF")  # behind what is transparent


def in_browser(file: Path, size: QSize) -> QImage:
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    shot = file.with_suffix(".shot.png")
    done = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",  # it refuses to run as root with one; the file is ours
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            f"--user-data-dir={file.parent / 'profile'}",
            f"--window-size={size.width()},{size.height()}",
            f"--screenshot={shot}",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shot.exists(), done.stderr
    return QImage(str(shot))


def in_qt(file: Path) -> QImage:
    renderer = QSvgRenderer(str(file))
    assert renderer.isValid()
    image = QImage(renderer.defaultSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(PAPER)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def apart(one: QImage, other: QImage) -> float:
    """The share of a picture in which two are not alike."""
    assert one.size() == other.size()
    small = one.size() / COARSE
    a, b = (
        image.scaled(
            small, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        ).convertToFormat(QImage.Format.Format_RGB888)
        for image in (one, other)
    )
    rows = [(bytes(image.constBits()), image.bytesPerLine()) for image in (a, b)]
    differing = sum(
        max(abs(rows[0][0][at + c] - rows[1][0][at + c]) for c in range(3)) > FAR
        for y in range(a.height())
        for at in range(y * rows[0][1], y * rows[0][1] + 3 * a.width(), 3)
    )
    return differing / (a.width() * a.height())


def sample(words: Words) -> Drawing:
    return drawn(*every_kind(), words, legend=True)[1]


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE], ids=["en", "ja"])
@pytest.mark.parametrize(("theme", "transparent"), [("light", False), ("dark", False), ("light", True)])
def test_a_browser_draws_what_qt_draws(words: Words, theme: str, transparent: bool, tmp_path: Path) -> None:
    colours = THEMES["dark" if theme == "dark" else "light"]
    file = tmp_path / "graph.svg"
    file.write_text(svg(sample(words), colours, None if transparent else colours.ground), encoding="utf-8")
    ours = in_qt(file)
    theirs = in_browser(file, ours.size())
    assert apart(ours, theirs) < SHARE


def test_a_browser_draws_modes_side_by_side_and_letters_as_shapes_alike(tmp_path: Path) -> None:
    drawing = drawn(*square(), JAPANESE)[1]
    modes = [Column(name, name, "RuntimeError", name == "no_grad", drawing) for name in ("grad", "no_grad")]
    for name, letters in (("text", None), ("shapes", outline_of)):
        file = tmp_path / f"{name}.svg"
        beside = columns(modes, JAPANESE, legend=True)
        file.write_text(svg(beside, THEMES["dark"], THEMES["dark"].ground, letters=letters), encoding="utf-8")
        ours = in_qt(file)
        assert apart(ours, in_browser(file, ours.size())) < SHARE


def test_what_is_not_alike_is_seen(tmp_path: Path) -> None:
    """The measure itself: a box a few pixels elsewhere, or of another colour, is far over what is let pass."""
    drawing = drawn(*square())[1]
    first, moved, dark = (tmp_path / f"{name}.svg" for name in ("first", "moved", "dark"))
    first.write_text(svg(drawing, THEMES["light"], "#FFFFFF"))
    moved.write_text(first.read_text().replace('<g class="nodes">', '<g class="nodes" transform="translate(6 0)">'))
    dark.write_text(svg(drawing, THEMES["dark"], "#FFFFFF"))
    assert apart(in_qt(first), in_qt(first)) == 0
    assert apart(in_qt(first), in_qt(moved)) > 4 * SHARE
    assert apart(in_qt(first), in_qt(dark)) > 4 * SHARE
