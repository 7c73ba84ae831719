"""In which order the elements of each row stand, so that few joints cross and each frame stays in one piece.

The elements of a frame share the start of their sort key, and that start is the same in every row: so a frame is never
torn apart, and two frames never change sides. Knows only rough places.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from math import inf

from gradviz.layout.former import Former
from gradviz.layout.order.crossings import UNKNOWN, Order, changed, crossings, swap_neighbours, uncounted
from gradviz.layout.rows.nesting import OUTSIDE, Nesting
from gradviz.layout.rows.net import Joint, Net
from gradviz.layout.rows.room import indices

DOWN, UP = True, False
LARGE = 40_000  # joints from which there is one beginning only

Prefix = tuple[float, ...]


def reordered(net: Net, frames: Nesting, former: Former) -> list[list[int]]:
    """The rows of `net` in the order of former places, but for neighbours that cross less the other way round."""
    sweeper = _Sweeper(net, frames)
    order = sweeper.initial([place + half for place, half in zip(former.start, sweeper.half, strict=True)])
    swap_neighbours(net, order)
    _untwist(net, order.rows)
    return order.rows


def ordered(net: Net, frames: Nesting) -> list[list[int]]:
    """The rows of `net` in a good order: a walk, or what sweeps make of it if that crosses less; neighbours swapped."""
    if max(map(len, net.rows), default=0) < 2:
        return net.rows
    sweeper = _Sweeper(net, frames)
    order = sweeper.initial(_walk(net))
    if crossings(net, order):
        order = _mended(sweeper, order)
        swap_neighbours(net, order)
    _untwist(net, order.rows)
    return order.rows


def _mended(sweeper: "_Sweeper", first: Order) -> Order:
    """The best of a first order and some that sweeps make.

    Where operands have an order, one sweep finds it and more would find nothing. Where they have none, and with frames,
    it is the best of two sweeps each from two beginnings. More would go to and fro between the same orders. Where the
    first ones mend nothing, no other beginning does.
    """
    net = sweeper.net
    if not net.sides and _operands_have_an_order(net):
        return _best(net, chain((first,), sweeper.swept(first, (UP,))))
    best = _best(net, chain((first,), sweeper.swept(first, (UP, DOWN))))
    mended = 0 < crossings(net, best) < crossings(net, first)
    if mended and sum(map(len, net.below)) < LARGE:
        best = _best(net, chain((best,), sweeper.swept(sweeper.initial(_given(net)), (DOWN, UP))))
    return best


def _operands_have_an_order(net: Net) -> bool:
    """Whether no two joints enter an element at one place."""
    return all(len({own for _, _, own in joints}) == len(joints) for joints in net.above if len(joints) > 1)


def _best(net: Net, orders: Iterable[Order]) -> Order:
    """The order in which the fewest joints cross, and the first in which none does: no other is made then."""
    found: list[Order] = []
    for order in orders:
        found.append(order)
        if not crossings(net, order):
            return order
    return min(found, key=partial(crossings, net))


def _walk(net: Net) -> list[float]:
    """The turn of each element in a walk from the results to their operands, in order."""
    turn = [-1.0] * len(net.width)
    clock = 0.0
    for start in range(net.borders):
        stack = [] if net.below[start] else [start]
        while stack:
            element = stack.pop()
            while turn[element] < 0:
                turn[element] = clock
                clock += 1
                ends = net.above[element]
                if not ends:
                    break
                if len(ends) > 1:
                    stack += [other for other, _, _ in ends[:0:-1]]
                element = ends[0][0]
    return _with_trunks(net, turn)


def _given(net: Net) -> list[float]:
    """The order of the diagram, with the bends of a link where its tail is."""
    turn = list(map(float, range(len(net.width))))
    for bends in net.bends:
        if bends:
            tail = float(net.above[bends[0]][0][0])
            for bend in bends:
                turn[bend] = tail
    return _with_trunks(net, turn)


def _with_trunks(net: Net, turn: list[float]) -> list[float]:
    """The same, with the trunk of each fan right before all that stands on its shelves, and its feed right after."""
    for fan in net.fans:
        turns = [turn[cell] for cell in fan.cells()]
        for bends, beside in ((fan.trunk, min(turns) - 0.5), (fan.feed, max(turns) + 0.5)):
            for bend in bends:
                turn[bend] = beside
    return turn


def _copy(order: Order) -> Order:
    return Order([list(row) for row in order.rows], list(order.at), list(order.counts))


class _Sweeper:
    """The sweeps over one net, with what they need to know of it worked out once."""

    def __init__(self, net: Net, frames: Nesting) -> None:
        self.net = net
        self.frames = frames
        self.half = [width / 2 for width in net.width]
        self.pitch = [width + 2 * margin for width, margin in zip(net.width, net.margin, strict=True)]
        self.start = [-sum(map(self.pitch.__getitem__, row)) / 2 for row in net.rows]
        self.members = _members(net, frames)
        self.shelves = _shelves(net)

    def initial(self, key: list[float]) -> Order:
        """Rows in the order of a key for each element."""
        order = uncounted([list(row) for row in self.net.rows], [0.0] * len(key))
        self._sort_all(order, key)
        return order

    def swept(self, order: Order, sweeps: Iterable[bool]) -> Iterator[Order]:
        """The orders that sweeps make of one, each of the one before."""
        for downward in sweeps:
            order = self._sweep(order, downward)
            if self.net.sides:
                order = min(order, self._with_straight_links(order), key=partial(crossings, self.net))
            yield order

    def _sweep(self, order: Order, downward: bool) -> Order:
        """Each row sorted by the mean place of the neighbours in the row before (after, if not downward)."""
        order = _copy(order)
        at, half = order.at, self.half
        back, on = (self.net.above, self.net.below) if downward else (self.net.below, self.net.above)
        middle = list(map(float.__add__, at, half))
        prefixes = self._prefixes(middle, at) if self.members else []
        rows = range(len(order.rows))
        for number in rows if downward else reversed(rows):
            row = order.rows[number]
            if len(row) == 1:
                continue
            loose = []
            for element in row:
                ends = back[element]
                if len(ends) == 1:
                    other, offset, own = ends[0]
                    middle[element] = at[other] + offset - own + half[element]
                elif ends:
                    total = 0.0
                    for other, offset, own in ends:
                        total += at[other] + offset - own
                    middle[element] = total / len(ends) + half[element]
                else:
                    loose.append(element)
            self._set_loose(loose, back, on, middle)
            for trunk, others in self.shelves.get(number, ()):
                for element in others:
                    middle[element] = middle[trunk]  # so that they stay in the order that they have
            before = list(row)
            self._sort(row, middle, prefixes)
            if row != before:
                self._pack(order, number)
        return order

    def _set_loose(self, loose: list[int], back: list[list[Joint]], on: list[list[Joint]], middle: list[float]) -> None:
        """Set the middles of elements of a row with no joint back: beside what else is joined to what they are."""
        found: dict[int, tuple[float, int]] = {}  # of what they are joined to: the places that others want, in sum
        for element in loose:
            total, count = 0.0, 0
            for end, far, own in on[element]:
                if end not in found:
                    ends = [joint for joint in back[end] if back[joint[0]]]
                    starts = [middle[other] - self.half[other] + offset - port for other, offset, port in ends]
                    found[end] = sum(starts), len(starts)
                start, others = found[end]
                total += start + others * (far - own)
                count += others
            if count:
                middle[element] = total / count + self.half[element]

    def _with_straight_links(self, order: Order) -> Order:
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
        prefixes = self._prefixes(key, order.at if any(order.at) else None) if self.members else []
        margin, pitch, at = self.net.margin, self.pitch, order.at
        for row, place in zip(order.rows, self.start, strict=True):
            self._sort(row, key, prefixes)
            for element in row:
                at[element] = place + margin[element]
                place += pitch[element]
        order.counts[:] = [UNKNOWN] * len(order.counts)

    def _sort(self, row: list[int], key: list[float], prefixes: list[Prefix]) -> None:
        """Sort one row by key, frames in one piece between their borders."""
        if not prefixes:
            if len(row) > 1:
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


def _shelves(net: Net) -> dict[int, list[tuple[int, list[int]]]]:
    """Of each row with shelves: the bend of the trunk of each, and what stands beside it."""
    found: dict[int, list[tuple[int, list[int]]]] = {}
    for fan in net.fans:
        beside = {net.row[bend]: (bend, list[int]()) for bend in fan.trunk}
        for element in (*fan.cells(), *fan.feed) if beside else ():
            if net.row[element] in beside:
                beside[net.row[element]][1].append(element)
        for row, shelf in beside.items():
            found.setdefault(row, []).append(shelf)
    return found


def _untwist(net: Net, rows: list[list[int]]) -> None:
    """Let links with the same two ends run side by side in the order of their ports, so that they do not cross."""
    if not any(len(bundle) > 1 for bundle in net.bundles):
        return
    index = indices(rows)
    for bundle in net.bundles:
        for level in zip(*(net.bends[link] for link in bundle), strict=True):
            wanted = dict.fromkeys(level)
            row = rows[net.row[level[0]]]
            for element, place in zip(wanted, sorted(index[element] for element in wanted), strict=True):
                row[place] = element
                index[element] = place
