"""The questions of a quiz, in words."""
