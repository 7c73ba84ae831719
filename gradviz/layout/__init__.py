"""Where the boxes of a diagram go and how its links run."""
