import torch

w = torch.tensor(1.0, requires_grad=True)
loss = w * w
loss.backward()

with torch.no_grad():
    w -= 0.25 * w.grad
    w.grad = None

loss = w * w
loss.backward()
print("w =", w)
print("w.grad =", w.grad)
