import torch
from torch import nn

body = nn.Linear(2, 2)
head = nn.Linear(2, 1)
body.requires_grad_(False)

x = torch.ones(1, 2)
features = body(x)
out = head(features)
out.backward()

print("body.bias:", body.bias.grad)
print("head.bias:", head.bias.grad)
