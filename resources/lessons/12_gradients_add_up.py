import torch

w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)

(3 * w).backward()
print("once:", w.grad)
(3 * w).backward()
print("twice:", w.grad)

optimizer.zero_grad()
print("emptied:", w.grad)
(3 * w).backward()
print("again:", w.grad)
