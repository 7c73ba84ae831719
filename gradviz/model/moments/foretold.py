"""Which saved tensors backward would refuse, and why, read off the records before backward runs.

Torch keeps the version a tensor had when it was saved, and hands it back only while the counter still stands there.
What the grad_fn inside a CopySlices saved (an in-place op on a view) torch shows to nobody. The recorder finds it out
by the same op where no view is; where it cannot, nothing can be foretold of that.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Saved


class Foretold(NamedTuple):
    """A saved tensor that its grad_fn could not use."""

    grad_fn: int
    saved: Saved
    why: Literal["version", "freed", "detached"]
    now: int | None = None  # "version": where the counter stands
    changed_by: int | None = None  # "version": the op that moved it on first, where one was seen; "detached": detach_()


def foretold(moment: Moment, grad_fns: Iterable[int] | None = None) -> Iterator[Foretold]:
    """Yield the saved tensors that backward would refuse at a moment, of some grad_fns or of all that were there."""
    harmed = moment.history.harmed
    for number in harmed if grad_fns is None else grad_fns:
        grad_fn = moment.grad_fn(number) if number in harmed and harmed[number] <= moment.begun else None
        if grad_fn is not None:
            for saved in grad_fn.saved:
                yield from _refused(moment, grad_fn, saved)


def unseen(moment: Moment, grad_fns: Iterable[int] | None = None) -> int | None:
    """Return a grad_fn of which nobody can foretell anything, of some grad_fns or of all that were there."""
    there = (one for one in moment.history.unseen if moment.grad_fn(one) is not None)
    wanted = None if grad_fns is None else frozenset(grad_fns)
    return next((one for one in there if wanted is None or one in wanted), None)


def _refused(moment: Moment, of: GradFn, saved: Saved) -> Iterator[Foretold]:
    grad_fn = of.id
    if saved.state == "freed":
        yield Foretold(grad_fn, saved, "freed")
        return
    cut = moment.history.cut(of, saved) if saved.state == "kept" else None
    if cut is not None and cut.step < moment.begun and moment.known_tensor(cut.outputs[0]).grad_fn is None:
        yield Foretold(grad_fn, saved, "detached", None, cut.id)
        return
    moves = moment.history.versions.of(saved)
    place = None if moves is None or saved.version is None else moves.beyond(saved.version)
    if moves is not None and place is not None and moves.steps[place] <= moment.begun:
        yield Foretold(grad_fn, saved, "version", moves.at(moment.begun), moves.made_by[place])
