"""What is known of a run, and written down of it: tensors, their memory, grad_fns."""
