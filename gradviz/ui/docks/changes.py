"""What the cells of a table held before, where they hold something else now. Pure."""

from collections.abc import Iterable

Cells = tuple[str, ...]  # of one row; the first is its name
Changes = dict[tuple[int, int], str]  # row and column, and what stood there; "": nothing did


def changes(now: Iterable[Cells], before: Iterable[Cells] | None) -> Changes:
    """Return the cells that are not as they were in the row of the same name; none where nothing is known of before."""
    if before is None:
        return {}
    earlier = {cells[0]: cells for cells in before}
    found: Changes = {}
    for row, cells in enumerate(now):
        old = earlier.get(cells[0], ("",) * len(cells))
        found.update({(row, at): was for at, (was, is_) in enumerate(zip(old, cells, strict=True)) if was != is_})
    return found
