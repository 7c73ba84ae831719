import torch

x = torch.arange(3.0, requires_grad=True)
y = x * x
y.backward()

print("x.grad =", x.grad)
