"""How much the window bears: runs and engines killed under it, programs that hang or flood, ten thousand edits.

What is killed is killed by SIGKILL at a moment drawn at random, and the window counts as having survived where the next
edit brings the picture of its program, whole. Memory, descriptors and dead processes are read of every process.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from random import Random
from statistics import median

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from gradviz.model.wire import Kind, Limits
from gradviz.state.values.engine import Phase
from gradviz.ui.window import Window
from tests.bench import programs
from tests.bench.rows import Row, main
from tests.bench.turns import Spent
from tests.bench.window import opened, wait
from tests.engine.client import GOOD, PATIENCE, Client, children, descriptors, group, resident, zombies

STUCK = "while True: pass\n"
FLOOD = "import torch\nwhile True: print(torch.ones(2))\n"
WARM = 300  # edits at most, in which caches fill
_MEGABYTE = 1e6
_TICK = 1  # milliseconds


def workers(most: int) -> Iterator[Row]:
    """Kill every child that runs a program, or waits to, while a run is under way."""
    kills, chance, lost = 10 * most, Random(1), 0
    with _typing() as window:
        for number in range(kills):
            _edit(window, number)
            rest(chance.uniform(0, 40))
            for pid in _runs(window):
                _kill(pid)
            wait(window, lambda: not window.state.busy)
            lost += not _answers(window, number)
    yield Row("soak-workers", f"of {kills:,} kills of runs those not survived", lost, "count", 0, {"kills": kills})


def engines(most: int) -> Iterator[Row]:
    """Kill the process that has imported torch, and the one that waits to take its place."""
    kills, chance, lost = max(1, most // 2), Random(1), 0
    back: list[float] = []
    with _typing() as window:
        for number in range(kills):
            _edit(window, number)
            rest(chance.uniform(0, 40))
            began = time.perf_counter()
            _kill(window.runner.pids[0])
            wait(window, lambda: window.state.engine.phase is not Phase.READY)
            wait(window, lambda: window.state.engine.phase is Phase.READY)
            lost += not _answers(window, number)
            back.append(time.perf_counter() - began)
    figures = {"kills": float(kills), "until the next picture, s": median(back)}
    yield Row("soak-engines", f"of {kills} kills of the engine those not survived", lost, "count", 0, figures)


def deadline(most: int) -> Iterator[Row]:
    """From the end of a run whose time is up to the whole record of the next program."""
    spent: list[float] = []
    with Client() as client:
        client.warm()
        for _ in range(most):
            client.start(STUCK, Limits(seconds=0.2))
            while client.next().kind is not Kind.EXITED:
                pass
            began = time.perf_counter()
            assert client.run(GOOD, Limits(seconds=PATIENCE))[1].signal == 0
            spent.append(time.perf_counter() - began)
    found = Spent(tuple(spent))
    figures = {"median, ms": found.median * 1000, "worst, ms": max(spent) * 1000, "kills": float(most)}
    what = "a run killed at its deadline to the next program's record, 95 of 100"
    yield Row("soak-deadline", what, found.within(0.95) * 1000, "ms", 100, figures)


def gaps(most: int) -> Iterator[Row]:
    """For how long the window answers nothing while a run hangs, floods, or is killed again and again.

    The clock on the wall tells it, and beside it the processor time of the window alone: where other processes take
    every processor the window waits for one, whatever it does.
    """
    seconds = min(4.0, most * 0.5)
    with _typing() as window:
        for name, source in (("stuck", STUCK), ("flooding", FLOOD), ("killed", programs.SMALL)):
            _replace(window, source)
            gaps, own = _ticked(seconds, partial(_harass, window) if name == "killed" else lambda: None)
            window.action("stop").trigger()
            worst = {"most, ms": max(gaps), "p99 of its own work, ms": _within(own), "most of that, ms": max(own)}
            figures = {**worst, "turns": float(len(gaps))}
            what = f"the window answers nothing while a run is {name}, 99 of 100 times"
            yield Row(f"soak-gaps-{name}", what, _within(gaps), "ms", 16, figures)
            _replace(window, programs.SMALL)
            wait(window, lambda: window.state.current and not window.state.busy)


def _harass(window: Window) -> None:
    for pid in _runs(window):
        _kill(pid)
    if not window.state.busy:
        QTest.keyClicks(window.panels.editor, "2")


def _ticked(seconds: float, now_and_then: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Return the milliseconds between turns of the event loop beyond the clock's own, and those it worked in each."""
    loop, clock = QEventLoop(), QTimer()
    clock.setTimerType(Qt.TimerType.PreciseTimer)
    gaps, own = list[float](), list[float]()
    last = [time.perf_counter(), time.thread_time()]

    def tick() -> None:
        now = [time.perf_counter(), time.thread_time()]
        gaps.append(max(0.0, (now[0] - last[0]) * 1000 - _TICK))
        own.append((now[1] - last[1]) * 1000)
        if len(gaps) % 50 == 0:
            now_and_then()
            now = [time.perf_counter(), time.thread_time()]  # what a bench does is none of the window's
        last[:] = now

    clock.timeout.connect(tick)
    clock.start(_TICK)
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    clock.stop()
    return gaps, own


