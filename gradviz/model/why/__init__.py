"""Answers to "why?", and the changes of the source that help."""
