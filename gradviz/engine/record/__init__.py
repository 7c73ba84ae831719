"""One run of a program written down: every op, grad_fn, tensor and line."""
