import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, t):
        ctx.save_for_backward(t)
        return t * t

    @staticmethod
    def backward(ctx, grad):
        (t,) = ctx.saved_tensors
        return 2 * t * grad


x = torch.tensor(5.0, requires_grad=True)
y = Square.apply(x)
y.backward()
print("x.grad =", x.grad)
