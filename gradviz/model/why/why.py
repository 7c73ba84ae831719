"""Why a tensor's .grad is None, read off the trace, and how that is said."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gradviz.model.moments.moment import History, latest
from gradviz.model.trace import NOTHING_LOST, BackwardCall, GradMode, Op, Tensor, Trace
from gradviz.model.why.clearings import cleared_on
from gradviz.model.why.grounds import Grounds, differentiable, grounds

WhyNoGrad = Literal[
    "dtype",  # made by the program, of a dtype that cannot require grad
    "flag off",  # made by the program, without requires_grad
    "untracked",  # made from tensors none of which requires grad
    "no_grad",
    "inference",
    "detach",
    "not differentiable",
    "unrecorded",  # autograd had something to record for another reason: inside a Function, a hook
    "not a leaf",  # and does not retain_grad
    "too late",  # retain_grad() was called after the backward that came by
    "not run",
    "unseen",  # nobody saw whether backward has run
    "cleared",
    "returned",  # torch.autograd.grad, or torch.func, hands gradients out and adds none to .grad
    "left out",  # of backward(inputs=[...])
    "under way",  # backward runs, and has not come there
    "failed",  # backward raised before it came there
    "no gradient",  # backward came by and passed none on
    "cut off",  # its data led to the root, through an op that autograd did not record
    "not reached",  # backward ran from a root that it does not lead to
    "unused",  # no recorded op took it
    "used before",  # an op took it while its flag was False
]


class Why(NamedTuple):
    """A reason, and the line that is to blame for it where one is known."""

    reason: WhyNoGrad
    line: int | None = None


def why(known: Grounds, tensor: Tensor) -> Why:
    """Return the reason for a state of a tensor without .grad, as it was while that state stood."""
    if not tensor.requires_grad:
        return _untracked(known, tensor)
    if known.target(tensor) is None and (line := known.used_before(tensor)) is not None:
        return Why("used before", line)
    life = known.life(tensor)
    calls = known.calls_before(life.end)
    ran = calls > known.calls_before(life.begun)
    reason = _not_filled(known, tensor, calls) if ran else Why("not run" if known.trace.seen else "unseen")
    if life.granted is not None and reason.reason != "under way":
        # What a line does is stamped with the step after the next line's: that line comes before the stamp.
        return Why("cleared", cleared_on(known.clearings, tensor.names, life.granted - 1, tensor.step))
    kept = tensor.is_leaf or tensor.retains_grad
    return reason if kept or reason.reason == "cut off" else Why("not a leaf")


def _untracked(known: Grounds, tensor: Tensor) -> Why:
    maker = _maker(known, tensor)
    if maker is None:
        return Why("flag off" if differentiable(tensor.dtype) else "dtype")
    op = cutter(known, tensor)
    if op is None and maker.grad_fn is not None:  # it was recorded for another of its results
        return Why("not differentiable", maker.line) if differentiable(tensor.dtype) else Why("dtype")
    if op is None:
        is_lost = not differentiable(tensor.dtype) and any(map(known.is_kept_out, _given(known, maker)))
        return Why("dtype" if is_lost else "untracked")
    if not differentiable(tensor.dtype) and op.why_unrecorded != "not differentiable":
        return Why("dtype")
    mode = _MODES.get(op.why_unrecorded)
    if mode is not None:
        return Why(mode, None if op.region is None else known.trace.regions[op.region].line)
    return Why(_NAMED.get(op.why_unrecorded, "unrecorded"), op.line)


def _maker(known: Grounds, tensor: Tensor) -> Op | None:
    """The op that computed a tensor from others; None: it was only brought into the world."""
    maker = None if tensor.made_by is None else known.trace.ops[tensor.made_by]
    made = maker is None or maker.phase == "backward" or not maker.inputs or maker.id in known.born
    return None if made else maker


def cutter(known: Grounds, tensor: Tensor) -> Op | None:
    """Return the op that kept a tensor out of the graph: its own, or one in the same expression, x.detach().exp()."""
    maker = _maker(known, tensor)
    while maker is not None:
        reason = maker.why_unrecorded
        if reason not in NOTHING_LOST and (reason not in _MODES or known.is_kept_out(tensor)):
            return maker
        given = (one for one in _given(known, maker) if one.line == maker.line)
        inside = (one for one in given if not one.names and not one.requires_grad)
        tensor = next((one for one in inside if one.made_by is not None and one.made_by < maker.id), _NOTHING)
        maker = _maker(known, tensor)
    return None


def _given(known: Grounds, op: Op) -> Iterator[Tensor]:
    """What an op took, as it was then: an optimizer may have changed it since. A flag that was set since counts."""
    for number in op.inputs:
        now = known.moment.known_tensor(number)
        states = known.moment.history.tensors(number)
        yield now if now.requires_grad else latest(states, op.step) or states[0]


_NOTHING = Tensor(-1, 0, (), "", "", False, True, False, False, None, 0, 0, None, None, None, None)
_MODES: dict[str | None, WhyNoGrad] = {"no_grad": "no_grad", "inference": "inference"}
_NAMED: dict[str | None, WhyNoGrad] = {"detach": "detach", "not differentiable": "not differentiable"}


def _not_filled(known: Grounds, tensor: Tensor, count: int) -> Why:
    """Why nothing came to a tensor that requires grad, in the first so many backward calls."""
    target = known.target(tensor)
    calls = [] if target is None else known.reached.get(target, [])
    before = bisect_left(calls, count)
    if before and tensor.retains_grad and not tensor.is_leaf:
        late = known.retained_late(tensor, known.starts[calls[before - 1]])
        if late is not None:
            return Why("too late", late)
    if before and target is not None:
        return _came_by(known, target, calls[before - 1])
    cut = known.cut(tensor)
    if cut is not None:
        return Why("cut off", cut.line)
    return Why("unused") if target is None else Why("not reached", known.trace.backwards[count - 1].line)


def _came_by(known: Grounds, target: int, place: int) -> Why:
    """Why a backward call whose roots lead to a tensor left nothing in its .grad."""
    call = known.trace.backwards[place]
    if known.moment.under_way and place == known.moment.calls - 1:
        return Why("under way", call.line)
    if place in known.returned:
        return Why("returned", call.line)
    if call.inputs is not None and target not in call.inputs:
        return Why("left out", call.line)
    return Why("no gradient" if known.came_to(target, place) else "failed", call.line)


def returning(known: Grounds, reason: Why) -> BackwardCall | None:
    """Return the call that handed gradients out, and added none to .grad, where that is the reason."""
    calls = (known.trace.backwards[place] for place in sorted(known.returned) if reason.reason == "returned")
    return next((call for call in calls if call.line == reason.line), None)


def origin(known: Grounds, tensor: Tensor) -> Tensor:
    """Return the tensor that is to blame for one without requires_grad: itself, or one that it was computed from.

    One that something kept out of the graph comes before those whose flag is off, of which a float comes first.
    """
    best, todo, seen = tensor, [tensor], {tensor.id}
    rank = _RANKS
    while todo:
        one = todo.pop(0)
        reason = why(known, one).reason
        if _rank(one, reason) < rank:
            best, rank = one, _rank(one, reason)
        maker = None if one.made_by is None else known.trace.ops[one.made_by]
        if reason == "untracked" and maker is not None:
            inputs = [one for one in _given(known, maker) if one.id not in seen]
            seen.update(maker.inputs)
            todo += [one for one in inputs if not one.requires_grad or why(known, one).reason == "used before"]
    return best


_RANKS = 4


def _rank(tensor: Tensor, reason: WhyNoGrad) -> int:
    """How likely it is that the person meant this one to require grad; 0 is likeliest."""
    order: dict[WhyNoGrad, int] = {"untracked": _RANKS, "flag off": 1 if tensor.names else 2, "dtype": 3}
    return order.get(reason, 0)


# What is raised where a graph is missing. Other errors speak of tensors too, and come in every grad mode.
_OF_UNTRACKED = ("hook-untracked", "not-tracked", "not-asked", "retain-no-rg")
_OF_NO_GRAPH = (*_OF_UNTRACKED, "infer-save", "infer-inplace", "infer-rg", "no-grad-view")


def mode_to_blame(trace: Trace) -> GradMode | None:
    """Return the grad mode of the whole run where that alone kept what the error speaks of out of the graph."""
    if trace.error is None or trace.mode == "grad" or trace.error.hint not in _OF_NO_GRAPH:
        return None
    known = grounds(History(trace))
    whys = [why(known, trace.tensors[tensor]) for tensor in trace.error.tensors]
    return trace.mode if Why(trace.mode) in whys else None


TEXTS: dict[str, dict[WhyNoGrad, str]] = {
    "en": {
        "dtype": "its dtype cannot require grad",
        "flag off": "requires_grad is False",
        "untracked": "no input requires grad",
        "no_grad": "made under no_grad",
        "inference": "made under inference_mode",
        "detach": "detached",
        "not differentiable": "its op is not differentiable",
        "unrecorded": "not recorded",
        "not a leaf": "not a leaf",
        "too late": "retain_grad came after backward",
        "not run": "no backward yet",
        "unseen": "not filled, or set to None",
        "cleared": "set to None",
        "returned": "only returned",
        "left out": "not among inputs=",
        "under way": "backward is on its way",
        "failed": "backward raised an error",
        "no gradient": "backward passed none to it",
        "cut off": "cut off from the root",
        "not reached": "backward did not reach it",
        "unused": "no recorded op used it",
        "used before": "used before it required grad",
    },
    "ja": {
        "dtype": "requires_grad にできない dtype",
        "flag off": "requires_grad は False",
        "untracked": "requires_grad の入力なし",
        "no_grad": "no_grad の中で作成",
        "inference": "inference_mode の中で作成",
        "detach": "detach で切り離し",
        "not differentiable": "微分できない演算の結果",
        "unrecorded": "記録なし",
        "not a leaf": "葉でない",
        "too late": "retain_grad が backward の後",
        "not run": "backward 未実行",
        "unseen": "未計算、または None に戻された",
        "cleared": "None に戻された",
        "returned": "勾配を返す呼び出しだけ",
        "left out": "inputs= に含まれない",
        "under way": "backward の途中",
        "failed": "backward がエラーで終了",
        "no gradient": "backward から勾配が渡されていない",
        "cut off": "起点から切り離されている",
        "not reached": "backward が届いていない",
        "unused": "記録された演算で使われていない",
        "used before": "requires_grad にする前に使用",
    },
}
_ON_LINE = {"en": "{} · line {}", "ja": "{} · {} 行目"}


def why_text(reason: Why, language: str) -> str:
    """A reason in words, in "en" or "ja", with its line where one is known."""
    text = TEXTS[language][reason.reason]
    return text if reason.line is None else _ON_LINE[language].format(text, reason.line)
