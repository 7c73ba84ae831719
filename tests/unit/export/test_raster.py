import re
import subprocess
import sys
import zlib

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.theme import DARK, LIGHT, THEMES, Theme
from gradviz.export import raster
from gradviz.export.raster import paint, pdf, png
from gradviz.layout.geometry import Point, Rect, Size
from tests.unit.drawing.samples import SAMPLES, drawn, every_kind, square

pytestmark = pytest.mark.usefixtures("qapp")
SQUARE = Path("MLLLZ", (10.0, 10.0, 50.0, 10.0, 50.0, 50.0, 10.0, 50.0), Role.LEAF)


def one(path: Path, *texts: Text) -> Drawing:
    place = Rect(10, 10, 40, 40)
    return Drawing(Size(60, 60), (), (), (Mark("m", path.role, place, (path,), texts, "", ""),))


def image(data: bytes) -> QImage:
    decoded = QImage.fromData(data)
    assert not decoded.isNull()
    return decoded


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_box_has_its_colours_on_the_ground_asked_for(theme: Theme) -> None:
    seen = image(png(one(SQUARE), theme, 2.0, theme.ground))
    assert (seen.width(), seen.height()) == (120, 120)
    style = theme.styles[Role.LEAF]
    assert style.fill is not None
    assert style.stroke is not None
    assert seen.pixelColor(60, 60) == QColor(style.fill)
    assert seen.pixelColor(20, 60) == QColor(style.stroke)
    assert seen.pixelColor(3, 3) == QColor(theme.ground)
    assert image(png(one(SQUARE), theme)).pixelColor(1, 1).alpha() == 0


def test_an_arrow_ends_in_a_head() -> None:
    line = Path("MC", (30.0, 5.0, 30.0, 20.0, 30.0, 30.0, 30.0, 50.0), Role.DATA_EDGE, False, True)
    seen = image(png(one(line), LIGHT, 4.0, "#FFFFFF"))
    stroke = QColor(LIGHT.styles[Role.DATA_EDGE].stroke or "")
    inked = [sum(seen.pixelColor(x, 4 * y) == stroke for x in range(240)) for y in (10, 43)]
    assert 4 <= inked[0] <= 6
    assert inked[1] > 2 * inked[0]


def test_only_what_is_seen_is_painted() -> None:
    target = QImage(60, 60, QImage.Format.Format_ARGB32_Premultiplied)
    target.fill(QColor("#FFFFFF"))
    for visible, painted in ((QRectF(100, 100, 5, 5), False), (QRectF(45, 45, 30, 30), True)):
        painter = QPainter(target)
        try:
            before = painter.transform()
            paint(one(SQUARE), LIGHT, painter, visible)
            assert painter.transform() == before
        finally:
            painter.end()
        assert (target.pixelColor(30, 30) != QColor("#FFFFFF")) is painted


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
def test_a_text_wider_than_its_room_is_squeezed_into_it(anchor: str) -> None:
    left = {"start": 10.0, "middle": 30.0, "end": 50.0}[anchor]
    words = Text(Point(left, 35), "mmmmmmmmmmmm", TextRole.TITLE, "middle", 40)
    words = words._replace(anchor="start" if anchor == "start" else "end" if anchor == "end" else "middle")
    empty = Path("M", (10.0, 10.0), Role.DATA_EDGE, False)
    seen = image(png(one(empty, words), LIGHT, 1.0, "#FFFFFF"))
    columns = [x for x in range(60) if any(seen.pixelColor(x, y) != QColor("#FFFFFF") for y in range(60))]
    assert 9 <= columns[0] <= 13
    assert 46 <= columns[-1] <= 51


def test_a_text_that_fits_is_not_stretched() -> None:
    empty = Path("M", (10.0, 10.0), Role.DATA_EDGE, False)
    texts = (Text(Point(10, 35), "i", TextRole.TITLE, "start", 40), Text(Point(10, 45), "", TextRole.TITLE, "start", 0))
    seen = image(png(one(empty, *texts), LIGHT, 1.0, "#FFFFFF"))
    columns = [x for x in range(60) if any(seen.pixelColor(x, y) != QColor("#FFFFFF") for y in range(60))]
    assert columns[-1] < 20


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_becomes_a_picture_and_a_page(name: str) -> None:
    _, drawing = drawn(*SAMPLES[name], legend=True)
    seen = image(png(drawing, DARK))
    assert (seen.width(), seen.height()) == (max(1, int(drawing.size.width)), max(1, int(drawing.size.height)))
    assert pdf(drawing, LIGHT).startswith(b"%PDF-")


def test_a_picture_too_large_is_made_smaller() -> None:
    seen = image(png(Drawing(Size(30_000, 20_000), (), (), ()), LIGHT, 1.0, "#FFFFFF"))
    assert seen.width() * seen.height() <= raster.MAX_PIXELS
    assert seen.width() / seen.height() == pytest.approx(1.5, abs=0.01)


def test_a_page_fits_its_drawing_and_brings_its_fonts() -> None:
    _, drawing = drawn(*square())
    page = pdf(drawing, LIGHT, "#FFFFFF")
    box = re.search(rb"/MediaBox \[([-0-9. ]+)\]", page)
    assert box is not None
    left, bottom, right, top = (float(number) for number in box[1].split())
    assert (right - left, top - bottom) == pytest.approx(
        (drawing.size.width * 0.75, drawing.size.height * 0.75), abs=1.0
    )
    pieces = re.split(rb"stream\r?\n", page)
    assert b"/FontFile2" in page or any(b"/FontFile2" in inflated(one) for one in pieces)


def inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return data


def test_what_cannot_be_made_or_encoded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QImage, "isNull", lambda self: True)
    with pytest.raises(OSError, match="no memory"):
        png(one(SQUARE), LIGHT)
    monkeypatch.undo()
    monkeypatch.setattr(QImage, "save", lambda self, device, form: False)
    with pytest.raises(OSError, match="encoded"):
        png(one(SQUARE), LIGHT)


def test_without_an_application_one_is_made() -> None:
    program = (
        "from gradviz.export.raster import pdf, png\n"
        "from tests.unit.drawing.samples import drawn, square\n"
        "from gradviz.drawing.theme import LIGHT\n"
        "drawing = drawn(*square())[1]\n"
        "print(len(png(drawing, LIGHT)) > 999, len(pdf(drawing, LIGHT)) > 999)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_the_application_of_the_window_is_used_where_there_is_one() -> None:
    before = QGuiApplication.instance()
    png(drawn(*every_kind())[1], LIGHT)
    assert QGuiApplication.instance() is before
