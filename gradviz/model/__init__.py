"""Pure values: the program, the record of one run, and the graph read from it."""
