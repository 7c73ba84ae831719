"""A drawing, a graph or a trace written to a file."""
