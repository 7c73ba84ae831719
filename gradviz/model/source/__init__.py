"""A program's text and the least changes of it."""
