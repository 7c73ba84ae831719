import torch

x = torch.tensor([0.4, 2.6])
x.requires_grad = True
mask = x > 1
r = torch.round(x)

r.sum().backward()
print("mask =", mask)
print("x.grad =", x.grad)
