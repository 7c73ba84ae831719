"""Stepping through a long run in the window: from a key to the painted picture of the step, on and to any other."""

import random
import time
from collections.abc import Iterator

from PySide6.QtWidgets import QApplication

from gradviz.state import messages as said
from gradviz.ui.window import Window
from tests.bench import programs
from tests.bench.rows import Row, main
from tests.bench.turns import Spent, in_ms
from tests.bench.window import opened, wait

STEPS = 200
FIRST = 20  # of them, with which nothing is drawn yet
GOAL = 16.0  # milliseconds


def steps(most: int) -> Iterator[Row]:
    """F10, F9 and jumps, folded in a long run and unfolded in one of 600 boxes."""
    count = min(STEPS, 20 * most)
    with opened() as window:
        for name, source, unfolded in (("folded", programs.LONG, False), ("unfolded", programs.WIDE, True)):
            yield _walked(window, name, source, unfolded, count)


def _walked(window: Window, name: str, source: str, unfolded: bool, count: int) -> Row:
    editor = window.panels.editor
    if window.action("unfolded").isChecked() != unfolded:
        window.action("unfolded").trigger()
    editor.selectAll()
    editor.insertPlainText(source.rstrip())
    wait(window, lambda: window.state.current and not window.state.busy)
    stops, chance = len(window.state.course.kinds), random.Random(1)
    spent: dict[str, list[float]] = {"jump": [], "on": [], "back": []}
    for _ in range(FIRST + count):
        spent["jump"].append(_seen(window, said.StopChosen(chance.randrange(stops - 2))))
        spent["on"].append(_seen(window, said.Stepped(1)))
        spent["back"].append(_seen(window, said.Stepped(-1)))
    found = {part: Spent(tuple(seconds[FIRST:])) for part, seconds in spent.items()}
    every = Spent(tuple(one for each in found.values() for one in each.seconds))
    shown = window.state.shown
    assert shown is not None
    figures = in_ms(found) | {f"{part}, 95 of 100, ms": each.within(0.95) * 1000 for part, each in found.items()}
    figures |= {"stops": float(stops), "nodes": float(len(shown.drawing.nodes))}
    what = f"a step of {stops:,} until it is painted, {len(shown.drawing.nodes):,} boxes, 95 of 100"
    return Row(f"steps-{name}", what, every.within(0.95) * 1000, "ms", GOAL, figures)


def _seen(window: Window, message: said.Message) -> float:
    """Ask for a step and see it: all that it changes is laid out and painted, in every panel."""
    began = time.perf_counter()
    window.send(message)
    wait(window, lambda: not window.state.awaited)
    QApplication.processEvents()
    return time.perf_counter() - began


if __name__ == "__main__":
    main({"steps": steps})
