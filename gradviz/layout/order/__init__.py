"""In which order the elements of each row stand."""
