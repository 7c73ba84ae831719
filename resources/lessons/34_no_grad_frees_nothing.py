import torch

x = torch.ones(1024, requires_grad=True)
a = torch.exp(torch.sin(x))

with torch.no_grad():
    b = torch.exp(torch.sin(x))
