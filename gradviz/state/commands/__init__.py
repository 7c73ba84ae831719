"""How a person asks for a command, or for a place to go to: by its key, or by letters of its name."""
