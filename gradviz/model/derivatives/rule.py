"""What a rule is: for each input of an op, in the order of next_functions, a formula for its gradient.

A formula speaks of `grad`, the gradient that arrived (`grads`, where the op has several results), of what the grad_fn
keeps, tensors and settings, by torch's own names, and of `shapes`, those of the op's tensors. What comes out in a
shape that its input was broadcast from is summed back to that, as the autograd engine does.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """The formulas of one grad_fn."""

    inputs: tuple[tuple[str, str], ...]  # name of the input, and the formula of its gradient
    where: tuple[tuple[str, str], ...] = ()  # names that the formulas use, in the order in which they are worked out
    many: bool = False  # the op takes a list: the one formula is that of its k-th tensor


def rule(*where: tuple[str, str], **inputs: str) -> Rule:
    """Return the rule of an op with these inputs."""
    return Rule(tuple(inputs.items()), where)


def for_each(name: str, formula: str) -> Rule:
    """Return the rule of an op that takes a list of tensors."""
    return Rule(((name, formula),), many=True)
