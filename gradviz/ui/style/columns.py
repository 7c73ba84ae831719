"""How wide the columns of a table are: as their text wants, and where that is too much the widest give way first."""


def shared(wanted: list[int], least: list[int], room: int) -> list[int]:
    """Return widths that together take no more than `room`, as long as none falls below its least.

    Args:
        wanted: what each column would take.
        least: what each must have.
        room: what all have together.
    """
    low, high = 0, max(wanted, default=0)
    while low < high:  # the largest width to which columns may be cut
        middle = (low + high + 1) // 2
        if sum(_cut(wanted, least, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return _cut(wanted, least, low)


def _cut(wanted: list[int], least: list[int], width: int) -> list[int]:
    return [max(small, min(want, width)) for want, small in zip(wanted, least, strict=True)]
