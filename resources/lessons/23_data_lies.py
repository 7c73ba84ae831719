import torch

x = torch.tensor(1.0, requires_grad=True)
y = x**2

x.data.add_(1)

y.backward()
print("y =", y)
print("x.grad =", x.grad)
