import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.boxes.outline import Outline
from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.theme import DARK, LIGHT, THEMES, Theme
from gradviz.export.svg import svg
from gradviz.layout.geometry import Point, Rect, Size
from tests.unit.drawing.samples import SAMPLES, drawn, every_kind, square

NAMESPACE = "{http://www.w3.org/2000/svg}"
anything = st.text(st.characters(), max_size=40)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text.encode("utf-8"))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_well_formed_and_has_every_mark(name: str, theme: Theme) -> None:
    _, drawing = drawn(*SAMPLES[name], legend=True)
    root = parsed(svg(drawing, theme, theme.ground))
    ids = [element.get("id") for element in root.iter(f"{NAMESPACE}g") if element.get("id")]
    marks = (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend)
    assert ids == [mark.id for mark in marks]


def test_each_line_is_one_text_and_nodes_speak() -> None:
    _, drawing = drawn(*square())
    root = parsed(svg(drawing, LIGHT))
    written = [element.text for element in root.iter(f"{NAMESPACE}text")]
    assert written == [text.text for m in (*drawing.edges, *drawing.titles, *drawing.nodes) for text in m.texts]
    node = next(element for element in root.iter(f"{NAMESPACE}g") if element.get("id") == "t0")
    assert node.get("data-line") == "1"
    assert [child.text for child in node.findall(f"{NAMESPACE}title")] == ["x"]
    assert "leaf, requires grad" in "".join(child.text or "" for child in node.findall(f"{NAMESPACE}desc"))
    assert [child.text for child in root.findall(f"{NAMESPACE}title")] == ["Autograd graph"]


def test_every_class_has_a_rule_and_every_arrow_a_marker() -> None:
    text = svg(drawn(*every_kind(), legend=True)[1], DARK)
    root = parsed(text)
    style = "".join(element.text or "" for element in root.iter(f"{NAMESPACE}style"))
    for path in root.iter(f"{NAMESPACE}path"):
        first = (path.get("class") or "").split()[0]
        assert f"path.{first} " in style or f".{first} " in style
    for element in root.iter(f"{NAMESPACE}text"):
        assert f".{element.get('class')} " in style
    markers = {element.get("id") for element in root.iter(f"{NAMESPACE}marker")}
    assert set(re.findall(r"url\(#([^)]*)\)", text)) == markers
    assert "sans-serif" in style
    assert "None" not in style


@given(anything, anything, anything)
def test_any_text_makes_a_well_formed_file(title: str, description: str, label: str) -> None:
    path = Path("MLZ", (0.0, 0.0, 1.0, -0.001), Role.OP)
    text = Text(Point(1, 1), label, TextRole.BODY, "end", 20)
    mark = Mark(f"m{title}", Role.OP, Rect(0, 0, 10, 10), (path,), (text,), title, description)
    root = parsed(svg(Drawing(Size(10, 10), (), (), (mark,), title=label), LIGHT))
    assert root.tag == f"{NAMESPACE}svg"


def test_numbers_of_an_outline_are_as_short_as_two_decimals_allow() -> None:
    coords = (0.0, -0.001, 10.0, 100.5, -0.25, 3.999, 1e-9, -20.05, 5.0, 0.1)
    mark = Mark("m", Role.OP, Rect(0, 0, 10, 10), (Path("MLCZ", coords, Role.OP),), (), "", "")
    root = parsed(svg(Drawing(Size(10, 10), (), (), (mark,)), LIGHT))
    assert "M0 0L10 100.5C-0.25 4 0 -20.05 5 0.1Z" in [path.get("d") for path in root.iter(f"{NAMESPACE}path")]


def test_markup_and_controls_of_a_program_stay_text() -> None:
    hostile = '</text><script>alert("x")</script>&amp;\x00\u202e\ud800'
    text = Text(Point(1, 1), hostile, TextRole.BODY, "middle", 20)
    mark = Mark('"><script>', Role.OP, Rect(0, 0, 10, 10), (), (text,), hostile, hostile)
    root = parsed(svg(Drawing(Size(10, 10), (), (), (mark,)), LIGHT))
    assert not list(root.iter(f"{NAMESPACE}script"))
    (written,) = root.iter(f"{NAMESPACE}text")
    assert written.text == '</text><script>alert("x")</script>&amp;'


def test_ground_and_scale() -> None:
    _, drawing = drawn(*square())
    plain = parsed(svg(drawing, LIGHT))
    assert plain.find(f"{NAMESPACE}rect") is None
    large = parsed(svg(drawing, LIGHT, "#FFFFFF", scale=2))
    ground = large.find(f"{NAMESPACE}rect")
    assert ground is not None
    assert ground.get("fill") == "#FFFFFF"
    size = drawing.size
    assert [float(ground.get(name, "0")) for name in ("width", "height")] == pytest.approx(size, abs=0.01)
    assert float(large.get("width", "0")) == 2 * float(plain.get("width", "0"))
    assert large.get("viewBox") == plain.get("viewBox")


def test_letters_as_shapes_need_no_font_and_still_say_what_they_read() -> None:
    _, drawing = drawn(*square())
    shape = Outline("MLZ", (1.0, 2.0, 3.0, 4.0))
    root = parsed(svg(drawing, LIGHT, letters=lambda text, style: shape))
    assert not list(root.iter(f"{NAMESPACE}text"))
    lines = [text for m in (*drawing.edges, *drawing.titles, *drawing.nodes) for text in m.texts]
    written = [path for path in root.iter(f"{NAMESPACE}path") if path.get("aria-label") is not None]
    assert [path.get("aria-label") for path in written] == [text.text for text in lines]
    assert [path.get("class") for path in written] == [f"text-{text.role}" for text in lines]
    assert {path.get("d") for path in written} == {"M1 2L3 4Z"}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("role", Role)
def test_every_role_of_the_screen_has_its_colours_and_pen(role: Role, theme: Theme) -> None:
    """Heat, ghosts, columns, tags of differences and all else: no kind of mark is lost in a file."""
    mark = Mark("m", role, Rect(0, 0, 9, 9), (Path("MLZ", (0.0, 0.0, 9.0, 9.0), role),), (), "", "")
    text = svg(Drawing(Size(9, 9), (), (), (mark,)), theme)
    rule = next(line for line in text.splitlines() if line.startswith(f".gradviz-{theme.name} path.{role} "))
    style = theme.styles[role]
    assert f"fill: {style.fill or 'none'};" in rule
    assert f"stroke: {style.stroke or 'none'}" in rule
    assert ("stroke-dasharray" in rule) == bool(style.dash)


def test_pictures_of_two_themes_on_one_page_keep_their_colours() -> None:
    """A notebook puts them into one document, where styles and ids are those of all of it."""
    drawing = drawn(*every_kind(), legend=True)[1]
    light, dark = (svg(drawing, theme) for theme in (LIGHT, DARK))
    common = {line for line in light.splitlines() if line.startswith(".")} & set(dark.splitlines())
    assert [line for line in common if "#" in line] == []
    named = [{element.get("id") for element in parsed(text).iter(f"{NAMESPACE}marker")} for text in (light, dark)]
    assert named[0].isdisjoint(named[1])
    selectors = [{line.partition(" {")[0] for line in text.splitlines() if "#" in line} for text in (light, dark)]
    assert not {one for one in selectors[0] & selectors[1] if one.startswith(".")}
