"""A graph and its placement turned into marks with roles: what is painted, not how."""
