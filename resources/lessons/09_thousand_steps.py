import torch


def compute_model(x):
    for i in range(1000):
        x = x + 1
    return x


with torch.no_grad():
    a = compute_model(torch.tensor(1.0))

b = compute_model(torch.tensor(1.0, requires_grad=True))
print(a, b)
