"""The ops of a run that are drawn: those of the forward run, and of a backward what autograd recorded and leads on."""

from collections.abc import Mapping, Set

from gradviz.model.trace import Op, Trace


def drawn_ops(trace: Trace, left_out: Set[int]) -> list[Op]:
    """Return the ops that are drawn as themselves.

    Args:
        trace: the run.
        left_out: ops that are no step of a person's.
    """
    again = _recorded_again(trace)
    return [
        op for op in trace.ops if op.outputs and op.id not in left_out and (op.phase == "forward" or op.id in again)
    ]


def drawn_as(ops: list[Op], inside: Mapping[int, int]) -> dict[int, int]:
    """Return, for each op that is drawn, as itself or as a part of another, the one that is drawn.

    Args:
        ops: that are drawn as themselves.
        inside: for each op that ran inside another, that one.
    """
    drawn = {op.id: op.id for op in ops}
    return drawn | {op: call for op, call in inside.items() if call in drawn}


def _recorded_again(trace: Trace) -> set[int]:
    """Ops of a backward that autograd recorded, and that lead to what the program holds, takes or starts from.

    What a checkpoint computes anew leads nowhere, unless a backward of its own starts there.
    """
    if not any(op.phase == "backward" for op in trace.ops):
        return set()
    wanted = {root for call in trace.backwards for root in call.roots}
    wanted.update(tensor.id for tensor in trace.tensors if tensor.names or tensor.retains_grad)
    found: set[int] = set()
    for op in reversed(trace.ops):
        if op.phase == "backward":
            if op.grad_fn is None or wanted.isdisjoint(op.outputs):
                continue
            found.add(op.id)
        wanted.update(op.inputs)
    return found
