from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.export.sheets import EDGE, OVERLAP, PAPERS, POINTS, Paper, sheets
from gradviz.layout.geometry import Rect, Size


def full(width: float, height: float) -> Drawing:
    """A drawing with something everywhere."""
    mark = Mark("m", Role.OP, Rect(0, 0, width, height), (), (), "", "")
    return Drawing(Size(width, height), (), (), (mark,))


extents = st.integers(1, 30_000)
papers = st.sampled_from(tuple(PAPERS))


@given(extents, extents, papers, st.sampled_from((0.5, 1.0, 2.0)))
def test_sheets_show_all_of_a_drawing_and_neighbours_overlap(
    width: int, height: int, paper: Paper, scale: float
) -> None:
    found = sheets(full(width, height), paper, scale)
    wide, high = width * POINTS * scale, height * POINTS * scale
    lefts = sorted({sheet.part.x for sheet in found})
    tops = sorted({sheet.part.y for sheet in found})
    assert len(found) == len(lefts) * len(tops)
    assert lefts[0] == tops[0] == 0
    assert max(sheet.part.right for sheet in found) >= wide - 1e-6
    assert max(sheet.part.bottom for sheet in found) >= high - 1e-6
    for sheet in found:
        assert sorted(sheet.page) == sorted(PAPERS[paper])
        assert sheet.at.x >= 0
        assert sheet.at.x + sheet.part.width <= sheet.page.width + 1e-6
        assert sheet.at.y + sheet.part.height <= sheet.page.height + 1e-6
        if len(found) > 1:
            assert sheet.at == (EDGE, EDGE)
    part = found[0].part
    for starts, extent in ((lefts, part.width), (tops, part.height)):
        steps = {round(after - before, 6) for before, after in pairwise(starts)}
        assert steps <= {round(extent - OVERLAP, 6)}
    names = [sheet.name for sheet in found]
    assert len(set(names)) == len(names)


def test_sheets_are_named_by_row_and_column() -> None:
    found = sheets(full(1000, 1000 * 30), "a4")
    rows = [sheet.name for sheet in found if sheet.part.x == 0]
    assert rows[:3] == ["A1", "B1", "C1"]
    assert rows[25:28] == ["Z1", "AA1", "AB1"]
    assert {sheet.name for sheet in found if sheet.part.y == 0} == {"A1", "A2"} or len(rows) == len(found)


def test_what_fits_one_sheet_is_in_its_middle() -> None:
    (sheet,) = sheets(full(400, 300), "letter")
    assert not sheet.name
    assert sheet.at.x * 2 + sheet.part.width == sheet.page.width
    assert sheet.at.y * 2 + sheet.part.height == sheet.page.height


def test_one_page_is_as_large_as_the_drawing() -> None:
    (sheet,) = sheets(full(4000, 3000), "fit", 2.0)
    assert sheet.page == (4000 * POINTS * 2, 3000 * POINTS * 2)
    assert sheets(Drawing(Size(0, 0), (), (), ()), "fit")[0].page == (POINTS, POINTS)


def test_sheets_that_would_be_empty_are_left_out() -> None:
    corners = tuple(Mark(f"m{k}", Role.OP, Rect(k * 5900, k * 5900, 50, 50), (), (), "", "") for k in (0, 1))
    found = sheets(Drawing(Size(6000, 6000), (), (), corners), "a4")
    assert len(found) == 2
    assert found[0].name == "A1"
