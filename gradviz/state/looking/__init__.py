"""What of the picture is looked at: its step, its folds, what is selected, found and inspected."""