def _within(values: list[float]) -> float:
    return Spent(tuple(values)).within(0.99)


def edits(most: int) -> Iterator[Row]:
    """What thousands of edits, each with its run and picture, leave behind in every process."""
    count = 100 * most
    with _typing() as window:
        for number in range(min(WARM, count)):
            _answers(window, number)
        before, began = _held(window), time.perf_counter()
        lost = sum(not _answers(window, number) for number in range(count))
        spent = (time.perf_counter() - began) / count
        after = _held(window)
        figures = {"edits": float(count), "without a picture": float(lost), "an edit, ms": spent * 1000}
        for (name, (size, files, dead)), (size_after, files_after, dead_after) in zip(
            before.items(), after.values(), strict=True
        ):
            figures[f"{name}, MB"] = size / _MEGABYTE
            figures[f"{name}, MB more"] = (size_after - size) / _MEGABYTE
            figures[f"{name}, descriptors more"] = float(files_after - files)
            figures[f"{name}, dead children"] = float(dead + dead_after)
    more = sum(after[name][0] - before[name][0] for name in before) / _MEGABYTE
    yield Row("soak-edits", f"memory of all processes after {count:,} edits, more", more, "MB", 10, figures)
    left = sum(value for name, value in figures.items() if name.endswith(("descriptors more", "dead children")))
    yield Row("soak-left", f"descriptors and dead processes after {count:,} edits, more", left, "count", 0)


def _held(window: Window) -> dict[str, tuple[int, int, int]]:
    """Bytes, descriptors and dead children of each process, at rest."""
    rest(1000)
    engine = window.runner.pids[0]
    named = dict(zip(("window", "picture process", "standby"), (os.getpid(), *window.runner.pids[1:]), strict=True))
    named |= {f"engine {at}": pid for at, pid in enumerate(_servers(engine), 1)}
    return {name: (resident(pid), descriptors(pid), len(zombies(pid))) for name, pid in named.items()}


@contextmanager
def _typing() -> Iterator[Window]:
    """The window with a small program in it, and its engine as warm as it gets."""
    with opened() as window:
        _replace(window, programs.SMALL)
        for number in range(4):
            assert _answers(window, number)
        yield window


def _replace(window: Window, source: str) -> None:
    window.panels.editor.selectAll()
    window.panels.editor.insertPlainText(source.rstrip())


def _edit(window: Window, number: int) -> None:
    """Type a digit, or rub it out."""
    QTest.keyClicks(window.panels.editor, "\b" if number % 2 else "2")


def _answers(window: Window, number: int) -> bool:
    """Edit, wait for what comes of it, and tell whether that is the picture of the whole run."""
    _edit(window, number)
    wait(window, lambda: window.state.current and not window.state.busy and not window.state.awaited)
    picture = window.state.picture
    whole = picture is not None and picture.run == window.state.run and picture.complete and not picture.problems
    if not whole:
        sys.stderr.write(f"{number}: {window.panels.status.activity} {picture and picture.problems}\n")
    return whole


def _servers(pid: int) -> list[int]:
    """Return the engine's process and what has taken over from it: they stay, and run nothing."""
    return [pid, *(one for one in children(pid) if group(one) == group(pid))]


def _runs(window: Window) -> list[int]:
    """Return the children that run a program or wait to run one."""
    with suppress(OSError):
        servers = _servers(window.runner.pids[0])
        return [child for server in servers for child in children(server) if child not in servers]
    return []


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def rest(milliseconds: float) -> None:
    """Let events happen for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(milliseconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(
        {
            "soak-workers": workers,
            "soak-engines": engines,
            "soak-deadline": deadline,
            "soak-gaps": gaps,
            "soak-edits": edits,
        }
    )
