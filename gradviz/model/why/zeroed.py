"""Why a gradient became 0 where it did, as far as the record proves it."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import is_nought
from gradviz.model.moments.zeros import Arrival, Zero
from gradviz.model.trace import GradFn, Op, Tensor
from gradviz.model.values import number_text

WhyZero = Literal[
    "flat",  # the derivative of the function is 0 wherever it is defined
    "off",  # relu, of which no input above 0 was given a gradient
    "limits",  # clamp and its like, outside of their limits
    "saturated",  # sigmoid and its like, so far out that their slope rounds to 0
    "alone",  # softmax and its like, over a single number
    "corner",  # a norm and its like at 0, where torch takes a slope that jumps to be 0
    "chosen",  # where, minimum and their like, which took the other operand
    "times",  # multiplied by a tensor of zeros
    "times zero",  # by zeros that have no name, as the number 0
    "square",  # a power of 0
    "cancelled",  # what came from several places adds up to 0
    "uses",  # of the leaf: what came from them adds up to 0
    "hook",  # a hook made zeros of what came
    "hook after",  # or of what the grad_fn had made of it
    "root",  # backward began with zeros
    "nothing",  # the grad_fn was given no element
    "faint",  # what arrived was so small that the result was rounded to 0
    "passed",  # what is known is which grad_fn
]
_KINDS: dict[WhyZero, tuple[str, ...]] = {
    "flat": ("Round", "Sign", "Floor", "Ceil", "Trunc"),
    "off": ("Relu",),
    "limits": ("Clamp", "ClampMin", "ClampMax", "Hardtanh", "Threshold", "Hardsigmoid"),
    "saturated": ("Sigmoid", "Tanh", "Gelu", "Elu", "Silu", "Softplus", "LogSigmoid", "Erf", "Exp"),
    "chosen": ("Where", "MaskedFill", "Minimum", "Maximum"),
}
_OF = {f"{name}Backward{number}": said for said, names in _KINDS.items() for name in names for number in range(4)}
_TWO: dict[int | str, int] = {0: 1, 1: 0}
_SUMMED: dict[int | str, int] = {1: 2, 2: 1}
# By kind of product: for each edge the operand by which a gradient is multiplied on its way there.
_FACTORS: dict[str, dict[int | str, int]] = {
    **dict.fromkeys(("Mul", "Mm", "Mv", "Bmm", "Dot", "Convolution"), _TWO),
    **dict.fromkeys(("Addmm", "Baddbmm"), _SUMMED),
    "Pow": {0: 0},
}
_COMPARING = ("Softmax", "LogSoftmax")
_CORNERS = ("LinalgVectorNorm", "Atan2", "Abs")
_FAINT = {"float16": 1e-3, "float64": 1e-150}  # what is smaller a factor may have rounded to 0
_FAINT_ELSE = 1e-20
_MISTAKES: frozenset[WhyZero] = frozenset(("flat", "alone", "off", "limits", "saturated"))
_FLOORS: frozenset[WhyZero] = frozenset(
    ("off", "limits")
)  # no mistake of a loss that is 0, as of margins that are kept


class Reason(NamedTuple):
    """A reason, the line that is to blame, and what it speaks of; its words are in zerowords.py."""

    said: WhyZero
    line: int | None
    facts: dict[str, str | int]


def reason(history: History, zero: Zero) -> Reason:
    """Return why a gradient became 0."""
    trace = history.trace
    if zero.grad_fn is None:
        return Reason("root", None, {})
    grad_fn = trace.grad_fns[zero.grad_fn]
    maker = history.makers.get(grad_fn.id)
    op = None if maker is None else trace.ops[maker]
    factor = None if op is None else _factor(history, grad_fn, op, zero.way)
    by = None if factor is None else _name(history, factor)
    facts: dict[str, str | int] = {
        "grad_fn": grad_fn.name,
        "call": (op.call if op is not None and op.phase == "forward" else None) or grad_fn.name,
        "by": by or "",
        "largest": number_text(zero.largest),
    }
    dtype = trace.tensors[op.outputs[0]].dtype if op is not None and op.outputs else ""
    said = _said(grad_fn, zero, by, dtype)
    own = _of_function(history, grad_fn, op) if said == "passed" and op is not None else None
    return Reason(own or said, grad_fn.line, facts)


def _of_function(history: History, grad_fn: GradFn, op: Op) -> WhyZero | None:
    """What makes the derivative of a function 0 at all that it was given."""
    kind, given = grad_fn.kind, [history.at(op.step).known_tensor(one) for one in op.inputs]
    dim, shape = (grad_fn.settings or {}).get("dim"), given[0].shape if given else ()
    if kind in _COMPARING and isinstance(dim, int) and (not shape or shape[dim] == 1):
        return "alone"
    is_at_nought = all(one.value is not None and is_nought(one.value) for one in given)
    return "corner" if kind in _CORNERS and is_at_nought else None


def _said(grad_fn: GradFn, zero: Zero, by: str | None, dtype: str) -> WhyZero:
    """Of a grad_fn that multiplied by zeros `by` says which; None: it did not."""
    kind, said = grad_fn.kind, _OF.get(grad_fn.name, "passed")
    if zero.way == "met":
        return "cancelled" if grad_fn.variable is None else "uses"
    if not isinstance(zero.way, int):
        return zero.way
    if zero.largest == 0:
        return "nothing"
    if by is not None:
        return "square" if kind == "Pow" else "times" if by else "times zero"
    if kind == "Mul" and (grad_fn.settings or {}).get("other") == 0:
        return "times zero"
    is_rounded = said in ("saturated", "passed") and zero.largest < _FAINT.get(dtype, _FAINT_ELSE)
    return "faint" if is_rounded else said


def _factor(history: History, grad_fn: GradFn, op: Op, way: int | str) -> Tensor | None:
    """The operand that a gradient is multiplied by on its way to an edge, or the base of a power, if it was 0."""
    place = _FACTORS.get(grad_fn.kind, {}).get(way)
    if place is None or place >= len(op.inputs):
        return None
    factor = history.at(op.step).known_tensor(op.inputs[place])
    return factor if factor.value is not None and is_nought(factor.value) else None


def _name(history: History, tensor: Tensor) -> str:
    """What a tensor is called, or what it is a view of."""
    base = tensor if tensor.names or tensor.base is None else history.trace.tensors[tensor.base]
    return base.names[0] if base.names else ""


def of_leaf(history: History, leaf: Tensor, begun: float) -> Reason | None:
    """Return why the last gradient that came to a leaf before a step was 0; None: it was not, or none came.

    Args:
        history: the run.
        leaf: the tensor.
        begun: the step.
    """
    sink = history.sinks.get(leaf.id)
    came = [] if sink is None else [one for one in history.arrivals.get(sink, ()) if one.step <= begun]
    return None if not came or came[-1].zero is None else reason(history, came[-1].zero)


def mistaken(history: History) -> Iterator[tuple[Reason, list[Tensor]]]:
    """Yield what kept all but zeros from leaves through the whole run, with those, where it is likely no intention."""
    trace = history.trace
    told: dict[tuple[WhyZero, int | None, str], tuple[Reason, list[Tensor]]] = {}
    for leaf, sink in sorted(history.sinks.items()):
        came = history.arrivals.get(sink, [])
        zeros = [one.zero for one in came if one.zero is not None]
        why = reason(history, zeros[0]) if zeros and len(zeros) == len(came) else None
        if why is None or why.said not in _MISTAKES or (why.said in _FLOORS and _is_least(history, came)):
            continue
        told.setdefault((why.said, why.line, str(why.facts["grad_fn"])), (why, []))[1].append(trace.tensors[leaf])
    yield from told.values()


def _is_least(history: History, came: Sequence[Arrival]) -> bool:
    """Whether what came is of backward calls that each began at results of 0."""
    calls = [history.trace.backwards[place] for place in {one.call for one in came}]
    roots = ((history.at(call.step - 1), root) for call in calls for root in call.roots if root is not None)
    values = (moment.known_tensor(root).value for moment, root in roots)
    return all(value is not None and is_nought(value) for value in values)
