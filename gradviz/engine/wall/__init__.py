"""What keeps a program from everything but its own run."""
