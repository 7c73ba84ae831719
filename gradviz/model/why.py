"""Why a tensor's .grad is None, read off the trace, and how that is said."""

from bisect import bisect_left
from typing import Literal, NamedTuple

from gradviz.model.clearings import cleared_on
from gradviz.model.grounds import Grounds, grounds
from gradviz.model.trace import BackwardCall, GradMode, Tensor, Trace

WhyNoGrad = Literal[
    "flag off",  # made by the program, without requires_grad
    "untracked",  # made from tensors none of which requires grad
    "no_grad",
    "inference",
    "detach",
    "not differentiable",
    "unrecorded",  # autograd had something to record for another reason: inside a Function, a hook
    "not a leaf",  # and does not retain_grad
    "not run",
    "cleared",
    "returned",  # torch.autograd.grad hands gradients out and adds none to .grad
    "left out",  # of backward(inputs=[...])
    "under way",  # backward runs, and has not come there
    "failed",  # backward raised before it came there
    "no gradient",  # backward came by and passed none on
    "cut off",  # its data led to the root, through an op that autograd did not record
    "not reached",  # backward ran from a root that it does not lead to
    "unused",  # no recorded op took it
]


class Why(NamedTuple):
    """A reason, and the line that is to blame for it where one is known."""

    reason: WhyNoGrad
    line: int | None = None


def why(known: Grounds, tensor: Tensor) -> Why:
    """Return the reason for a state of a tensor without .grad, as it was while that state stood."""
    if not tensor.requires_grad:
        return _untracked(known, tensor)
    life = known.lives[tensor.id, tensor.step]
    if life.granted is not None:
        return Why("cleared", cleared_on(known.clearings, tensor.names, life.granted, tensor.step))
    calls = known.calls_before(life.end)
    ran = calls > known.calls_before(life.begun)
    reason = _not_filled(known, tensor, calls) if ran else Why("not run")
    kept = tensor.is_leaf or tensor.retains_grad
    return reason if kept or reason.reason == "cut off" else Why("not a leaf")


def _untracked(known: Grounds, tensor: Tensor) -> Why:
    trace = known.trace
    maker = None if tensor.made_by is None else trace.ops[tensor.made_by]
    if maker is None or maker.phase == "backward" or not maker.inputs or maker.id in known.born:
        return Why("flag off")
    reason = maker.why_unrecorded
    if reason in (None, "no input requires grad") or (reason in _MODES and tensor.id not in known.kept_out):
        return Why("untracked")
    if reason in _MODES:
        return Why(_MODES[reason], None if maker.region is None else trace.regions[maker.region].line)
    return Why(_NAMED.get(reason, "unrecorded"), maker.line)


_MODES: dict[str | None, WhyNoGrad] = {"no_grad": "no_grad", "inference": "inference"}
_NAMED: dict[str | None, WhyNoGrad] = {"detach": "detach", "not differentiable": "not differentiable"}


def _not_filled(known: Grounds, tensor: Tensor, count: int) -> Why:
    """Why nothing came to a tensor that requires grad, in the first so many backward calls."""
    target = known.target(tensor)
    calls = [] if target is None else known.reached.get(target, [])
    before = bisect_left(calls, count)
    if before:
        return _came_by(known, target, calls[before - 1])
    cut = known.cuts.get(tensor.id)
    if cut is not None:
        return Why("cut off", cut.line)
    return Why("unused") if target is None else Why("not reached", known.trace.backwards[count - 1].line)


def _came_by(known: Grounds, target: int | None, place: int) -> Why:
    """Why a backward call whose roots lead to a tensor left nothing in its .grad."""
    call = known.trace.backwards[place]
    if known.trace.under_way and call is known.trace.backwards[-1]:
        return Why("under way", call.line)
    if place in known.returned:
        return Why("returned", call.line)
    if call.inputs is not None and target not in call.inputs:
        return Why("left out", call.line)
    return Why("failed" if _raised(known.trace, call) else "no gradient", call.line)


def _raised(trace: Trace, call: BackwardCall) -> bool:
    error = trace.error
    return error is not None and call is trace.backwards[-1] and error.line == call.line


def mode_to_blame(trace: Trace) -> GradMode | None:
    """Return the grad mode of the whole run where that alone kept what the error speaks of out of the graph."""
    if trace.error is None or trace.mode == "grad":
        return None
    known = grounds(trace)
    whys = [why(known, trace.tensors[tensor]) for tensor in trace.error.tensors]
    return trace.mode if Why(trace.mode) in whys else None


TEXTS: dict[str, dict[WhyNoGrad, str]] = {
    "en": {
        "flag off": "requires_grad is False",
        "untracked": "no input requires grad",
        "no_grad": "made under no_grad",
        "inference": "made under inference_mode",
        "detach": "detached",
        "not differentiable": "its op is not differentiable",
        "unrecorded": "not recorded",
        "not a leaf": "not a leaf",
        "not run": "no backward yet",
        "cleared": "set to None",
        "returned": "autograd.grad returns, adds nothing",
        "left out": "not among inputs=",
        "under way": "backward is on its way",
        "failed": "backward raised an error",
        "no gradient": "backward passed none to it",
        "cut off": "cut off from the root",
        "not reached": "backward did not reach it",
        "unused": "no recorded op used it",
    },
    "ja": {
        "flag off": "requires_grad は False",
        "untracked": "requires_grad の入力なし",
        "no_grad": "no_grad の中で作成",
        "inference": "inference_mode の中で作成",
        "detach": "detach で切り離し",
        "not differentiable": "微分できない演算の結果",
        "unrecorded": "記録なし",
        "not a leaf": "葉ではない",
        "not run": "backward 未実行",
        "cleared": "None に戻された",
        "returned": "autograd.grad は返すだけで加算しない",
        "left out": "inputs= に含まれない",
        "under way": "backward の途中",
        "failed": "backward がエラーで終了",
        "no gradient": "backward から勾配が渡されていない",
        "cut off": "起点から切り離されている",
        "not reached": "backward が届いていない",
        "unused": "記録された演算で使われていない",
    },
}
_ON_LINE = {"en": "{} · line {}", "ja": "{} · {} 行目"}


def why_text(reason: Why, language: str) -> str:
    """A reason in words, in "en" or "ja", with its line where one is known."""
    text = TEXTS[language][reason.reason]
    return text if reason.line is None else _ON_LINE[language].format(text, reason.line)
