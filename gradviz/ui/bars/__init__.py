"""Menus, tool bars, the timeline and the line at the bottom."""
