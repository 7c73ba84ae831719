"""How long each op of a program takes, by a clock around its kernel and nothing else: no records, no lines, no values.

What is timed is the call below autograd, with the way there from Python, some microseconds, which every op has. It is
the median of some runs. What autograd itself adds to an op is not in it; the whole program's times have that.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median, quantiles

import torch

from gradviz.engine.record.internals import operators, reader
from gradviz.engine.record.internals.composites import replace_composites
from gradviz.model.cost import MOST_TIMED, Timed
from gradviz.model.trace import GradMode

LEAST, MOST = 3, 15  # runs


class OpClock(operators.Passing):
    """Times each op that reaches a kernel, in forward and backward."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.seconds: list[float] = []

    def __torch_dispatch__(
        self,
        func: operators.Operator,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        traits, named = operators.KNOWN.get(id(func)) or operators.learn(func), kwargs or {}
        if traits.is_question:
            return func(*args, **named)
        if traits.wants_tensor and type(args[0]) in operators.NUMBERS:
            args = operators.as_tensors(args)
        inside = torch.is_inference_mode_enabled()
        if traits.is_composite and (inside or reader.are_inference(args, named)):
            return operators.run_composite(func, self, args, named)
        counts = operators.counts(traits, inside)
        began = time.perf_counter()
        result = operators.run_counting(func, args, named) if counts else func(*args, **named)
        self.seconds.append(time.perf_counter() - began)
        self.names.append(traits.name)
        return result


def timed(mode: GradMode, run: Callable[[], object], seconds: float) -> Timed:
    """Run a program some times and return the times of its ops; none where the runs differ, or the ops are too many.

    Args:
        mode: the grad mode that it is run in.
        run: runs it once.
        seconds: for how long, of a program that can be run more than LEAST times in it.
    """
    clocks: list[OpClock] = []
    until = time.monotonic() + seconds
    with ExitStack() as stack:
        stack.callback(replace_composites())  # as under the recorder: both have the ops of the program itself
        while len(clocks) < LEAST or (len(clocks) < MOST and time.monotonic() < until):
            clock = OpClock()
            with clock:
                run()
            clocks.append(clock)
    names = clocks[0].names
    if len(names) > MOST_TIMED or any(clock.names != names for clock in clocks):
        return Timed(mode, (), (), len(clocks))
    table = {name: number for number, name in enumerate(dict.fromkeys(names))}
    ops = []
    for name, each in zip(names, zip(*(clock.seconds for clock in clocks), strict=True), strict=True):
        low, _, high = quantiles(each, n=4, method="inclusive")
        ops.append((table[name], median(each), high - low))
    return Timed(mode, tuple(table), tuple(ops), len(clocks))
