"""A run at any of its steps: what each tensor, grad_fn and name was then, and what is foretold."""
