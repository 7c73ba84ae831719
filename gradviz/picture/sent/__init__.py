"""What goes to the window, and what of it the window has."""
