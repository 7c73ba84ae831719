"""Which Python runs the programs: those of this machine, what each can do, and the choice of one."""
