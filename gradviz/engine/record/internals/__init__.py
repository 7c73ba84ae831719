"""Torch from inside: what tensors, grad_fns and operators are, and where the recorder stands in their way."""
