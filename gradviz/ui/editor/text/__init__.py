"""What keys and undo do to the text of the program. Knows no widget."""
