import torch

xs = torch.tensor([1.0, 2.0])
ys = 2 * xs
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)

for epoch in range(3):
    optimizer.zero_grad()
    loss = ((w * xs - ys) ** 2).mean()
    loss.backward()
    optimizer.step()
    print("loss", loss.item())
    print("w", w.item())
