"""In which order the elements of each row stand, so that few joints cross and each frame stays in one piece.

The elements of a frame share the start of their sort key, and that start is the same in every row: so a frame is never
torn apart, and two frames never change sides. Knows only rough places.
"""

from itertools import chain
from math import inf

from gradviz.layout.crossings import Order, changed, crossings, swap_neighbours, uncounted
from gradviz.layout.former import Former
from gradviz.layout.nesting import OUTSIDE, Nesting
from gradviz.layout.net import Joint, Net

LARGE = 40_000  # joints from which only a few sweeps and no swaps are made

Prefix = tuple[float, ...]


def reordered(net: Net, frames: Nesting, former: Former) -> list[list[int]]:
    """The rows of `net` in the order of former places, but for neighbours that cross less the other way round."""
    sweeper = _Sweeper(net, frames)
    order = sweeper.initial([place + half for place, half in zip(former.start, sweeper.half, strict=True)])
    swap_neighbours(net, order)
    _untwist(net, order.rows)
    return order.rows


def ordered(net: Net, frames: Nesting) -> list[list[int]]:
    """The rows of `net` in a good order."""
    sweeper = _Sweeper(net, frames)
    if max(map(len, net.rows), default=0) < 2:
        return net.rows
    if sum(map(len, net.below)) > LARGE:
        order = sweeper.initial(_walk(net, net.below, net.above))
        for number in range(4):
            sweeper.sweep(order, downward=number % 2 == 0)
    else:
        order = _searched(sweeper)
    _untwist(net, order.rows)
    return order.rows


class _Search:
    """The sweeps and swaps over one net, and the best order on the way."""

    def __init__(self, sweeper: "_Sweeper", key: list[float]) -> None:
        self.sweeper = sweeper
        self.order = sweeper.initial(key)
        self.best, self.fewest = _copy(self.order), crossings(sweeper.net, self.order)

    def restart(self, key: list[float]) -> None:
        """Begin anew in another order."""
        self.order = self.sweeper.initial(key)

    def sweep(self, downward: bool) -> int:
        """Sweep once; how many joints cross then. Where none do already, nothing happens."""
        if not self.fewest:
            return 0
        net = self.sweeper.net
        self.sweeper.sweep(self.order, downward=downward)
        count = crossings(net, self.order)
        if net.sides:
            straight = self.sweeper.with_straight_links(self.order)
            other = crossings(net, straight)
            if other < count:
                self.order, count = straight, other
        return self._seen(count)

    def swap(self) -> None:
        """Swap neighbours where that helps."""
        if self.fewest:
            self._seen(swap_neighbours(self.sweeper.net, self.order))

    def _seen(self, count: int) -> int:
        if count < self.fewest:
            self.best, self.fewest = _copy(self.order), count
        return count


def _searched(sweeper: "_Sweeper") -> Order:
    """The best order by a walk from the results to their operands, or by one the other way if that promises more.

    Further sweeps would go to and fro between the same orders. Where the first ones mend nothing, what is left crosses
    for the order of operands, and no other beginning mends that.
    """
    net = sweeper.net
    search = _Search(sweeper, _walk(net, net.below, net.above))
    first = search.fewest
    search.swap()
    search.sweep(downward=True)
    search.swap()
    count = search.sweep(downward=False)
    search.swap()
    if 0 < search.fewest < first:
        search.restart(_walk(net, net.above, net.below))
        search.sweep(downward=True)
        if search.sweep(downward=False) < count:
            search.swap()
            search.sweep(downward=True)
            search.swap()
    return search.best


def _copy(order: Order) -> Order:
    return Order([list(row) for row in order.rows], list(order.at), list(order.counts))


