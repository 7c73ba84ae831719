import torch
from torch.utils import checkpoint


def block(t):
    a = torch.sin(t)
    return torch.sin(a)


x = torch.ones(1024, requires_grad=True)
y = checkpoint.checkpoint(
    block,
    x,
    use_reentrant=False,
)
y.sum().backward()
