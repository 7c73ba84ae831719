import torch

w = torch.tensor(2.0, requires_grad=True)
total = 0.0

for step in range(2):
    loss = w * w
    loss.backward()
    total += loss

print("total =", total)
