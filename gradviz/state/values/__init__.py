"""Frozen parts of the state, each about one thing."""
