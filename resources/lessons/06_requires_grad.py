import torch

x = torch.tensor(2.0)
before = x * x

x.requires_grad = True
after = x * x
after.backward()

print("before =", before)
print("after =", after)
print("x.grad =", x.grad)
