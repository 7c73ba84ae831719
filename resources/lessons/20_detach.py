import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
d = y.detach()
z = y * d

z.backward()
print("d =", d)
print("x.grad =", x.grad)
