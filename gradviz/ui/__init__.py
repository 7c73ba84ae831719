"""The window: Qt widgets that show the state and send messages."""
