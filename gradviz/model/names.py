"""What each tensor of a run is called, wherever it is not asked for a step: by all names it ever had."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from gradviz.model.trace import Step, Tensor, named_by

NAMES = 8  # of one tensor


def names_of(past: Sequence[Tensor], tensors: Sequence[Tensor], steps: Sequence[Step]) -> dict[int, tuple[str, ...]]:
    """Return the names each tensor was bound to, in the order it got them; else that of the tensor whose .grad it is.

    Arguments of functions are such names only for a leaf that requires grad and has no other: what is passed from
    function to function would be called x by all of them. What a module calls self.weight is told by the path to it.

    Args:
        past: states of tensors that later ones replaced.
        tensors: the last state of each.
        steps: in order. What they say is not believed to be of the run's tensors.
    """
    names: dict[int, dict[str, None]] = {}
    for step in steps:
        for name, tensor in named_by(step) if step.names or step.elsewhere else ():
            if tensor is not None:
                held = names.setdefault(tensor, {})
                if len(held) < NAMES:
                    held[name] = None
    calls = [step.arguments for step in reversed(steps) if step.arguments]
    given = {tensor: name for arguments in calls for name, tensor in arguments.items()}
    for state in tensors if given else ():
        if state.id in given and state.is_leaf and state.requires_grad:
            names.setdefault(state.id, {given[state.id]: None})
    names = {tensor: _from_outside(held) for tensor, held in names.items()}
    parameters = {one.id: held for one in tensors if one.is_parameter and len(held := names.get(one.id, {})) > 1}
    often = Counter(chain.from_iterable(names.values())) if parameters else Counter[str]()
    names |= {tensor: _best_first(held, often) for tensor, held in parameters.items()}
    for state in (*past, *tensors):
        if state.grad_tensor is not None and state.id in names:
            names.setdefault(state.grad_tensor, {f"{next(iter(names[state.id]))}.grad": None})
    return {tensor: tuple(found) for tensor, found in names.items()}


def is_path_of(name: str, own: str) -> bool:
    """Whether what a module calls its own, self.weight, is what the program calls by the path to it, net.0.weight."""
    return own.startswith("self.") and name.endswith(own[len("self") :]) and not name.startswith("self.")


def _best_first(held: dict[str, None], often: Mapping[str, int]) -> dict[str, None]:
    """Put the names of a parameter first that it has alone, as the variable of a loop is none; then those of modules.

    Before these it may have had a place in a list, which the model was made of.
    """
    return dict.fromkeys(sorted(held, key=lambda name: (often[name] > 1, "[" in name)))


def _from_outside(held: dict[str, None]) -> dict[str, None]:
    """Leave out what a module calls its own where the path to the module is known."""
    known = [own for own in held if len(held) > 1 and any(is_path_of(name, own) for name in held)]
    return {name: None for name in held if name not in known} if known else held
