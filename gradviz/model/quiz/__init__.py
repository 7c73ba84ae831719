"""Questions about a run whose answers are read off its record."""
