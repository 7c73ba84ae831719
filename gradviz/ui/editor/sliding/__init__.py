"""A number of the program under a slider, and what came of each number that it was slid to."""
