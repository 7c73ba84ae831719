"""Why a tensor's .grad is None, read off the trace."""

from typing import Literal

from gradviz.model.trace import Op, Tensor, Trace

WhyNoGrad = Literal["not run", "not reached", "cleared", "not a leaf", "flag off", "unrecorded"]


def cut_off(op: Op) -> bool:
    """Whether autograd had something to record in an op of the forward run, and did not."""
    return op.phase == "forward" and bool(op.inputs) and op.why_unrecorded not in (None, "no input requires grad")


def why_no_grad(trace: Trace, tensor: Tensor) -> WhyNoGrad:
    """Return the reason, for a tensor without .grad.

    "not run": no backward was called. "not reached": none led to this leaf. "cleared": it had one that was taken
    away. "not a leaf": an intermediate tensor without retain_grad. "flag off": a leaf that does not require grad.
    "unrecorded": autograd had something to record in the op that made it, and did not.
    """
    if not tensor.requires_grad:
        return "unrecorded" if tensor.made_by is not None and cut_off(trace.ops[tensor.made_by]) else "flag off"
    if not tensor.is_leaf and not tensor.retains_grad:
        return "not a leaf"
    if any(state.id == tensor.id and state.grad is not None for state in trace.past):
        return "cleared"
    return "not reached" if trace.backwards else "not run"


TEXTS: dict[str, dict[WhyNoGrad, str]] = {
    "en": {
        "not run": "no backward yet",
        "not reached": "backward did not reach it",
        "cleared": "set to None",
        "not a leaf": "not a leaf",
        "flag off": "requires_grad is False",
        "unrecorded": "not recorded",
    },
    "ja": {
        "not run": "backward 未実行",
        "not reached": "backward が届いていない",
        "cleared": "None に戻された",
        "not a leaf": "葉ではない",
        "flag off": "requires_grad は False",
        "unrecorded": "記録なし",
    },
}
