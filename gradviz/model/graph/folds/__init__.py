"""Parts of a graph drawn as one box: what repeats, belongs to a module or is a crowd; and what such a box holds."""
