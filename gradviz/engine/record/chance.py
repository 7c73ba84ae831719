"""Where the random numbers of a program come from: the generators of torch, of Python and of numpy, as one state."""

import importlib
import random
from collections.abc import Callable
from types import ModuleType

import torch

_NUMPY_SEEDS = 2**32  # numpy takes no larger number


def seed(number: int) -> None:
    """Seed every generator."""
    torch.manual_seed(number)
    random.seed(number)
    numpy = _numpy()
    if numpy is not None:
        numpy.seed(number % _NUMPY_SEEDS)


def keep() -> Callable[[], None]:
    """Return what brings every generator back to the state it is in now."""
    ours, plain, numpy = torch.get_rng_state(), random.getstate(), _numpy()
    theirs = None if numpy is None else numpy.get_state()

    def bring_back() -> None:
        torch.set_rng_state(ours)
        random.setstate(plain)
        if numpy is not None:
            numpy.set_state(theirs)

    return bring_back


def _numpy() -> ModuleType | None:
    """The generators of numpy, which numpy itself loads late."""
    try:
        return importlib.import_module("numpy.random")
    except ImportError:
        return None
