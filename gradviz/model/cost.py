"""What a program costs in each grad mode: timed runs and bytes, as the engine sends them."""

from typing import NamedTuple

from gradviz.model.memory import LARGE, TEXT, Lived, possible
from gradviz.model.trace import GradMode, ProgramError

MODES: tuple[GradMode, ...] = ("grad", "no_grad", "inference")
NAMES: dict[GradMode, str] = {"grad": "grad", "no_grad": "no_grad", "inference": "inference_mode"}
LONG = 1e9  # seconds; no run lasts as many
MOST_TIMED = 50_000  # ops of one run
MOST = 10_000  # timed runs in one page
PATIENCE = 5  # times the budget, that may be spent on the rounds without which nothing can be said
FEW = 8  # turns of each, below which no interval reaches CONFIDENCE


class Lap(NamedTuple):
    """One timed run of the program, without the recorder, in seconds. It ends early in a mode that raises."""

    mode: GradMode
    seconds: float  # until all that it made is freed
    forward: float  # of those, until backward was called first
    backward: float  # of those, in torch's autograd engine
    optimizer: float  # of those, in step() of optimizers
    turn: int = 0  # the round in which modes took turns


class Held(NamedTuple):
    """Bytes of one mode."""

    mode: GradMode
    peak_bytes: int  # most that living tensors, each storage once, and a kernel at work held at once
    saved_bytes: int  # kept for backward over the whole run, each storage once
    parameter_bytes: int  # of those, in parameters and other leaves that live without a graph too
    graph_bytes: int | None  # heap of the graph alone at the program's end; None: this system does not tell


class Raised(NamedTuple):
    """A mode in which the program raises. What comes before its first backward() is timed all the same."""

    mode: GradMode
    error: ProgramError


class Timed(NamedTuple):
    """How long the kernels of a program take, op by op in the order of a run."""

    mode: GradMode
    names: tuple[str, ...]
    ops: tuple[tuple[int, float, float], ...]  # which of the names, median seconds, and how far the middle half reaches
    n: int  # runs


class CostPage(NamedTuple):
    """One message of a measuring run: what was found since the one before."""

    laps: tuple[Lap, ...] = ()
    held: tuple[Held, ...] = ()
    raised: tuple[Raised, ...] = ()
    done: bool = False
    lived: tuple[Lived, ...] = ()
    timed: tuple[Timed, ...] = ()


class Costs(NamedTuple):
    """All that a measuring run has found so far, in the order of measuring."""

    laps: tuple[Lap, ...] = ()
    held: tuple[Held, ...] = ()
    raised: tuple[Raised, ...] = ()
    done: bool = False
    lived: tuple[Lived, ...] = ()
    timed: tuple[Timed, ...] = ()


def sound(page: CostPage) -> bool:
    """Whether every number of a page can be one: the process that sent it is not trusted."""
    times = [(lap.seconds, lap.forward, lap.backward, lap.optimizer) for lap in page.laps]
    counts = [count for one in page.held for count in one[1:] if count is not None]
    return (
        all(lap[0] > 0 and all(0 <= part < LONG for part in lap) for lap in times)
        and all(0 <= count < LARGE for count in counts)
        and len(page.laps) <= MOST
        and all(map(possible, page.lived))
        and all(map(_is_timed, page.timed))
    )


def _is_timed(one: Timed) -> bool:
    return (
        len(one.ops) <= MOST_TIMED
        and all(len(name) <= TEXT for name in one.names)
        and all(0 <= name < len(one.names) and 0 <= mid < LONG and 0 <= iqr < LONG for name, mid, iqr in one.ops)
    )


def added(costs: Costs, page: CostPage) -> Costs:
    """Return the costs with those of one more page; a mode has its bytes, or its error, but once."""
    held = {one.mode: one for one in (*page.held, *costs.held)}
    raised = {one.mode: one for one in (*page.raised, *costs.raised)}
    lived = {one.mode: one for one in (*page.lived, *costs.lived)}
    return Costs(
        (costs.laps + page.laps)[-MOST:],
        tuple(held[m] for m in MODES if m in held),
        tuple(raised[m] for m in MODES if m in raised),
        page.done,
        tuple(lived[m] for m in MODES if m in lived),
        (costs.timed + page.timed)[: len(MODES)],
    )


def laps_of(costs: Costs, mode: GradMode) -> tuple[Lap, ...]:
    """Return the timed runs of one mode."""
    return tuple(lap for lap in costs.laps if lap.mode == mode)
