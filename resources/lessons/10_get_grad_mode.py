import torch

grad_mode = torch.autograd.get_grad_mode()
print(grad_mode)
