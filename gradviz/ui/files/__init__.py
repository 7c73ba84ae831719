"""Programs on disk, and which of them is open."""
