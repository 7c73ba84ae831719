"""How the window looks, and text made safe to show in it."""
