"""The tensors that the functions of a program held when they ran last: they are gone at its end, and still told of."""

from typing import NamedTuple

from gradviz.model.trace import Trace
from gradviz.model.values import shape_text

MOST = 1000  # names that are told


class Local(NamedTuple):
    """A tensor that a name of a function stood for."""

    function: str  # "Net.forward"
    name: str
    shape: str
    dtype: str


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
