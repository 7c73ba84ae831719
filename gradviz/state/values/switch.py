"""A switch of requires_grad that can be taken back."""

from typing import NamedTuple

from gradviz.model.source.place import Edit


class Switch(NamedTuple):
    """The last switch of a tensor's requires_grad, and the way back."""

    name: str  # of the tensor, as its row tells it
    on: bool  # what requires_grad is to be
    text: str  # the program after it
    back: Edit  # what makes of that the text before
