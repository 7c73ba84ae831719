import torch

A = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
x = torch.ones(2, requires_grad=True)
y = A @ x

weights = torch.tensor([1.0, 10.0])
y.backward(gradient=weights)
print("x.grad =", x.grad)
