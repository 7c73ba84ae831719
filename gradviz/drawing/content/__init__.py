"""What boxes say, as values without size or place: of tensors, ops, grad_fns and folds, in one language."""
