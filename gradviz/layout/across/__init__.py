"""Where the elements of ordered rows stand across."""
