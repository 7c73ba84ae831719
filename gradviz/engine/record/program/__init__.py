"""The program's own side of a run: where it is, and what it calls its tensors and modules."""
