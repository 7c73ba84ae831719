"""What sees a program run: its ops, its lines, and the calls of torch that are more than their ops."""
