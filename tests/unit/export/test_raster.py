import subprocess
import sys

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPicture

from gradviz.drawing.shapes import Anchor, Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.theme import DARK, LIGHT, THEMES, Theme
from gradviz.export import raster
from gradviz.export.raster import outline_of, paint, png
from gradviz.layout.geometry import Point, Rect, Size
from tests.unit.drawing.samples import SAMPLES, drawn, every_kind

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
    for visible, painted in ((Rect(100, 100, 5, 5), False), (Rect(45, 45, 30, 30), True)):
        painter = QPainter(target)
        try:
            before = painter.transform()
            paint(one(SQUARE), LIGHT, painter, visible)
            assert painter.transform() == before
        finally:
            painter.end()
        assert (target.pixelColor(30, 30) != QColor("#FFFFFF")) is painted


ROUND = Path("MCC", (10.0, 10, 12, 10, 50, 10, 50, 12, 50, 14, 50, 48, 50, 50), Role.DATA_EDGE, filled=False)


@pytest.mark.parametrize(
    ("path", "place", "painted"),
    [
        (ROUND, Rect(12, 30, 10, 10), False),  # within its rectangle, far from it
        (ROUND, Rect(20, 8, 10, 10), True),
        (ROUND, Rect(45, 30, 10, 10), True),
        (SQUARE._replace(ops="MLLLZ", coords=(*SQUARE.coords, 10.0, 10.0)), Rect(25, 25, 5, 5), True),
        (ROUND._replace(ops="MCMC", coords=(*ROUND.coords[:8], *ROUND.coords[:8])), Rect(12, 30, 9, 9), True),
    ],
)
def test_a_curve_that_leads_round_what_is_seen_is_not_painted(path: Path, place: Rect, painted: bool) -> None:
    target = QImage(60, 60, QImage.Format.Format_ARGB32_Premultiplied)
    target.fill(QColor("#FFFFFF"))
    blank = target.copy()
    painter = QPainter(target)
    try:
        paint(one(path), LIGHT, painter, place)
    finally:
        painter.end()
    assert (target != blank) is painted


LONG = Path(
    "MCC",
    (10.0, 10.0, 10.0, 1000.0, 300.0, 1000.0, 300.0, 2000.0, 300.0, 2900.0, 300.0, 2900.0, 1200.0, 2900.0),
    Role.DATA_EDGE,
    filled=False,
)


@pytest.mark.parametrize("role", [Role.DATA_EDGE, Role.UNRECORDED_EDGE])
@pytest.mark.parametrize("middle", [Point(10, 20), Point(155, 1000), Point(300, 2000), Point(412, 2787)])
def test_what_is_seen_of_a_long_curve_is_painted_as_in_the_whole(role: Role, middle: Point) -> None:
    """Where it begins, half way, where its pieces join, and where it turns; dashes stay where they are."""
    mark = Mark("m", role, Rect(10, 10, 1190, 2890), (LONG._replace(role=role),), (), "", "")

    def inked(visible: Rect | None, least: int) -> set[tuple[int, int]]:
        target = QImage(60, 60, QImage.Format.Format_Grayscale8)
        target.fill(QColor("#FFFFFF"))
        painter = QPainter(target)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(30 - middle.x, 30 - middle.y)
            paint(Drawing(Size(1300, 3000), (), (mark,), ()), LIGHT, painter, visible)
        finally:
            painter.end()
        return {(x, y) for x in range(60) for y in range(60) if 255 - target.pixelColor(x, y).red() > least}

    near = Rect(*middle, 0, 0).grown(42)
    assert inked(None, 100)
    for one, other in ((None, near), (near, None)):  # a piece is cut into other lines than the whole: less than a pixel
        beside = {(x + dx, y + dy) for x, y in inked(other, 20) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        assert inked(one, 100) <= beside


def test_of_a_long_curve_no_more_is_painted_than_may_be_seen() -> None:
    """Also where the part that is seen has as many pieces as the whole."""
    mark = Mark("m", Role.DATA_EDGE, Rect(10, 10, 1190, 2890), (LONG,), (), "", "")
    for middle in (Point(10, 20), Point(155, 1000), Point(300, 2000), Point(412, 2787)):
        record = QPicture()
        painter = QPainter(record)
        try:
            paint(Drawing(Size(1300, 3000), (), (mark,), ()), LIGHT, painter, Rect(*middle, 0, 0).grown(42))
        finally:
            painter.end()
        painted = record.boundingRect()
        assert 0 < max(painted.width(), painted.height()) < 200


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
def test_every_sample_becomes_a_picture(name: str) -> None:
    _, drawing = drawn(*SAMPLES[name], legend=True)
    seen = image(png(drawing, DARK))
    assert (seen.width(), seen.height()) == (max(1, int(drawing.size.width)), max(1, int(drawing.size.height)))


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_a_picture_is_as_large_in_a_document_at_any_scale(scale: float) -> None:
    seen = image(png(one(SQUARE), LIGHT, scale))
    inches = seen.width() / seen.dotsPerMeterX() / 0.0254
    assert inches == pytest.approx(60 / 96, rel=0.001)
    assert seen.dotsPerMeterY() == seen.dotsPerMeterX()


def test_a_picture_too_large_is_made_smaller() -> None:
    seen = image(png(Drawing(Size(30_000, 20_000), (), (), ()), LIGHT, 1.0, "#FFFFFF"))
    assert seen.width() * seen.height() <= raster.MAX_PIXELS
    assert seen.width() / seen.height() == pytest.approx(1.5, abs=0.01)


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
        "from gradviz.export.pdf import pdf\n"
        "from gradviz.export.raster import png\n"
        "from gradviz.export.work import finished\n"
        "from tests.unit.drawing.samples import drawn, square\n"
        "from gradviz.drawing.theme import LIGHT\n"
        "drawing = drawn(*square())[1]\n"
        "print(len(png(drawing, LIGHT)) > 999, len(finished(pdf([drawing], LIGHT))) > 999)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_the_application_of_the_window_is_used_where_there_is_one() -> None:
    before = QGuiApplication.instance()
    png(drawn(*every_kind())[1], LIGHT)
    assert QGuiApplication.instance() is before


@pytest.mark.parametrize("label", ["float32", "重み @ x", "é(2,)", "", "…"])
@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
def test_outlines_lie_where_the_letters_are_painted(label: str, anchor: Anchor) -> None:
    text = Text(Point(150, 40), label, TextRole.TITLE, anchor, 140)
    style = LIGHT.texts[text.role]
    shape = outline_of(text, style)
    assert sum({"M": 2, "L": 2, "C": 6, "Z": 0}[op] for op in shape.ops) == len(shape.coords)
    letters = Mark("m", Role.OP, Rect(0, 0, 300, 60), (), (text,), "", "")
    seen = image(png(Drawing(Size(300, 60), (), (), (letters,)), LIGHT, 1.0, "#FFFFFF"))
    ink = [(x, y) for x in range(300) for y in range(60) if seen.pixelColor(x, y).lightness() < 160]
    if not label:
        assert not ink
        assert not shape.ops
        return
    xs, ys = shape.coords[::2], shape.coords[1::2]
    assert min(x for x, _ in ink) == pytest.approx(min(xs), abs=1.5)
    assert max(x for x, _ in ink) + 1 == pytest.approx(max(xs), abs=1.5)
    assert min(y for _, y in ink) == pytest.approx(min(ys), abs=1.5)
    assert max(y for _, y in ink) + 1 == pytest.approx(max(ys), abs=1.5)
