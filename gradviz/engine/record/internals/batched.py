"""What torch.vmap makes of tensors: wrappers that have no grad_fn, each round the tensor of all examples, which has."""

import torch
from torch._C import _functorch


def unbatched(tensor: torch.Tensor) -> torch.Tensor:
    """Return the tensor that autograd knows: of all examples at once where vmap runs them, else the same."""
    while _functorch.is_batchedtensor(tensor):
        tensor = _functorch.get_unwrapped(tensor)
    return tensor
