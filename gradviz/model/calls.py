"""Ops that stand for what ran inside them: calls of torch.autograd.Function, and what TorchScript runs as one.

So does an op for the copies that torch makes for its kernel.
"""

from gradviz.model.trace import FUNCTION, INSIDE_FUNCTION, INSIDE_SCRIPT, RESOLVED, SCRIPT, Trace

_INSIDE = {INSIDE_FUNCTION: FUNCTION, INSIDE_SCRIPT: SCRIPT}


def calls(trace: Trace) -> dict[int, int]:
    """For each op that ran inside another, that one: the call of a Function that returned, or a stretch of TorchScript.

    It comes after all it ran. Where forward raised nothing came of the call, and its ops are all there is.
    """
    found: dict[int, int] = {}
    around: dict[str, int | None] = {FUNCTION: None, SCRIPT: None}
    following: int | None = None
    for op in reversed(trace.ops):
        if op.why_unrecorded == RESOLVED:
            if following is not None:
                found[op.id] = found.get(following, following)
            continue
        following = op.id
        inside = _INSIDE.get(op.why_unrecorded or "")
        if inside is not None:
            if (outer := around[inside]) is not None:
                found[op.id] = outer
        elif (kind := op.name[: op.name.find("::") + 2]) in around:
            around[kind] = op.id if op.outputs else None
    return found
