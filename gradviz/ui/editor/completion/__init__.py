"""What could be written at the cursor, and how the call there is to be written: a list and a card over the program."""
