"""Two runs held against each other: what is alike, and what differs for which reason."""
