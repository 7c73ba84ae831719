import torch
from torch import nn

layer = nn.Linear(2, 1)
model = nn.Sequential(layer, nn.Dropout())
x = torch.ones(1, 2)

model.eval()
a = model(x)

with torch.no_grad():
    b = model(x)
