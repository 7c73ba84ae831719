"""The program: typing, marks on its lines, finding, and the line above it."""
