"""The processes beside the window, behind signals."""
