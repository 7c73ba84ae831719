"""What `gradviz measure` says, against tools that know nothing of it: torch's own benchmark, hooks and profiler."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import accumulate
from statistics import median
from textwrap import indent

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.benchmark import Timer

from gradviz.engine.measuring.heap import keep_freed
from gradviz.model.cost import MODES, Costs, laps_of
from gradviz.model.costs.spread import ratio
from gradviz.model.costs.verdict import time_verdict
from gradviz.model.trace import GradMode
from gradviz.model.wire import Limits, Request
from gradviz.runs import Engine
from tests.bench import programs
from tests.bench.rows import Row, main
from tests.bench.torch_runs import forget, one_thread, run_bare

TRIALS, BRIEF = 100, 0.25  # and seconds for each of them
_ON = "import torch\nwith torch.enable_grad():\n"
SAME = {
    "adds": _ON + "    x = torch.tensor(1.0, requires_grad=True)\n    for _ in range(300):\n        x = x + 1\n",
    "products": _ON + "    x = torch.randn(200, 200, requires_grad=True)\n    y = (x @ x @ x).tanh().sum()\n",
}
BUDGET = 0.6  # seconds for each of both, in each round, for all modes together
PROGRAMS = {
    "mlp": programs.MLP,
    "resnet": programs.RESNET,
    "transformer": programs.TRANSFORMER,
}
AMBIENT: dict[GradMode, Callable[[], torch.no_grad | torch.inference_mode | nullcontext[None]]] = {
    "grad": nullcontext,
    "no_grad": torch.no_grad,
    "inference": torch.inference_mode,
}


def times(most: int) -> Iterator[Row]:
    """Medians of the whole program in each grad mode, taken in turns with torch.utils.benchmark."""
    one_thread()
    keep_freed()
    with Engine() as engine:
        for name, measured in PROGRAMS.items():
            yield _times(engine, name, measured.source, min(9, most))


def _times(engine: Engine, name: str, source: str, rounds: int) -> Row:
    mine: dict[GradMode, list[list[float]]] = {mode: [] for mode in MODES}
    other: dict[GradMode, list[list[float]]] = {mode: [] for mode in MODES}
    text: dict[GradMode, list[list[float]]] = {mode: [] for mode in MODES}
    for _ in range(rounds):
        costs = _costs(engine, source)
        for mode in MODES:
            mine[mode].append([lap.seconds for lap in laps_of(costs, mode)])
            other[mode].append(_benchmarked("run()", mode, as_function(source)))
            text[mode].append(_benchmarked(source, mode))
    figures: dict[str, float] = {}
    ratios: list[float] = []
    for mode in MODES:
        medians = [list(map(median, of[mode])) for of in (mine, other, text)]
        found = ratio(medians[0], medians[1])
        ratios.append(found.median)
        figures |= {
            f"{mode}, ms": 1000 * median(map(median, mine[mode])),
            f"{mode}, torch.utils.benchmark, ms": 1000 * median(map(median, other[mode])),
            f"{mode}, x": found.median,
            f"{mode}, x from": found.low,
            f"{mode}, x to": found.high,
            f"{mode}, runs": sum(map(len, mine[mode])),
            f"{mode}, runs of torch.utils.benchmark": sum(map(len, other[mode])),
            f"{mode}, x of the bare text": ratio(medians[0], medians[2]).median,
            f"{mode}, least over least, x": min(map(min, mine[mode])) / min(map(min, other[mode])),
        }
    off = 100 * max(abs(each - 1) for each in ratios)
    note = (
        "both on one thread, with a heap that keeps what is freed, and until all that was made is freed: the benchmark "
        "times a call of the program as a function, as of its bare text it stops before the last run is freed"
    )
    what = f"measured time of {name}, off torch.utils.benchmark, worst of three modes"
    return Row(f"measure-time-{name}", what, off, "%", 5.0, figures, note)


def _costs(engine: Engine, source: str, budget: float = BUDGET) -> Costs:
    found = Costs()
    for costs in engine.costs(Request(source, limits=Limits(seconds=60.0), budget=budget)):
        found = costs
    assert found.done
    return found


def _benchmarked(statement: str, mode: GradMode, names: dict[str, object] | None = None) -> list[float]:
    """Return the seconds of each run."""
    with AMBIENT[mode]():
        timer = Timer(statement, globals=names, num_threads=1)
        return [float(each) for each in timer.blocked_autorange(min_run_time=BUDGET / 6).times]


def as_function(source: str) -> dict[str, object]:
    """Return names among which `run` is the program as a function, at whose end what it has made is freed."""
    names: dict[str, object] = {}
    exec(f"def run():\n{indent(source, '    ')}", names)
    return names


def bytes_held(most: int) -> Iterator[Row]:
    """Saved bytes against a count by hooks, peak bytes against the profiler's."""
    one_thread()
    with Engine() as engine:
        for name, measured in list(PROGRAMS.items())[:most]:
            held = {one.mode: one for one in _costs(engine, measured.source).held}
            hooked = saved_by_hooks(measured.setup, measured.forward)
            mine = held["grad"].saved_bytes
            figures = {"saved, bytes": float(mine), "hooks, bytes": float(hooked)}
            what = f"saved bytes of {name}, off a count by saved_tensors_hooks"
            yield Row(f"measure-saved-{name}", what, 100 * abs(mine / hooked - 1), "%", 0, figures)
            peaks: dict[str, float] = {}
            for mode in MODES:
                peaks[f"{mode}, bytes"] = held[mode].peak_bytes
                peaks[f"{mode}, profiler, bytes"] = profiled(measured.source, mode)
            off = 100 * max(abs(peaks[f"{mode}, bytes"] / peaks[f"{mode}, profiler, bytes"] - 1) for mode in MODES)
            what = f"peak bytes of {name}, off the profiler, worst of three modes"
            note = "the profiler has watched the bare program, the whole of it, in this process"
            yield Row(f"measure-peak-{name}", what, off, "%", 5.0, peaks, note)


def same(most: int) -> Iterator[Row]:
    """How often two identical programs are told apart: one that turns grad on itself, measured in grad and no_grad."""
    with Engine() as engine:
        for name, source in SAME.items():
            words = Counter(
                time_verdict(_costs(engine, source, budget=BRIEF), "grad", "no_grad") for _ in range(min(TRIALS, most))
            )
            told = words.total() - words["no measurable difference"]
            what = f"identical programs told apart, of 100: {name}"
            figures = {"trials": float(words.total()), "told apart": float(told)}
            yield Row(f"measure-same-{name}", what, 100 * told / words.total(), "count", 5.0, figures)


def saved_by_hooks(setup: str, forward: str) -> int:
    """Return the bytes that autograd hands to hooks during the forward, each storage once."""
    kept: dict[int, tuple[torch.Tensor, int]] = {}  # holding on to each, so that no address is taken twice

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = tensor.detach(), storage.nbytes()
        return tensor

    names = run_bare(setup)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        exec(forward, names)
    return sum(size for _, size in kept.values())


def profiled(source: str, mode: GradMode) -> int:
    """Return the most bytes that were allocated at once beyond those there before, by the profiler's record."""
    forget()
    with AMBIENT[mode](), profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        names = run_bare(source)
        names.clear()
    results = profiler.profiler.kineto_results if profiler.profiler else None
    events = [] if results is None else results.events()
    changes = sorted((int(event.start_ns()), int(event.nbytes())) for event in events if event.name() == "[memory]")
    return max(accumulate(nbytes for _, nbytes in changes))


if __name__ == "__main__":
    main({"measure-time": times, "measure-bytes": bytes_held, "measure-same": same})
