"""What is drawn of a trace: nodes and edges, repeated parts folded, opened or left out."""
