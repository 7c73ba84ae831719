"""How ops and backward calls are named: short, and as the person wrote them."""

from collections import Counter
from itertools import groupby

from gradviz.drawing.metrics import WIDEST, text_width
from gradviz.drawing.shapes import TextRole
from gradviz.drawing.words import Words
from gradviz.model.trace import FUNCTION, SCRIPT, BackwardCall, Op

_OPS_IN_TITLE = 3
_CALLS_IN_BOX = 3


def op_title(op: Op) -> str:
    """The op and how the person wrote it: `mul · x * x`; alone where a backward call ran it, which runs many.

    Of what a call of a model leads to, the module it ran in: `addmm · model.0`, as all of that was written `model(x)`.
    """
    if op.phase == "backward":
        return op_name(op)
    return _titled([op_name(op)], (op.nested and op.module) or _written(op))


def box_title(op: Op) -> str:
    """The same on one line of a box: where that is too long, without what the call is given, which other boxes tell."""
    title, written = op_title(op), _written(op)
    if text_width(title, TextRole.OP) <= WIDEST or not title.endswith(f" · {written}") or not written.endswith(")"):
        return title
    callee = written[: _opening(written)]
    return title.removesuffix(written) + f"{callee}(…)" if callee else title


def _opening(call: str) -> int:
    """Where the bracket opens that the last one of a text closes."""
    deep = 0
    for at in range(len(call) - 1, -1, -1):
        deep += (call[at] == ")") - (call[at] == "(")
        if not deep:
            return at
    return 0


def fold_titles(ops: tuple[Op, ...]) -> tuple[str, ...]:
    """One line for each call, with the ops it ran; a call that comes again with its number."""
    counts = Counter(
        _titled(list(dict.fromkeys(op_name(op) for op in group)), written) for written, group in groupby(ops, _written)
    )
    return tuple(_counted(title, count) for title, count in counts.items())


def bare_titles(ops: tuple[Op, ...]) -> tuple[str, ...]:
    """The same of the ops alone, where the call or the module that they are of is told beside them."""
    return fold_titles(tuple(op._replace(call=None, module=None) for op in ops))


def call_strips(calls: tuple[BackwardCall, ...], words: Words) -> tuple[str, ...]:
    """The backward calls that start somewhere, those of one line as one with their number."""
    if not calls:
        return ()
    counts: Counter[str] = Counter()
    for call in calls:
        written = _one_line(call.call or "backward()")
        counts[written if call.line is None else words.on_line.format(written, call.line)] += 1
    told = [_counted(text, count) for text, count in counts.items()]
    hidden = len(told) - _CALLS_IN_BOX
    return (*told[:_CALLS_IN_BOX], words.more.format(hidden)) if hidden > 0 else tuple(told)


def op_name(op: Op) -> str:
    """The op without its namespace and overload; of an autograd.Function the class, of TorchScript the function."""
    for namespace in (FUNCTION, SCRIPT):
        if op.name.startswith(namespace):
            return op.name.removeprefix(namespace)
    return op.kind


def _written(op: Op) -> str:
    """The call, or else the module it was made in."""
    return _one_line(op.call or op.module or "")


def _titled(names: list[str], written: str) -> str:
    told = ", ".join((*names[:_OPS_IN_TITLE], *(["…"] if len(names) > _OPS_IN_TITLE else [])))
    return f"{told} · {written}" if written and written != told else told


def _counted(text: str, count: int) -> str:
    return text if count == 1 else f"{text} × {count:,}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
