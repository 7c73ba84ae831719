"""Records made where Python does not look for cycles among them: they hold none, and there are very many.

It would look several times while they are made, and again and again at those that stay: tens of milliseconds each time,
in the middle of a frame.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected(*, kept: bool = False) -> Iterator[None]:
    """Have Python not look for cycles while records are made; afterwards it does so if it did before.

    Args:
        kept: whether so many stay that all later looks leave them out, and what else is there by then.
    """
    looked = gc.isenabled()
    if looked and kept:
        gc.collect(1)  # what is garbage by now would be kept too
    gc.disable()
    try:
        yield
    finally:
        if looked:
            if kept:
                gc.freeze()
            gc.enable()
