from collections.abc import Iterator

import pytest

from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.theme import FAMILIES, THEMES, Theme, contrast
from tests.unit.drawing.samples import SAMPLES, drawn

BORDERS = {
    *(Role.LEAF, Role.CONSTANT, Role.INTERMEDIATE, Role.ROOT, Role.OP, Role.UNRECORDED, Role.ACCUMULATE, Role.SAVED),
    *(Role.DETACHED, Role.INFERENCE, Role.ERROR, Role.FOLD, Role.INPUT, Role.RESULT, Role.REGION),
    *(Role.REGION_INFERENCE, Role.ROOT_STRIP, Role.STOP, Role.FREED),
}
LINES = {Role.DATA_EDGE, Role.UNRECORDED_EDGE, Role.SAVED_EDGE, Role.GRADIENT_EDGE, Role.PARTIAL}


def test_contrast_is_that_of_the_web_guidelines() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#FFFFFF") == 1
    # An example pair of the guidelines' own text: this grey on white is the darkest that fails 4.5.
    assert 4.4 < contrast("#777777", "#FFFFFF") < 4.5 < contrast("#767676", "#FFFFFF")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("role", sorted(BORDERS))
def test_every_border_stands_out_from_its_box_and_from_the_ground(theme: Theme, role: Role) -> None:
    style = theme.styles[role]
    assert style.fill is not None
    assert style.stroke is not None
    assert contrast(style.stroke, style.fill) >= 4.6
    assert contrast(style.stroke, theme.ground) >= 4.6


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("role", sorted(LINES))
def test_every_line_stands_out_from_all_it_runs_over(theme: Theme, role: Role) -> None:
    stroke = theme.styles[role].stroke
    assert stroke is not None
    for ground in (Role.REGION, Role.REGION_INFERENCE):
        fill = theme.styles[ground].fill
        assert fill is not None
        assert contrast(stroke, fill) >= 4.6
    assert contrast(stroke, theme.ground) >= 4.6


def filled_under(text: Text, mark: Mark) -> Iterator[Path]:
    """The filled paths of a mark that a text stands on."""
    for path in mark.paths:
        xs, ys = path.coords[::2], path.coords[1::2]
        if path.filled and min(xs) <= text.at.x <= max(xs) and min(ys) <= text.at.y <= max(ys):
            yield path


def grounds(drawing: Drawing, theme: Theme) -> Iterator[tuple[TextRole, str]]:
    frames = [fill for frame in drawing.frames if (fill := theme.styles[frame.role].fill)]
    for mark in (*drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend):
        for text in mark.texts:
            under = [theme.styles[path.role].fill for path in filled_under(text, mark)]
            if under and under[-1]:
                yield text.role, under[-1]
            else:
                yield from ((text.role, ground) for ground in (theme.ground, *frames))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_text_can_be_read_where_it_stands(theme: Theme) -> None:
    seen: set[TextRole] = set()
    for graph, trace in SAMPLES.values():
        for role, ground in grounds(drawn(graph, trace, legend=True)[1], theme):
            seen.add(role)
            least = 4.5 if role is TextRole.MUTED else 8.0
            assert contrast(theme.texts[role].colour, ground) >= least, (role, ground)
    assert seen == set(TextRole) - {TextRole.TAG}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("role", [Role.GAINED, Role.LOST])
def test_every_tag_can_be_read(theme: Theme, role: Role) -> None:
    fill, stroke = theme.styles[role].fill, theme.styles[role].stroke
    assert fill is not None
    assert stroke is not None
    assert contrast(theme.texts[TextRole.TAG].colour, fill) >= 8.0
    assert contrast(stroke, fill) >= 4.6
    assert theme.styles[Role.GAINED].dash != theme.styles[Role.LOST].dash


def test_both_themes_differ_in_colour_only() -> None:
    light, dark = THEMES.values()
    for role in Role:
        assert light.styles[role][2:] == dark.styles[role][2:]
    for text in TextRole:
        assert light.texts[text][1:] == dark.texts[text][1:]


def test_kinds_that_share_an_outline_differ_in_more_than_colour() -> None:
    styles = THEMES["light"].styles
    assert styles[Role.LEAF].width != styles[Role.INTERMEDIATE].width != styles[Role.ERROR].width
    assert styles[Role.OP].dash != styles[Role.UNRECORDED].dash
    assert styles[Role.CONSTANT].dash != styles[Role.DETACHED].dash
    assert styles[Role.DATA_EDGE].dash != styles[Role.UNRECORDED_EDGE].dash
    assert styles[Role.REGION].dash != styles[Role.REGION_INFERENCE].dash


def test_a_freed_note_is_hollow_and_a_kept_one_is_not() -> None:
    for theme in THEMES.values():
        assert theme.styles[Role.FREED] == theme.styles[Role.SAVED]._replace(fill=theme.ground)
        assert theme.styles[Role.SAVED].fill != theme.ground


def test_the_list_of_fonts_ends_in_one_that_is_everywhere() -> None:
    assert FAMILIES[-1] == "sans-serif"
