"""A walk round the window for who sees it first: a word on each part, beside that part."""
