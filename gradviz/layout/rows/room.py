"""Where elements stand in ordered rows, and how far they may move before they come too near to what is beside them."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from gradviz.layout.rows.net import Net

ROUNDING = 1e-6


class Seats(NamedTuple):
    """Where each element stands in its row."""

    number: list[int]
    packed: list[float]  # its start across if the row is packed: two of a row keep at least the distance they have here


def seats(net: Net) -> Seats:
    """The seats of all elements, by the order of the rows."""
    found = Seats(indices(net.rows), [0.0] * len(net.width))
    pitch = [width + 2 * margin for width, margin in zip(net.width, net.margin, strict=True)]
    margin, packed = net.margin, found.packed
    for row in net.rows:
        place = 0.0
        for element in row:
            packed[element] = place + margin[element]
            place += pitch[element]
    return found


def indices(rows: list[list[int]]) -> list[int]:
    """The index of each element in its row."""
    found = [0] * sum(map(len, rows))
    for row in rows:
        for index, element in enumerate(row):
            found[element] = index
    return found


def room(net: Net, seats: Seats, places: list[float], elements: Sequence[int]) -> tuple[float, float]:
    """How far elements one below another may move together, to the left as a negative number and to the right."""
    number, packed = seats
    low, high = -inf, inf
    for element in elements:
        row, at = net.rows[net.row[element]], number[element]
        spare = packed[element] - places[element]
        if at:
            left = row[at - 1]
            away = places[left] - packed[left] + spare
            if away > low:
                low = away
        if at + 1 < len(row):
            right = row[at + 1]
            away = places[right] - packed[right] + spare
            if away < high:
                high = away
    return low - ROUNDING, high + ROUNDING
