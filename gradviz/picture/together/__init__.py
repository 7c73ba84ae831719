"""Several runs drawn in the same places: what changed since the run before, and the grad modes side by side."""
