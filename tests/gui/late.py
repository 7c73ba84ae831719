"""Becomes a fake process when it is first spoken to. Half of them, the standbys, never are: they need no imports.

Argument: the name of its module in this folder.
"""

import importlib
import select
import sys

spoken = select.poll()
spoken.register(sys.stdin, select.POLLIN)
if any(event & select.POLLIN for _, event in spoken.poll()):  # not merely hung up
    importlib.import_module(sys.argv[1]).main()
