"""Numbers that spoil a run: which op made the first nan or inf, which grad_fn passed the first on, which passed nought.

What follows from the first is no offence of its own: an op is to blame only where all it was given was finite.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.moments.hookedsteps import HookedSteps
from gradviz.model.trace import EMPTY, Number, Step, Trace, Value

# What these put into a tensor is what they are told to, and computes nothing.
_FILLS = frozenset(
    f"aten::{name}"
    for name in (
        *("fill", "fill_", "masked_fill", "masked_fill_", "index_fill", "index_fill_", "new_full", "constant_pad_nd"),
        *("scatter", "scatter_"),
    )
)
_NUMBERS = frozenset((float, int, bool))


class Ill(StrEnum):
    """What is wrong with a gradient or a value, the gravest first."""

    NAN = "nan"
    INF = "inf"
    ZERO = "zero"  # nought everywhere, though what arrived was not
    UNDEFINED = "undefined"  # none was passed along an edge


class Offender(NamedTuple):
    """Who made the first of an ill."""

    ill: Ill
    op: int | None  # an op of the forward run
    grad_fn: int | None  # or one of backward
    step: int
    line: int | None  # the line of the program that made it
    hook: int | None = None  # that made it of what came to the grad_fn, or of what that passed on; the line is its own


class Offenders(NamedTuple):
    """Where what is wrong began."""

    forward: tuple[Offender, ...]  # the first nan and the first inf, whichever there are
    backward: tuple[Offender, ...]


class _Spoiling(NamedTuple):
    """Numbers that were made nan or inf in one execution of a grad_fn, of such as were neither."""

    step: int
    place: int  # in it: hooks before the grad_fn, the grad_fn, hooks after it
    grad_fn: int
    ills: set[Ill]
    hook: int | None = None  # None: it was the grad_fn


def offenders(trace: Trace, hooked: HookedSteps) -> Offenders:
    """Return what is wrong in a run, in time linear in what was recorded."""
    return Offenders(tuple(_forward(trace)), tuple(_backward(trace, hooked)))


def _forward(trace: Trace) -> list[Offender]:
    """The first op whose result is nan, or inf, where nothing it was given was either.

    What memory held before anybody wrote to it is nobody's doing, nor what is computed from that, or from what cannot
    be read. Nor is an inf that the program asks for, as a mask of attention does, or gives as a number; a nan that
    comes of such a one is. What an op returns for its own backward alone spoils nothing, as the alphas of ctc_loss.
    """
    if not any(state.value is not None and _may_spoil(state.value) for state in (*trace.past, *trace.tensors)):
        return []
    values = _values(trace)
    held, hidden = dict(values.get(None, {})), _hidden(trace)
    found: dict[Ill, Offender] = {}
    for op in trace.ops:
        taken, made = [tensor for tensor in op.inputs if tensor not in op.outputs], values.get(op.id, {})
        if not held.keys() >= {*taken}:
            for tensor in made:
                held.pop(tensor, None)
            continue
        computes = bool(op.inputs) and op.name.partition(".")[0] not in _FILLS
        computes = computes and all(held[tensor] is not None for tensor in taken)
        given = _spoilt(held[tensor] for tensor in taken) | ({Ill(op.given)} if op.given is not None else set())
        shown = (made.get(tensor) for tensor in op.outputs if tensor not in hidden)
        ills = _spoilt(shown) if computes and op.phase == "forward" else set()
        for ill in (Ill.NAN, Ill.INF):
            spoilt = (Ill.NAN, Ill.INF) if ill is Ill.INF or Ill.INF in found else (Ill.NAN,)
            if ill in ills and ill not in found and given.isdisjoint(spoilt):
                found[ill] = Offender(ill, op.id, op.grad_fn, op.step, op.line)
        held.update(made)
    return sorted(found.values(), key=lambda one: one.step)


def _hidden(trace: Trace) -> set[int]:
    """What ops returned beside their first result that has no name and that no other op took."""
    taken = {tensor for op in trace.ops if op.phase == "forward" for tensor in op.inputs}
    beside = {tensor for op in trace.ops for tensor in op.outputs[1:] if not trace.tensors[tensor].names}
    return beside - taken


def _values(trace: Trace) -> dict[int | None, dict[int, Value | None]]:
    """What each op left in which tensors, and what was in those that came from none, but for unwritten memory."""
    raw = {trace.tensors[made].storage for op in trace.ops if op.name in EMPTY for made in op.outputs}
    found: dict[int | None, dict[int, Value | None]] = {}
    for state in (*trace.past, *trace.tensors):
        if state.version or state.storage not in raw:
            found.setdefault(state.made_by, {}).setdefault(state.id, state.value)
    return found


def _backward(trace: Trace, hooked: HookedSteps) -> list[Offender]:
    """The first grad_fn that passed on nan, or inf, where what arrived was neither, or the first hook that made it so.

    To pass on an inf that the program gave the op, or that it computed before, is no grad_fn's doing; a nan that comes
    of such a one is.
    """
    spoiling = [
        _Spoiling(step.id, 1, step.grad_fn, ills)
        for step in trace.steps
        if step.kind == "backward" and step.grad_fn is not None
        if (ills := _spoilt(hooked.passed(step) if hooked.after else step.left)) and not _spoilt(step.arrived)
    ]
    spoiling = sorted([*spoiling, *_by_hooks(hooked)], key=attrgetter("step", "place"))
    if not spoiling:
        return []
    given = {op.grad_fn for op in trace.ops if op.given is not None}
    states = (*trace.past, *trace.tensors)
    infinite = {(state.id, state.version) for state in states if Ill.INF in _spoilt((state.value,))}
    found: dict[Ill, Offender] = {}
    for step, _place, grad_fn, ills, hook in spoiling:
        made = trace.grad_fns[grad_fn]
        had_inf = grad_fn in given or not infinite.isdisjoint((one.tensor, one.version) for one in made.saved)
        for ill in (Ill.NAN, Ill.INF):
            if ill in ills and ill not in found and not (ill is Ill.INF and had_inf and hook is None):
                line = made.line if hook is None else trace.hooks[hook].line
                found[ill] = Offender(ill, None, grad_fn, step, line, hook)
    return sorted(found.values(), key=lambda one: one.step)


def _by_hooks(hooked: HookedSteps) -> Iterator[_Spoiling]:
    for place, calls in ((0, hooked.before), (2, hooked.after)):
        for step, own in calls.items():
            for call in own:
                if call.grad_fn is not None and (ills := _spoilt(call.after)) and not _spoilt(call.before):
                    yield _Spoiling(step, place, call.grad_fn, ills, call.hook)


def offender_name(trace: Trace, first: Offender) -> str:
    """What in backward made the first of an ill: the name of a grad_fn, or a hook as it was registered."""
    return trace.grad_fns[first.grad_fn or 0].name if first.hook is None else trace.hooks[first.hook].text


def passed_ill(trace: Trace, step: Step) -> Ill | None:
    """Return the gravest ill of what a grad_fn passed on in one execution."""
    if step.kind != "backward" or step.grad_fn is None:
        return None
    edges = zip(step.left, trace.grad_fns[step.grad_fn].next, strict=False)
    wanted = [value for value, (target, _) in edges if target is not None]
    ills = [_ill(value) for value in wanted]
    for ill in (Ill.NAN, Ill.INF):
        if ill in ills:
            return ill
    if wanted and all(value is None for value in wanted):
        return Ill.UNDEFINED
    alive = any(value is not None and _ill(value) is not Ill.ZERO for value in step.arrived)
    return Ill.ZERO if alive and ills and all(ill is Ill.ZERO for ill in ills) else None


def _may_spoil(value: Value) -> bool:
    """Whether nan or inf may be in a value, where most have neither: in its data they are texts."""
    return bool(value.nan or value.inf or (value.data and not _NUMBERS.issuperset(map(type, value.data))))


def _spoilt(values: Iterable[Value | None]) -> set[Ill]:
    """Which of nan and inf there are in values."""
    found: set[Ill] = set()
    for value in values:
        if value is not None and _may_spoil(value):
            texts = "".join(one for one in value.data or () if isinstance(one, str))
            if value.nan or "nan" in texts:
                found.add(Ill.NAN)
            if value.inf or "inf" in texts:
                found.add(Ill.INF)
    return found


def _ill(value: Value | None) -> Ill | None:
    """What is wrong with a value: nan before inf, and nought everywhere."""
    if value is None:
        return None
    ills = _spoilt((value,))
    if ills:
        return Ill.NAN if Ill.NAN in ills else Ill.INF
    return Ill.ZERO if is_nought(value) else None


def is_nought(value: Value) -> bool:
    """Whether a value has elements, and each is nought."""
    if value.data is not None:
        return bool(value.data) and not any(map(magnitude, value.data))
    return value.min == 0 and value.max == 0


def magnitude(number: Number) -> float:
    """The size of an element: nan, inf and complex numbers are texts."""
    return abs(complex(number)) if isinstance(number, str) else abs(number)
