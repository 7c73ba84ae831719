"""How the graph is painted: what is seen of it, what lies over what, and what has been painted before, kept."""
