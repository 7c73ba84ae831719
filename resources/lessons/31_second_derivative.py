import torch
from torch.autograd import grad

x = torch.tensor(3.0, requires_grad=True)
y = x**3

(g,) = grad(y, x, create_graph=True)
(h,) = grad(g, x)

print("g =", g)
print("h =", h)
print("x.grad =", x.grad)
