import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x

n = torch.tensor(y.item())
n.requires_grad = True
loss = n * 3
loss.backward()

print("n.grad =", n.grad)
print("x.grad =", x.grad)
