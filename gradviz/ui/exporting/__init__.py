"""Graphs into files and onto the clipboard."""
