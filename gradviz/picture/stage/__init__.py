"""Which part of a run's graph is drawn, and the drawings of it, at any moment in the same places."""
