"""gradviz: type PyTorch code and see what autograd really does with it."""

__version__ = "0.1.0"
