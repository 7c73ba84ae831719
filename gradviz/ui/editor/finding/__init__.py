"""Finding a text in the program, and putting another in its place."""
