"""What there is to say of a tensor, op, grad_fn or fold at a step."""
