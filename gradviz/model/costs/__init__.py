"""What a program costs in time and memory, and what may be said of it."""
