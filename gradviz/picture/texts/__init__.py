"""The texts around a drawing: tensors, locals, errors and warnings, what costs most."""
