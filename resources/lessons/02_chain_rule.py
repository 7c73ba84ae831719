import torch

x = torch.tensor(3.0, requires_grad=True)
u = 2 * x
v = u + 1
y = v * v
y.backward()

dv = 2 * v.item()
du = dv * 1
dx = du * 2
print("by hand:", dx)
print("autograd:", x.grad.item())
