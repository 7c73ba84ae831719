"""The same program run again and again in each grad mode, without the recorder, timed; and once more for its bytes.

Everything happens in one locked process, because the first operations of a new one are slow. Modes take turns, each
round in another order, so that neither a drifting machine nor the mode that ran before favours one of them. The first
run of a turn finds memory and caches as the mode before left them, and is not timed. A run's time goes on until all
that it made is freed, which is part of what a graph costs.
"""

import gc
import io
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache

import torch

from gradviz.engine.measuring import opclock
from gradviz.engine.measuring.heap import heap_bytes, keep_freed
from gradviz.engine.measuring.keeper import Keeper
from gradviz.engine.measuring.stopwatch import CutOff, phases
from gradviz.engine.record import chance, worker
from gradviz.engine.record.program import neighbours
from gradviz.engine.record.stage import ambient, main_module
from gradviz.model.cost import FEW, MODES, PATIENCE, CostPage, Held, Lap, Raised, Timed
from gradviz.model.memory import peak_bytes
from gradviz.model.program import FILE, Program, parse
from gradviz.model.trace import GradMode, ProgramError
from gradviz.model.wire import Request, encode

MOST = 200  # rounds, after which the spread does not get much narrower
BLOCK = 0.004  # seconds of timed runs in one turn of a mode, of a program that is faster than that
_MOST_IN_BLOCK = 8
_CLOCKED = 12  # the part of the budget in which ops are timed one by one, for each mode
_SLOW = 0.25  # seconds of a run that is not run once for nothing in every turn
INTERVAL = 0.1  # seconds between two pages
_SAMPLE = 256  # tensors made to know what one takes on the heap


def measure(request: Request, send: Callable[[bytes], None], modes: Sequence[GradMode] = MODES) -> None:
    """Find a program's bytes, and time it for as many seconds as the request's budget, at least once in each mode.

    Args:
        request: the program and its limits.
        send: takes one encoded CostPage.
        modes: what to compare.
    """
    program = parse(request.source)
    if isinstance(program, ProgramError):
        send(encode(CostPage(raised=tuple(Raised(mode, program) for mode in modes), done=True)))
        return
    keep_freed()
    runs = _Runs(program, request)
    timed = [mode for mode in modes if _weigh(runs, mode, request, send)]
    _race(runs, timed, request.budget or 0.0, send)
    for mode in timed:
        send(encode(CostPage(timed=(_time_ops(runs, mode, request.budget or 0.0),))))
    send(encode(CostPage(done=True)))


class _Runs:
    """A program that can be run any number of times from the same state, for nobody to see."""

    def __init__(self, program: Program, request: Request) -> None:
        if request.seed is not None:
            chance.seed(request.seed)
        self.program = program
        self._request = request
        self._code = compile(program.tree, FILE, "exec")
        self._bring_back_chance = chance.keep()
        self._dtype = torch.get_default_dtype()
        self._sink = _Sink()
        self.slowest = 0.0  # seconds of a run so far
        self.cut_short: set[GradMode] = set()  # in which it ends where it calls backward

    def reset(self) -> None:
        """Bring back the state in which every run begins."""
        self._bring_back_chance()
        torch.set_default_dtype(self._dtype)

    def lap(self, mode: GradMode, turn: int) -> Lap:
        """Run it once, timed until what it made is freed."""
        with phases() as (backward, optimizer):
            names, began, _ = self._run(mode)
            _free(names)
            freed = time.perf_counter()
        forward = (backward.first or freed) - began
        return Lap(mode, freed - began, forward, backward.seconds, optimizer.seconds, turn)

    def head(self, mode: GradMode) -> float:
        """Run it until it calls backward; return the seconds that took."""
        with phases(cut=True) as (backward, _):
            names, began, ended = self._run(mode)
            _free(names)
        return (backward.first or ended) - began

    def left_behind(self, mode: GradMode) -> dict[str, object]:
        """Run it once, and return the names it has bound."""
        names, began, ended = self._run(mode)
        self.slowest = max(self.slowest, ended - began)
        return names

    def _run(self, mode: GradMode) -> tuple[dict[str, object], float, float]:
        """Run it once; return the names it has bound, when it began and when it ended."""
        self.reset()
        names = vars(main_module(self._request))
        with redirect_stdout(self._sink), redirect_stderr(self._sink), ambient(mode):
            began = time.perf_counter()
            with suppress(Exception, SystemExit, CutOff):  # that it raises in this mode is known and told
                exec(self._code, names)
            return names, began, time.perf_counter()


