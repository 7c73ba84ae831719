import torch

x = torch.tensor([0.0, 4.0])
x.requires_grad = True
root = torch.sqrt(x)
safe = torch.where(x > 0, root, 0.0)

safe.sum().backward()
print("safe =", safe)
print("x.grad =", x.grad)
