"""What can be written at a place of a program, and what is to say of it there."""
