"""The record of a run, and what is looked up in it again and again."""
