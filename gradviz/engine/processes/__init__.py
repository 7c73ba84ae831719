"""The zygote, the processes of runs that it makes, and the bytes between them."""
