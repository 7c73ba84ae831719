"""The graph: how it is seen, moved, pointed at and walked through."""
