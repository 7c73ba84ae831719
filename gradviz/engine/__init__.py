"""The child process that runs a program under PyTorch and reports what autograd did."""
