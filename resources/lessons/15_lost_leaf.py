import torch

w = torch.ones(2, requires_grad=True)
w = w.to(torch.float64)
data = torch.ones(2)

loss = (w * data).sum()
loss.backward()
print("w is a leaf:", w.is_leaf)
print("data is a leaf:", data.is_leaf)
print("w.grad =", w.grad)
