import torch

x = torch.tensor(2.0, requires_grad=True)
a = x * 3
print("before:", torch.is_grad_enabled())

with torch.no_grad():
    b = x * 3
    print("inside:", torch.is_grad_enabled())

c = x * 3
print("after:", torch.is_grad_enabled())
