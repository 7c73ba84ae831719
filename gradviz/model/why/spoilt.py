"""Why an op, or a grad_fn, made the first nan or inf: what it was given, where the record shows that, and its words."""

from typing import Literal

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import Ill, Offender
from gradviz.model.trace import Op, Value
from gradviz.model.values import statistics

WhySpoilt = Literal["steep", "ends", "division", "log", "negative", "large"]
_STEEP = ("Sqrt", "Rsqrt", "Log", "Log2", "Log10")  # their slope is infinite at 0
_ENDS = ("Acos", "Asin")  # at 1 and -1
_LOGS = ("log", "log2", "log10")
_ROOTS = ("sqrt", "rsqrt")
TEXTS: dict[str, dict[WhySpoilt, str]] = {
    "en": {
        "steep": "the slope of {call} is infinite where its input is 0",
        "ends": "the slope of {call} is infinite where its input is 1 or -1",
        "division": "{call} divides by 0",
        "log": "the logarithm of 0 is -inf",
        "negative": "there is no such number for a negative input",
        "large": "the result is larger than {dtype} can hold",
    },
    "ja": {
        "steep": "{call} の傾きは入力が 0 の所で無限大です",
        "ends": "{call} の傾きは入力が 1 か -1 の所で無限大です",
        "division": "{call} は 0 で割っています",
        "log": "0 の対数は -inf です",
        "negative": "負の入力に対しては値がありません",
        "large": "結果が {dtype} で表せる範囲を超えています",
    },
}
_NOUGHT_TIMES = {"en": ", and 0 times infinity is nan", "ja": "。0 と無限大の積は nan です"}


def spoilt_text(history: History, first: Offender, language: str) -> str:
    """Why the first nan or inf came about, in "en" or "ja"; "" where the record does not show it."""
    maker = first.op if first.op is not None else history.makers.get(first.grad_fn or 0)
    op = None if maker is None else history.trace.ops[maker]
    said = None if op is None else _forward(history, op, first.ill) if first.op is not None else _slope(history, op)
    if op is None or said is None:
        return ""
    text = TEXTS[language][said].format(call=op.call or op.name, dtype=history.trace.tensors[op.outputs[0]].dtype)
    return text + (_NOUGHT_TIMES[language] if said in ("steep", "ends") and first.ill is Ill.NAN else "")


def _slope(history: History, op: Op) -> WhySpoilt | None:
    """Of an op whose grad_fn was given finite numbers: those can become nan or inf by its slope alone."""
    grad_fn = history.trace.grad_fns[op.grad_fn or 0]
    kind, given = grad_fn.name.partition("Backward")[0], _given(history, op)
    exponent = (grad_fn.settings or {}).get("exponent")
    is_root = kind == "Pow" and isinstance(exponent, float) and 0 < exponent < 1
    if (kind in _STEEP or is_root) and _has(given[:1], 0):
        return "steep"
    if kind in _ENDS and (_has(given[:1], 1) or _has(given[:1], -1)):
        return "ends"
    return "division" if kind == "Div" and _has(given[1:], 0) else None


def _forward(history: History, op: Op, ill: Ill) -> WhySpoilt | None:
    kind, given = op.name.removeprefix("aten::").partition(".")[0].rstrip("_"), _given(history, op)
    if kind == "div" and _has(given[1:], 0):
        return "division"
    if ill is Ill.INF:
        return "log" if kind in _LOGS and _has(given[:1], 0) else "large" if kind == "exp" else None
    return "negative" if kind in (*_LOGS, *_ROOTS) and _is_partly_negative(given[:1]) else None


def _given(history: History, op: Op) -> list[Value | None]:
    """What the operands of an op held when it ran."""
    moment = history.at(op.step)
    return [moment.known_tensor(number).value for number in op.inputs]


def _has(values: list[Value | None], number: float) -> bool:
    """Whether a number is among elements that are known, or is the least or the largest of many."""
    return any(number in (value.data or (value.min, value.max)) for value in values if value is not None)


def _is_partly_negative(values: list[Value | None]) -> bool:
    known = [statistics(value).min for value in values if value is not None]
    return any(isinstance(least, int | float) and least < 0 for least in known)
