"""Why an op, or a grad_fn, made the first nan or inf, as far as what it was given shows that."""

from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import Ill, Offender
from gradviz.model.trace import GradFn, Op, Value
from gradviz.model.values import statistics
from gradviz.model.why.chosen import chooser

WhySpoilt = Literal[
    "steep",  # the slope is infinite at such an input
    "division",
    "log",  # of 0
    "pole",  # the function is infinite at such an input
    "negative",
    "below",  # the inputs for which the function has a value
    "outside",  # of those
    "large",  # for the dtype
    "few",  # numbers have no deviation
    "empty",  # nothing has no mean
    "weightless",  # nor have numbers that all weigh 0
    "less",  # inf - inf
    "times",  # 0 * inf
    "ratio",  # inf / inf
    "masked",  # a row of nothing but -inf
    "kept",  # what it saved has nan or inf already
]
_POLES: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(("reciprocal", "rsqrt", "log", "log2", "log10"), (0,)),
    "log1p": (-1,),
    "logit": (0, 1),
    **dict.fromkeys(("atanh", "erfinv"), (1, -1)),
}
_STEEP: dict[str, tuple[float, ...]] = {
    **{name.title(): points for name, points in _POLES.items()},
    "Log1P": (-1,),
    "Sqrt": (0,),
    "Acosh": (1,),
    **dict.fromkeys(("Acos", "Asin"), (1, -1)),
}
_LOGS = ("log", "log2", "log10")
_NEEDS: dict[str, tuple[float, ...]] = {  # the least input for which it has a value, and the largest
    **dict.fromkeys(("acos", "asin", "atanh", "erfinv"), (-1, 1)),
    "acosh": (1,),
    "logit": (0, 1),
    "log1p": (-1,),
}
_DEVIATIONS = ("std", "var", "std_mean", "var_mean")
_WEIGHING = ("nll_loss_forward", "nll_loss2d_forward")  # they divide by the sum of the weights, where there are any
_MEANS = ("mean", *_WEIGHING, "mse_loss", "binary_cross_entropy")
# Of finite numbers they make an inf only where the result is too large; of a divisor more has to be known.
_GROWING = frozenset(
    (
        *("exp", "exp2", "expm1", "sinh", "cosh", "pow", "square", "mul", "add", "sub", "rsub", "div", "_to_copy"),
        *("mm", "bmm", "mv", "dot", "addmm", "baddbmm", "convolution", "sum", "mean", "cumsum", "prod", "cumprod"),
        *("linalg_vector_norm", "mse_loss"),
    )
)
_GROWING_BACK = ("Mul", "Pow", "Mm", "Mv", "Bmm", "Addmm", "Baddbmm", "Dot", "Exp", "Convolution")
_UNREAD = Value((), nan=1)
_LIMITS = {"float16": "65504", "bfloat16": "3.39e+38", "float32": "3.403e+38", "float64": "1.798e+308"}


class Spoilt(NamedTuple):
    """A reason, and what it speaks of; its words are in spoiltwords.py."""

    said: WhySpoilt
    facts: dict[str, str | tuple[float, ...]]
    is_nought_times: bool = False  # the slope was infinite, and what it was to be multiplied by 0


def spoilt(history: History, first: Offender) -> Spoilt | None:
    """Return why the first nan or inf came about; None where the record does not show it."""
    if first.hook is not None:
        return None
    maker = first.op if first.op is not None else history.makers.get(first.grad_fn or 0)
    return None if maker is None else _made(history, first, history.trace.ops[maker])


def _made(history: History, first: Offender, op: Op) -> Spoilt | None:
    call = {"call": op.call or op.name}
    if first.op is not None:
        said = _of_nan(history, op) if first.ill is Ill.NAN else _of_inf(history, op)
        return None if said is None else Spoilt(said, {**call, **_bounds(history, op, said)})
    return _slope(history, op, first, call)


def _bounds(history: History, op: Op, said: WhySpoilt) -> dict[str, str | tuple[float, ...]]:
    """The numbers that the sentence of a reason needs."""
    dtype, kind = history.trace.tensors[op.outputs[0]].dtype, _kind(op)
    if said == "large":
        return {"dtype": dtype, "limit": _LIMITS.get(dtype, "")}
    if said in ("below", "outside"):
        return {"points": _NEEDS[kind]}
    return {"points": _POLES[kind]} if said == "pole" else {}


def _slope(history: History, op: Op, first: Offender, call: dict[str, str]) -> Spoilt | None:
    """Of an op whose grad_fn was given finite numbers."""
    grad_fn, given = history.trace.grad_fns[op.grad_fn or 0], _given(history, op)
    kind, points = grad_fn.kind, _steep_at(grad_fn, given)
    is_nan = first.ill is Ill.NAN
    by = chooser(history, first) if is_nan else None
    left_out = {} if by is None else {"chooser" if _chooses(by) else "source": by.call or by.name}
    if any(_has(given[:1], point) for point in points):
        return Spoilt("steep", {**call, "points": points, **left_out}, is_nan)
    if kind == "Div" and _has(given[1:], 0):
        return Spoilt("division", {**call, **left_out})
    made = history.at(op.step).known_tensor(op.outputs[0]).value
    if is_nan and made is not None and _ill(made) == "nan" and (said := _of_nan(history, op)) is not None:
        return Spoilt(said, {**call, **_bounds(history, op, said)})
    if (kept := _kept_ill(history, grad_fn)) is not None:
        return Spoilt("kept", {**call, **kept, **left_out})
    dtype = history.trace.tensors[op.outputs[0]].dtype
    dividing = given[:1] if kind == "Pow" and (_exponent(grad_fn) or 0) < 1 else []
    is_large = kind in _GROWING_BACK and all(map(_is_finite, given)) and all(map(_is_without_nought, dividing))
    if is_large and not is_nan:
        return Spoilt("large", {**call, "dtype": dtype, "limit": _LIMITS.get(dtype, "")})
    return None