def _free(names: dict[str, object]) -> None:
    """Let go of what a run has left behind under its names, and in the files beside the program."""
    names.clear()
    neighbours.drop()


class _Sink(io.TextIOBase):
    """Takes what the program prints and forgets it."""

    def write(self, text: str) -> int:
        """Forget a text."""
        return len(text)


def _weigh(runs: _Runs, mode: GradMode, request: Request, send: Callable[[bytes], None]) -> bool:
    """Find a mode's bytes, and whether there is something to time: all, or what comes before backward."""
    runs.reset()
    keeper = Keeper()
    found = worker.recorded(runs.program, request._replace(mode=mode), keeper, keeper.watch)
    if found.error is not None:
        send(encode(CostPage(raised=(Raised(mode, found.error),))))
        if not found.backwards:
            return False
        runs.cut_short.add(mode)
    graph = _graph_bytes(runs, mode, found.live_bytes, found.live_tensors)
    memory, lived = found.memory, keeper.lived(mode)
    held = Held(mode, peak_bytes(lived), memory.saved_bytes, memory.parameter_bytes, graph)
    send(encode(CostPage(held=(held,), lived=(lived,))))
    return True


def _graph_bytes(runs: _Runs, mode: GradMode, live_bytes: int, live_tensors: int) -> int | None:
    """What the heap gives back when all that the program left behind goes, less its tensors. It warms up as well."""
    with warnings.catch_warnings(action="ignore"):
        left = runs.left_behind(mode)
    gc.collect()
    before = heap_bytes()
    _free(left)
    gc.collect()
    after = heap_bytes()
    if before is None or after is None:
        return None
    return max(0, before - after - live_bytes - live_tensors * _tensor_bytes())


@cache
def _tensor_bytes() -> int:
    """What one tensor takes on the heap beside its elements."""
    before = heap_bytes() or 0
    sample = [torch.zeros(1) for _ in range(_SAMPLE)]
    return ((heap_bytes() or 0) - before) // len(sample) - sample[0].element_size()


def _race(runs: _Runs, modes: Sequence[GradMode], budget: float, send: Callable[[bytes], None]) -> None:
    """Time the modes in turns; at least once each, so that even a slow program has numbers."""
    laps: list[Lap] = []
    with warnings.catch_warnings(action="ignore"), _collected_between():
        first = sent = time.monotonic()
        slowest = runs.slowest
        if slowest < _SLOW:  # what was the first of its kind was slower than those to come
            slowest = max((runs.lap(mode, 0).seconds for mode in modes), default=0.0)
        for turn in range(MOST):
            for mode in _order(modes, turn):
                laps += _block(runs, mode, turn, slowest)
            gc.collect()
            now = time.monotonic()
            over = now - first > (budget if turn + 1 >= FEW else PATIENCE * budget)
            if now - sent > INTERVAL or over:
                send(encode(CostPage(laps=tuple(laps))))
                laps, sent = [], now
            if over:
                return
    send(encode(CostPage(laps=tuple(laps))))


def _block(runs: _Runs, mode: GradMode, turn: int, slowest: float) -> list[Lap]:
    """The runs of one mode in one turn, as many as fit a short while."""
    if slowest < _SLOW:
        runs.lap(mode, turn)
    count = _MOST_IN_BLOCK if slowest * _MOST_IN_BLOCK < BLOCK else max(1, round(BLOCK / slowest))
    laps = [runs.lap(mode, turn) for _ in range(count)]
    if not runs.cut_short or mode in runs.cut_short:
        return laps
    # What comes before backward is compared with modes that end there: after backward caches are cold, and it is not.
    runs.head(mode)
    return [lap._replace(forward=min(lap.seconds, runs.head(mode))) for lap in laps]


def _time_ops(runs: _Runs, mode: GradMode, budget: float) -> Timed:
    with warnings.catch_warnings(action="ignore"), _collected_between():
        return opclock.timed(mode, lambda: _free(runs.left_behind(mode)), budget / _CLOCKED)


def _order(modes: Sequence[GradMode], turn: int) -> list[GradMode]:
    """Each mode comes first, last and after each other one as often as the rest."""
    first = turn % max(1, len(modes))
    around = [*modes[first:], *modes[:first]]
    return around[::-1] if turn // max(1, len(modes)) % 2 else around


@contextmanager
def _collected_between() -> Iterator[None]:
    """Within it, garbage is collected only when asked for."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
