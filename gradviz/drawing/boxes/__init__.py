"""How boxes stand: their sizes, outlines, signs and ports, and what hangs on them."""
