"""What stands over, below or in place of the graph, and is none of its boxes."""
