"""What the window has a part in, a file for each thing: what panels and processes send of it, what is shown of it."""
