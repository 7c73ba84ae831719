import torch


def limit(grad):
    print("arrives:", grad)
    return grad.clamp(max=1.0)


x = torch.tensor(2.0, requires_grad=True)
y = x * x
y.register_hook(limit)
z = y * 5

z.backward()
print("x.grad =", x.grad)
