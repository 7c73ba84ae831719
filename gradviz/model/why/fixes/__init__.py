"""Changes of the source after which the reason for an absent .grad, an error or a warning no longer holds."""
