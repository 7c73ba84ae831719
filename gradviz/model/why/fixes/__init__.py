"""Changes of the source after which what led to an absent .grad, an error, a warning or a mistake is gone."""
