import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.boxes.outline import Outline
from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.theme import LIGHT, THEMES, Theme
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


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_looks_are_attributes_which_every_program_knows(theme: Theme) -> None:
    """Neither styles nor markers, which some leave out, and which pictures on one page would share."""
    _, drawing = drawn(*every_kind(), legend=True)
    text = svg(drawing, theme)
    root = parsed(text)
    assert not {"style", "marker"} & {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    assert "url(" not in text
    for path in root.iter(f"{NAMESPACE}path"):
        assert path.get("fill"), path.attrib
    marks = (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend)
    written = [(one.get("fill"), one.get("font-size")) for one in root.iter(f"{NAMESPACE}text")]
    styles = [theme.texts[one.role] for mark in marks for one in mark.texts]
    assert written == [(style.colour, f"{style.size:g}") for style in styles]
    assert (root.get("font-family") or "").endswith("sans-serif")
    assert "None" not in text.replace(".grad None", "")


def test_an_arrow_ends_in_a_head_at_its_tip() -> None:
    _, drawing = drawn(*square())
    edge = drawing.edges[0]
    root = parsed(svg(drawing, LIGHT))
    mark = next(element for element in root.iter(f"{NAMESPACE}g") if element.get("id") == edge.id)
    line, head = mark.findall(f"{NAMESPACE}path")[:2]
    tip = " ".join(f"{number:.2f}".rstrip("0").rstrip(".") for number in edge.paths[0].coords[-2:])
    assert (head.get("d") or "").startswith(f"M{tip}L")
    assert (line.get("d") or "").endswith(tip)
    assert head.get("fill") == line.get("stroke") == LIGHT.styles[edge.role].stroke


def test_each_mark_is_a_picture_of_its_own_for_those_who_listen() -> None:
    """A whole of the role img would hide the titles of its parts."""
    root = parsed(svg(drawn(*square())[1], LIGHT))
    assert root.get("role") == "graphics-document document"
    spoken = [group for group in root.iter(f"{NAMESPACE}g") if group.get("id")]
    assert {group.get("role") for group in spoken} == {"graphics-symbol img"}


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
    (path,) = parsed(text).iter(f"{NAMESPACE}path")
    style = theme.styles[role]
    assert path.get("fill") == (style.fill or "none")
    assert path.get("stroke") == style.stroke
    assert (path.get("stroke-dasharray") is not None) == bool(style.dash and style.stroke)
