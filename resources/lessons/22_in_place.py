import torch

x = torch.tensor(0.0, requires_grad=True)

a = x * 2
a.add_(1)

b = torch.exp(x)
b.add_(1)

a.backward()
print("x.grad =", x.grad)
b.backward()
print("x.grad =", x.grad)
