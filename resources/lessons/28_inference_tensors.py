import torch

w = torch.tensor(3.0, requires_grad=True)
x = torch.tensor(2.0)

with torch.inference_mode():
    y = x * 5

a = y * 3
b = w + y
c = w * y
