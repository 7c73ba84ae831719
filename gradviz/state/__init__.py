"""What the window shows as one frozen value, the messages that change it, and the effects it asks for."""