class _Sweeper:
    """The sweeps over one net, with what they need to know of it worked out once."""

    def __init__(self, net: Net, frames: Nesting) -> None:
        self.net = net
        self.frames = frames
        self.half = [width / 2 for width in net.width]
        self.pitch = [width + 2 * margin for width, margin in zip(net.width, net.margin, strict=True)]
        self.start = [-sum(self.pitch[element] for element in row) / 2 for row in net.rows]
        self.members = _members(net, frames)

    def initial(self, key: list[float]) -> Order:
        """Rows in the order of a key for each element."""
        order = uncounted([list(row) for row in self.net.rows], [0.0] * len(key))
        self._sort_all(order, key)
        return order

    def sweep(self, order: Order, downward: bool) -> None:
        """Sort each row by the mean place of the neighbours in the row before (after, if not downward)."""
        at, half = order.at, self.half
        joints = self.net.above if downward else self.net.below
        prefixes = self._prefixes([at[element] + half[element] for element in range(self.net.borders)], at)
        key = [0.0] * len(at)
        rows = range(len(order.rows))
        for number in rows if downward else reversed(rows):
            row = order.rows[number]
            if len(row) == 1:
                continue
            for element in row:
                ends = joints[element]
                if len(ends) == 1:
                    other, offset, own = ends[0]
                    key[element] = at[other] + offset - own + half[element]
                elif ends:
                    total = 0.0
                    for other, offset, own in ends:
                        total += at[other] + offset - own
                    key[element] = total / len(ends) + half[element]
                else:
                    key[element] = at[element] + half[element]
            before = list(row)
            self._sort(row, key, prefixes)
            if row != before:
                self._pack(order, number)

    def with_straight_links(self, order: Order) -> Order:
        """The same order but for long links, which pass each row where the straight line between their ends does.

        A sweep sees one end of a link only, and so may leave all of it on the wrong side of a frame.
        """
        net, at = self.net, order.at
        key = [place + half for place, half in zip(at, self.half, strict=True)]
        for link, bends in enumerate(net.bends):
            if bends and link not in net.shared:
                (upper, upper_offset, _), (lower, lower_offset, _) = net.above[bends[0]][0], net.below[bends[-1]][0]
                start, end = at[upper] + upper_offset, at[lower] + lower_offset
                for number, bend in enumerate(bends, 1):
                    key[bend] = start + (end - start) * number / (len(bends) + 1)
        straight = _copy(order)
        self._sort_all(straight, key)
        return straight

    def _sort_all(self, order: Order, key: list[float]) -> None:
        prefixes = self._prefixes(key, order.at if any(order.at) else None)
        for number, row in enumerate(order.rows):
            self._sort(row, key, prefixes)
            self._pack(order, number)

    def _sort(self, row: list[int], key: list[float], prefixes: list[Prefix]) -> None:
        """Sort one row by key, frames in one piece between their borders."""
        if not prefixes:
            row.sort(key=key.__getitem__)
            return
        home, borders = self.net.home, self.net.borders

        def nested(element: int) -> Prefix:
            prefix = prefixes[home[element]] if home[element] != OUTSIDE else ()
            if element >= borders:
                return (*prefix, -inf if (element - borders) % 2 == 0 else inf, -1)
            return (*prefix, key[element], -1)

        row.sort(key=nested)

    def _pack(self, order: Order, number: int) -> None:
        """Give the elements of a row their rough places."""
        place, margin, pitch, at = self.start[number], self.net.margin, self.pitch, order.at
        for element in order.rows[number]:
            at[element] = place + margin[element]
            place += pitch[element]
        changed(order, number)

    def _prefixes(self, key: list[float], at: list[float] | None) -> list[Prefix]:
        """For each frame what the sort keys of its elements start with: a place and a number for it and each outer one.

        The place is the mean of where the joints that cross its border come from, or else of its elements.
        """
        places: list[float] = []
        for members, outer in self.members:
            if at is not None and outer:
                places.append(sum(at[other] + offset for other, offset in outer) / len(outer))
            else:
                places.append(sum(key[element] for element in members) / len(members))
        return [
            tuple(chain.from_iterable((places[frame], float(frame)) for frame in path)) for path in self.frames.path
        ]


def _members(net: Net, frames: Nesting) -> list[tuple[list[int], list[tuple[int, float]]]]:
    """Of each frame: its elements, those of inner frames included, and the outer ends of joints across its border."""
    members: list[list[int]] = [[] for _ in frames.ids]
    outer: list[list[tuple[int, float]]] = [[] for _ in frames.ids]
    if not frames.ids:
        return []
    for element in range(net.borders):
        mine = frames.around(net.home[element])
        for frame in mine:
            members[frame].append(element)
        for other, offset, _ in chain(net.above[element], net.below[element]):
            theirs = frames.around(net.home[other])
            for frame in mine:
                if frame not in theirs:
                    outer[frame].append((other, offset))
    return list(zip(members, outer, strict=True))


def _walk(net: Net, back: list[list[Joint]], on: list[list[Joint]]) -> list[float]:
    """The turn of each element in a walk along joints, in order, from those that no joint leads to."""
    turn = [-1.0] * len(net.width)
    clock = 0.0
    for start in range(net.borders):
        if back[start]:
            continue
        stack = [start]
        while stack:
            element = stack.pop()
            if turn[element] >= 0:
                continue
            turn[element] = clock
            clock += 1
            stack.extend([other for other, _, _ in reversed(on[element])])
    return turn


def _untwist(net: Net, rows: list[list[int]]) -> None:
    """Let links with the same two ends run side by side in the order of their ports, so that they do not cross."""
    if not any(len(bundle) > 1 for bundle in net.bundles):
        return
    index = [0] * len(net.width)
    for row in rows:
        for place, element in enumerate(row):
            index[element] = place
    for bundle in net.bundles:
        for level in zip(*(net.bends[link] for link in bundle), strict=True):
            wanted = dict.fromkeys(level)
            row = rows[net.row[level[0]]]
            for element, place in zip(wanted, sorted(index[element] for element in wanted), strict=True):
                row[place] = element
                index[element] = place
