"""Which rows a diagram has, and what stands in them: cells, bends of long links, borders of frames."""
