"""What kernels take for themselves and give back before they are done, as a convolution does with its columns.

No tensor of the program holds it and no dispatch mode sees it, but torch's allocator tells the profiler of each block.
The older of torch's profilers is on for the length of one kernel at a time, which costs 11 us: it does not see what the
recorder takes between them, and needs no clock.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate

import torch

from gradviz.engine.record.internals.operators import Kernel
from gradviz.engine.record.run import Run

LEAST = 64  # bytes; less is a number of Python's, of which torch made a tensor for the kernel


class Workspaces:
    """Listens to the allocator while a kernel runs, and adds what passed there to the events of storages."""

    def __init__(self) -> None:
        # By step, the ids under which is counted what a kernel held at its highest moment: what it gave back before it
        # was done, and its results, as far as it had made them.
        self.passed: dict[int, list[tuple[int, int]]] = {}
        self.is_known = _told(lambda: torch.empty(1))[1] == [4]  # False: this torch does not tell, or not of a kernel

    def watch(self, run: Run) -> None:
        """Listen to the kernels of a run from now on."""
        if self.is_known:
            run.around = lambda kernel: self._listening(run, kernel)

    def _listening(self, run: Run, kernel: Kernel) -> Kernel:
        def listened(*args: object, **kwargs: object) -> object:
            if torch._C._autograd._profiler_enabled():  # by the program: there cannot be two
                self.is_known = False
                return kernel(*args, **kwargs)
            result, changes = _told(lambda: kernel(*args, **kwargs))
            own, stayed = highest(changes)
            if own >= LEAST:
                with run.stream.lock:
                    ids = run.ledger.storages.pass_by(own, stayed)
                    self.passed.setdefault(run.stream.stamp, []).append(ids)
            return result

        return listened


def highest(changes: Sequence[int]) -> tuple[int, int]:
    """Of the moment when a kernel held the most: the bytes that it gave back later, and those that stayed.

    Args:
        changes: bytes of each block that was taken or, less than 0, freed, in order. A freed block is taken for the
            latest of its size: another would give the same sums. One from before the kernel is left out.
    """
    alive: list[tuple[int, int]] = []  # when it was taken, and its size
    given_back: list[tuple[int, int, int]] = []  # the same, and when it was freed
    for at, more in enumerate(changes):
        if more > 0:
            alive.append((at, more))
            continue
        for block in reversed(alive):
            if block[1] == -more:
                alive.remove(block)
                given_back.append((*block, at))
                break
    if not given_back:
        return 0, 0
    held = [0] * (len(changes) + 1)
    for taken, size, freed in given_back:
        held[taken] += size
        held[freed] -= size
    own = list(accumulate(held))
    for taken, size in alive:
        held[taken] += size
    both = list(accumulate(held))
    most = max(range(len(both)), key=both.__getitem__)
    return own[most], both[most] - own[most]


def _told(kernel: Callable[[], object]) -> tuple[object, list[int]]:
    """Run a kernel; return its result, and the bytes that it took and freed, block by block."""
    autograd, profiler = torch._C._autograd, torch._C._profiler
    try:
        state, experimental = profiler.ProfilerState.CPU, profiler._ExperimentalConfig()
        autograd._enable_profiler_legacy(profiler.ProfilerConfig(state, False, True, False, False, False, experimental))
    except (AttributeError, TypeError, RuntimeError):
        return kernel(), []
    try:
        result = kernel()
    finally:
        told = autograd._disable_profiler_legacy()
    return result, [one.cpu_memory_usage() for thread in told for one in thread if str(one.kind()) == "memory_alloc"]
