import torch

x = torch.tensor(2.0, requires_grad=True)

with torch.no_grad():
    a = x * 3
    with torch.enable_grad():
        b = x * 3
    c = x * 3

b.backward()
print(x.grad)
