"""Calls of torch.autograd.Function: the one op that stands for all that its forward ran."""

from gradviz.model.trace import INSIDE_FUNCTION, Trace


def calls(trace: Trace) -> dict[int, int]:
    """For each op that ran inside the forward of a call that returned, the op of that call.

    The call comes after all it ran. Where forward raised nothing came of the call, and its ops are all there is.
    """
    found: dict[int, int] = {}
    around: int | None = None
    for op in reversed(trace.ops):
        if op.why_unrecorded == INSIDE_FUNCTION:
            if around is not None:
                found[op.id] = around
        elif op.name.startswith("function::"):
            around = op.id if op.outputs else None
    return found
