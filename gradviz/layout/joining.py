"""Which of many things hang together, by pairs of them."""

from collections.abc import Iterable


def joined(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Of each of so many things, the first of those that pairs join it with."""
    owner = list(range(count))
    sets = count
    for one, other in pairs:
        while owner[one] != one:
            owner[one] = one = owner[owner[one]]
        while owner[other] != other:
            owner[other] = other = owner[owner[other]]
        if one != other:
            sets -= 1
            if sets == 1:
                return [0] * count
            if one < other:
                owner[other] = one
            else:
                owner[one] = other
    for at, first in enumerate(owner):
        owner[at] = owner[first]
    return owner
