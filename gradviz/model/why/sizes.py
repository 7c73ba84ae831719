"""Where a gradient that came to a leaf became very small or very large: told by its norms on the way."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from gradviz.model.moments.moment import History
from gradviz.model.moments.ways import Stretch, Ways
from gradviz.model.trace import Tensor
from gradviz.model.values import number_text

WhySize = Literal["small", "large"]
_TOLD = 1e3  # by how much it has to change for anybody to ask: weights of layers differ by less
# A float32 does not feel a change that much smaller than itself: with the rate that moves the weights of one layer by
# their own size, those of the other stand still.
_FAR = 2.0**23
_MOST = 3  # names of grad_fns


class Size(NamedTuple):
    """A change of the norm and what it speaks of; its words are in sizewords.py."""

    said: WhySize
    facts: dict[str, str | int]
    line: int | None  # of the backward call


def size(history: History, ways: Ways, leaf: Tensor) -> Size | None:
    """Return how the gradient of a leaf came by its size in the last backward call, where that changed a lot."""
    found = _stretch(history, ways, leaf.id)
    return None if found is None or _change(found) < _TOLD else _told(history, ways, leaf, found)


def extreme(history: History, ways: Ways) -> Iterator[Size]:
    """Yield where gradients shrink, and where they grow, so far that one rate cannot serve all leaves: the furthest."""
    found = [(leaf, stretch) for leaf in sorted(history.sinks) if (stretch := _stretch(history, ways, leaf))]
    for grows in (False, True):
        far = [one for one in found if _change(one[1]) >= _FAR and (one[1].has > one[1].had) == grows]
        if far:
            leaf, stretch = max(far, key=lambda one: _change(one[1]))
            yield _told(history, ways, history.trace.tensors[leaf], stretch)


def _stretch(history: History, ways: Ways, leaf: int) -> Stretch | None:
    sink = history.sinks.get(leaf)
    return None if sink is None else ways.to(sink)


def _change(stretch: Stretch) -> float:
    return max(stretch.has / stretch.had, stretch.had / stretch.has)


def _told(history: History, ways: Ways, leaf: Tensor, stretch: Stretch) -> Size:
    shares = ways.shares(stretch)
    written = [f"{one.grad_fn} {one.factor:.2g}^{one.times}" for one in shares[:_MOST]]
    facts: dict[str, str | int] = {
        "first": _first(history, ways, stretch),
        "leaf": leaf.names[0] if leaf.names else "",
        "had": number_text(float(f"{stretch.had:.2g}")),
        "has": number_text(float(f"{stretch.has:.2g}")),
        "ways": ", ".join([*written, "…"] if len(shares) > _MOST else written),
    }
    return Size("large" if stretch.has > stretch.had else "small", facts, ways.line)


def _first(history: History, ways: Ways, stretch: Stretch) -> str:
    """A leaf to which the way goes that parts where the stretch begins; else the grad_fn there."""
    there = (
        leaf
        for leaf in sorted(history.sinks)
        if (found := _stretch(history, ways, leaf)) and found.last == stretch.first
    )
    names = (history.trace.tensors[leaf].names for leaf in there)
    return next((several[0] for several in names if several), history.trace.grad_fns[stretch.first].name)
