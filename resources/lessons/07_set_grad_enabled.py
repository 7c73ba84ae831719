import torch

x = torch.tensor(2.0, requires_grad=True)

torch.set_grad_enabled(False)
a = x * 2
torch.set_grad_enabled(True)
b = x * 3

with torch.set_grad_enabled(False):
    c = x * 4
d = x * 5


@torch.set_grad_enabled(False)
def times_six(t):
    return t * 6


e = times_six(x)
f = x * 7
