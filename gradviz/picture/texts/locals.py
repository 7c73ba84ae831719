"""The tensors that the functions of a program held when they ran last: they are gone at its end, and still told of."""

from gradviz.model.trace import Trace
from gradviz.model.values import shape_text
from gradviz.picture.picture import Local

MOST = 1000  # names that are told


def locals_of(trace: Trace) -> tuple[Local, ...]:
    """Return the tensor that each name of each function stood for last, parameters among them."""
    last: dict[tuple[str, str], int] = {}
    for step in trace.steps:
        if step.function is not None:
            for names in (step.arguments, step.names):
                for name, tensor in names.items() if names else ():
                    if tensor is not None and (len(last) < MOST or (step.function, name) in last):
                        last[step.function, name] = tensor
    held = ((function, name, trace.tensors[tensor]) for (function, name), tensor in last.items())
    return tuple(Local(function, name, shape_text(one.shape), one.dtype) for function, name, one in held)
