"""What heat does to boxes and legend, and that it can be told without colour."""

from itertools import pairwise

import pytest

from gradviz.drawing.content.content import Content, Line, Shape
from gradviz.drawing.heated import heated, scale
from gradviz.drawing.shapes import HEATS, Role, TextRole
from gradviz.drawing.theme import THEMES, Theme, contrast
from gradviz.drawing.words import ENGLISH, JAPANESE
from gradviz.model.costs.heat import COLD, Amount, Heat

HEAT = Heat("time", {"a": Amount(0.001, 0.0002), "b": Amount(0.00002)}, {4: Amount(0.00102, 0.0002)}, 0.001)
BOX = Content(Role.OP, Shape.PILL, (Line("mul", TextRole.OP),), ("what",))


def test_a_box_says_what_its_node_costs_with_spread_and_caveat() -> None:
    found = heated(BOX, "a", HEAT, ENGLISH)
    assert found.lines[-1] == Line("1 ms ± 100 µs", TextRole.BODY)
    assert found.details == ("what", "time 1 ms ± 100 µs", ENGLISH.heat_caveat)
    assert (found.role, found.gauge) == (HEATS[3], 1.0)
    assert heated(BOX, "b", HEAT, ENGLISH).gauge == pytest.approx(0.02)
    assert heated(BOX._replace(role=Role.ERROR), "a", HEAT, ENGLISH).role is Role.ERROR
    exact = heated(BOX, "a", HEAT._replace(of="saved", nodes={"a": Amount(2048)}), JAPANESE)
    assert exact.details == ("what", "逆伝播用に保存 2 KiB")


def test_what_costs_nothing_is_left_as_it_is() -> None:
    assert heated(BOX, "c", HEAT, ENGLISH) is BOX
    assert scale(COLD, ENGLISH) == {}


def test_the_scale_has_units_and_no_gap() -> None:
    assert list(scale(HEAT, ENGLISH).values()) == [
        "time up to 15.6 µs",
        "time 15.6 µs to 62.5 µs",
        "time 62.5 µs to 250 µs",
        "time 250 µs to 1 ms",
    ]


def test_the_scale_of_a_few_bytes_has_no_part_of_less_than_one() -> None:
    few = HEAT._replace(of="allocated", most=16.0, nodes={"a": Amount(16)})
    assert list(scale(few, ENGLISH).values()) == [
        "allocated up to 1 B",
        "allocated 1 B to 4 B",
        "allocated 4 B to 16 B",
    ]
    assert list(scale(few._replace(most=1.0), ENGLISH).values()) == ["allocated up to 1 B"]


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_heat_is_read_in_grey_and_by_the_outline(theme: Theme) -> None:
    fills = [theme.styles[role].fill or "" for role in HEATS]
    from_ground = [contrast(fill, theme.ground) for fill in fills]
    assert all(b > a for a, b in pairwise(from_ground))
    assert all(b > a for a, b in pairwise(theme.styles[role].width for role in HEATS))
    for fill in fills:
        assert contrast(fill, theme.styles[Role.GAUGE].fill or "") >= 3
        for role in (TextRole.TITLE, TextRole.OP, TextRole.BODY, TextRole.GRAD_FN, TextRole.MUTED):
            assert contrast(fill, theme.texts[role].colour) >= 4.5
