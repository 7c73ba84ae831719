"""When the program is run, and what runs beside it: measuring, other grad modes, a number that is slid."""
