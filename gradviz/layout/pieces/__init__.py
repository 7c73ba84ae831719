"""What no link joins: each piece is laid out alone, and all are put beside each other."""
