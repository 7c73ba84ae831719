"""Dialogs over the window: what each says and asks is its own, and what was chosen is sent."""
