"""Reads a graph of autograd that is there already, in the process of the person's own program."""
