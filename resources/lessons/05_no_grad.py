import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x

with torch.no_grad():
    z = y + 1

y.backward()
print("z =", z)
print("x.grad =", x.grad)
print("z.grad =", z.grad)
