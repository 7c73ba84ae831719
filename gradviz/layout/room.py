"""How far elements may move in their rows before they come too near to what stands beside them."""

from collections.abc import Sequence
from math import inf

from gradviz.layout.net import Net


def indices(rows: list[list[int]]) -> list[int]:
    """The index of each element in its row."""
    found = [0] * sum(map(len, rows))
    for row in rows:
        for index, element in enumerate(row):
            found[element] = index
    return found


def room(net: Net, index: list[int], places: list[float], elements: Sequence[int]) -> tuple[float, float]:
    """How far elements one below another may move together, to the left as a negative number and to the right."""
    low, high = -inf, inf
    for element in elements:
        row, at = net.rows[net.row[element]], index[element]
        if at:
            left = row[at - 1]
            low = max(low, places[left] + net.width[left] + net.margin[left] + net.margin[element] - places[element])
        if at + 1 < len(row):
            right = row[at + 1]
            space = places[right] - net.margin[right] - net.margin[element] - net.width[element]
            high = min(high, space - places[element])
    return low, high
