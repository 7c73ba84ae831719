"""A program timed and weighed without the recorder."""
