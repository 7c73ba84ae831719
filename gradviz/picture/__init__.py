"""A trace turned into all that the window shows of it; runs headless, and as a process beside the window."""
