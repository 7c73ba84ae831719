"""What errors, warnings and the ends of runs mean, in words for a person."""
