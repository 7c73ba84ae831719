"""The reading side of the border: what a hostile process sent, decoded, bounded, validated and put together."""