def _chooses(op: Op) -> bool:
    return _kind(op) in ("where", "masked_fill")


def _steep_at(grad_fn: GradFn, given: Sequence[Value]) -> tuple[float, ...]:
    """Where the slope of its function is infinite."""
    exponent = _exponent(grad_fn)
    if grad_fn.kind == "Pow" and exponent is None and len(given) > 1:
        exponent = _ends(given[1])[1]
    if exponent is not None:
        return (0,) if exponent < 1 and exponent != 0 else ()
    return _STEEP.get(grad_fn.kind, ())


def _exponent(grad_fn: GradFn) -> float | None:
    """The exponent of a power; None: it is a tensor, or the grad_fn of something else."""
    exponent = (grad_fn.settings or {}).get("exponent")
    return exponent if grad_fn.kind == "Pow" and isinstance(exponent, int | float) else None


def _kept_ill(history: History, grad_fn: GradFn) -> dict[str, str] | None:
    """What of that which a grad_fn saved has nan or inf in it, and which."""
    for saved in grad_fn.saved:
        states = () if saved.tensor is None else history.tensors(saved.tensor)
        for state in states:
            ill = None if state.value is None or state.version != saved.version else _ill(state.value)
            if ill is not None:
                return {"what": state.names[0] if state.names else saved.name, "ill": ill}
    return None


def _ill(value: Value) -> str | None:
    known = statistics(value)
    return "nan" if known.nan else "inf" if known.inf else None


def _of_inf(history: History, op: Op) -> WhySpoilt | None:
    kind, given = _kind(op), _given(history, op)
    exponent = None if op.grad_fn is None else _exponent(history.trace.grad_fns[op.grad_fn])
    if kind in _LOGS and _has(given[:1], 0):
        return "log"
    if _divides_by_nought(kind, given, exponent):
        return "division"
    if any(_has(given[:1], point) for point in _POLES.get(kind, ())):
        return "pole"
    dividing = given[1:2] if kind == "div" else given[:1] if kind == "pow" and (exponent or 0) <= 0 else []
    is_large = kind in _GROWING and all(map(_is_finite, given)) and all(map(_is_without_nought, dividing))
    return "large" if is_large else None


def _divides_by_nought(kind: str, given: list[Value], exponent: float | None) -> bool:
    """Whether an op that made an inf divided by 0."""
    if kind == "div":
        return _has(given[1:], 0)
    if kind in ("reciprocal", "rsqrt"):
        return _has(given[:1], 0)
    return exponent is not None and exponent < 0 and _has(given[:1], 0)


def _of_nan(history: History, op: Op) -> WhySpoilt | None:
    kind, given = _kind(op), _given(history, op)
    if any(map(_has_inf, given)):
        return _of_infinite(kind, given)
    if not all(map(_is_finite, given)):
        return None
    if kind in (*_LOGS, "sqrt", "rsqrt", "pow"):  # of finite numbers a power is nan of a negative base alone
        return "negative" if _goes_below(given[:1], 0) else None
    if kind in _NEEDS:
        return "outside" if len(_NEEDS[kind]) > 1 else "below"
    if kind in ("remainder", "fmod") or (kind == "div" and _has(given[1:], 0)):
        return "division"
    if kind in _DEVIATIONS:
        return "few"
    if kind in _WEIGHING and len(given) > 2:
        return "weightless"
    return "empty" if kind in _MEANS else None


def _of_infinite(kind: str, given: Sequence[Value]) -> WhySpoilt | None:
    """Why an op that was given inf, and no nan, made a nan."""
    if kind in ("add", "sub", "rsub"):
        return "less"
    if kind == "mul":
        return "times"
    if kind == "div" and all(map(_has_inf, given)) and _is_without_nought(given[1]):
        return "ratio"
    if kind in ("_softmax", "_log_softmax"):
        high = _ends(given[0])[1]
        return "masked" if high is not None and high < inf else None
    return None


def _kind(op: Op) -> str:
    """What an op computes, in place or not."""
    return op.kind.removesuffix("_")


def _given(history: History, op: Op) -> list[Value]:
    """What the operands of an op held when it ran; of what could not be read nothing is known."""
    moment = history.at(op.step)
    return [moment.known_tensor(number).value or _UNREAD for number in op.inputs]


def _has(values: list[Value], number: float) -> bool:
    """Whether a number is among elements that are known, or is the least or the largest of many."""
    return any(number in (value.data or (value.min, value.max)) for value in values)


def _has_inf(value: Value) -> bool:
    return bool(statistics(value).inf)


def _is_finite(value: Value) -> bool:
    """Whether all elements are known to be finite; where there is none, that is so."""
    known = statistics(value)
    return not known.nan and not known.inf and (0 in value.shape or isinstance(known.min, int | float))


def _is_without_nought(value: Value) -> bool:
    """Whether no element is 0, as the ends of many show."""
    if value.data is not None:
        return 0 not in value.data
    low, high = _ends(value)
    return low is not None and high is not None and (low > 0 or high < 0)


def _goes_below(values: list[Value], number: float) -> bool:
    return any(low is not None and low < number for low, _ in map(_ends, values))


def _ends(value: Value) -> tuple[float | None, float | None]:
    """The least and the largest element, where they are known."""
    known = statistics(value)
    return (None, None) if known.min is None or known.max is None else (float(known.min), float(known.max))
