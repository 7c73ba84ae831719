"""Live grad_fns read as plain facts. Reading one keeps it no longer alive."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch.autograd.function import BackwardCFunction

from gradviz.engine.record.internals.guards import untyped
from gradviz.engine.record.internals.reader import is_leaf
from gradviz.model.trace import SCRIPTED

Node = Any  # a grad_fn: torch gives its C++ nodes no importable type
# Returns the grad_fn that the autograd engine runs in this thread.
at_work: Callable[[], Node | None] = torch._C._current_autograd_node
_UNTYPED = "CppFunction"  # the type of a grad_fn that has none of its own
_ACCUMULATE_GRAD: Any = torch._C._functions.AccumulateGrad  # type: ignore[attr-defined]  # not in torch's stubs


def grad_fn(tensor: torch.Tensor) -> Node | None:
    """The grad_fn of a tensor; None also for a view that torch has given up, and refuses to speak of.

    That is one of several views made at once (unbind, split), after one of them was changed in place.
    """
    if not tensor._is_view() or not tensor._version:  # no inference tensor is a view
        return tensor.grad_fn
    # Torch makes a changed view's grad_fn anew, by running ops while it holds a lock: a mode that saw them and asked
    # for the grad_fn itself would wait for ever.
    with torch._C._DisableTorchDispatch():
        try:
            return tensor.grad_fn
        except RuntimeError:
            return None


def entered(tensor: torch.Tensor) -> Node | None:
    """The grad_fn at which backward from a tensor begins: of a leaf its AccumulateGrad, which torch makes on demand."""
    node = grad_fn(tensor)
    if node is not None or not tensor.requires_grad or not is_leaf(tensor):
        return node
    # Torch finds it by a view of the leaf, which is an op that neither a mode nor a subclass may see.
    with torch.inference_mode(mode=False), torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction():
        try:
            return torch.autograd.graph.get_gradient_edge(tensor).node
        except (RuntimeError, AssertionError):  # a sparse tensor has no views, and a view made under no_grad no node
            return None


def alive(tensors: Iterable[torch.Tensor]) -> Iterator[Node]:
    """Yield each grad_fn that backward from any of some tensors could run."""
    seen: dict[int, Node] = {}
    todo = [node for node in map(entered, tensors) if node is not None]
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            yield node
            todo.extend(target for target, _ in inputs_of(node) if target is not None)


def inputs_of(node: Node) -> tuple[tuple[Node | None, int], ...]:
    """The next_functions: the grad_fns towards the inputs, in operand order, with their output numbers."""
    edges: tuple[tuple[Node | None, int], ...] = node.next_functions
    return edges


def leaf_of(node: Node) -> torch.Tensor | None:
    """The variable of an AccumulateGrad; None for any other grad_fn."""
    if type(node) is not _ACCUMULATE_GRAD:
        return None
    variable: torch.Tensor = node.variable
    return variable


def node_name(node: Node) -> str:
    """The name of a grad_fn as Python prints its type: "MulBackward0", "AccumulateGrad"."""
    return type(node).__name__ if isinstance(node, BackwardCFunction) else str(node.name()).rpartition("::")[2]


def is_scripted(node: Node | None) -> bool:
    """Whether a grad_fn stands for ops that TorchScript differentiates by itself."""
    return type(node).__name__ == _UNTYPED and node_name(node) == SCRIPTED


def next_number() -> int:
    """The number that torch will give to the next grad_fn of this thread."""
    number: int = untyped._autograd._get_sequence_nr()
    return number


def number_of(node: Node) -> int:
    """The number that torch gave to a grad_fn."""
    number: int = node._sequence_nr()
    return number


def is_function(node: Node) -> bool:
    """Whether the grad_fn belongs to a torch.autograd.Function written in Python."""
    return isinstance(node, BackwardCFunction)


def memo(node: Node) -> dict[object, Any]:
    """The dictionary that a grad_fn keeps for its whole life; a safe place for an id, though a program can print it.

    There is no other. What Python holds of a grad_fn dies before it, and takes no weak reference. Its number is another
    one's too: each thread counts from 0. Its type is closed to attributes; its hooks are handed out to nobody, and take
    six times as long to put there. Its address has to be read out of Python's memory, and is soon another one's.
    """
    metadata: dict[object, Any] = node.metadata
    return metadata
