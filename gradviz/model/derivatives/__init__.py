"""The rule of each grad_fn as a formula that can be read, and computed from what a trace holds, without torch."""
