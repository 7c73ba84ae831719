"""Drives the real window, engine and picture process on the display it is given; prints what it saw as JSON.

A process of its own: the tests' own Qt has no display. Arguments: a folder for settings, a folder for screenshots.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from gradviz.ui.app import make_window
from gradviz.ui.exporting.exportchoice import FORMATS, Choice
from gradviz.ui.window import Window
from tests.end2end import switches

PATIENCE = 60_000  # milliseconds


class Seen(NamedTuple):
    """What was on the screen after a program."""

    nodes: list[str]
    rows: list[list[str]]
    output: str
    problems: list[str]
    dimmed: bool
    activity: str
    seconds: float


class Step(NamedTuple):
    """What was on the screen of a step of a run."""

    place: str
    now: str | None
    rows: dict[str, list[str]]  # value and grad
    words: str


def wait(window: Window, until: Callable[[], bool]) -> None:
    """Let events happen until something holds."""
    loop, limit = QEventLoop(), QTimer()
    limit.setSingleShot(True)
    limit.timeout.connect(lambda: loop.exit(1))
    limit.start(PATIENCE)
    window.changed.connect(lambda: loop.exit(0) if until() else None)
    if not until() and loop.exec():
        sys.exit(f"waited in vain; the window says: {window.panels.status.activity}")
    window.changed.disconnect()


def type_program(window: Window, text: str) -> None:
    """Replace the program, the last key being pressed by hand."""
    editor, text = window.panels.editor, text.rstrip()
    editor.selectAll()
    editor.insertPlainText(text[:-1])
    QTest.keyClicks(editor, text[-1])


def see(window: Window, text: str) -> Seen:
    """Type a program and return what is seen of it."""
    type_program(window, text)
    started = perf_counter()
    wait(window, lambda: not window.state.busy)
    spent = perf_counter() - started
    model = window.panels.tensors.model()
    rows = [[str(model.index(row, column).data()) for column in range(3)] for row in range(model.rowCount())]
    nodes = [mark.title for mark in window.panels.canvas.scene.drawing.nodes]
    panels = window.panels
    problems = list(panels.output.problems)
    return Seen(nodes, rows, panels.output.output, problems, window.state.dimmed, panels.status.activity, spent)


def walk(window: Window, shots: Path, start: str, command: str, until: Callable[[], bool]) -> list[Step]:
    """Go to a start, then step by step with a command; return what is seen of each step."""
    steps: list[Step] = []
    window.action(start).trigger()
    wait(window, lambda: not window.state.busy)
    while not until():
        table, canvas = window.state.table, window.panels.canvas
        nodes = {mark.id: mark.title for mark in canvas.scene.drawing.nodes}
        rows = {row.name: [row.value, row.grad.split()[0]] for row in table.rows} if table else {}
        now = nodes.get(table.now or "") if table else None
        steps.append(Step(window.panels.timeline.place, now, rows, window.panels.notice.whole))
        picture(window, shots / f"window-{command}-{len(steps)}.png")
        window.action(command).trigger()
        wait(window, lambda: not window.state.busy)
    return steps


def export(window: Window, path: Path, choice: Choice) -> str:
    """Export the graph and return what is then said."""
    loop, heard = QEventLoop(), QSignalSpy(window.exporter.done)
    window.exporter.done.connect(loop.quit)
    window.exporter.failed.connect(loop.quit)
    QTimer.singleShot(PATIENCE, loop.quit)
    window.exporter.export(path, choice, window.state)
    if not heard.count():
        loop.exec()
    return window.panels.status.activity


def picture(window: Window, path: Path) -> None:
    """Keep what the screen shows."""
    QApplication.processEvents()
    assert window.grab().save(str(path))


def main() -> None:
    folder, shots = Path(sys.argv[1]), Path(sys.argv[2])
    programs: dict[str, str] = json.loads(sys.stdin.read())
    app = QApplication(["gradviz"])
    app.setStyle("Fusion")
    window = make_window(QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat), folder / "data")
    window.begin([])
    painted = [False]
    window.panels.canvas.painted.connect(lambda: painted.append(not any(window.runner.pids)))
    window.panels.canvas.painted.connect(window.start_processes)
    window.show()
    wait(window, lambda: window.state.shown is not None and not window.state.busy)
    facts: dict[str, object] = {"painted_first": painted[-1], "platform": app.platformName()}
    picture(window, shots / "window-first.png")
    facts["forth"] = walk(window, shots, "first_step", "next_step", lambda: window.state.at is None)
    facts["back"] = walk(window, shots, "end_of_run", "previous_step", lambda: window.state.at == 0)
    seen = {}
    for name, text in programs.items():
        seen[name] = see(window, text)._asdict()
        picture(window, shots / f"window-{name}.png")
    type_program(window, "while True:\n    pass\n")
    wait(window, lambda: window.state.slow)
    facts["endless"] = window.panels.status.activity
    window.action("stop").trigger()
    wait(window, lambda: not window.state.busy)
    facts["stopped"] = window.panels.status.activity
    seen["after"] = see(window, "import torch\nz = torch.ones(2, requires_grad=True) * 3\n")._asdict()
    for name in FORMATS:
        facts[name] = export(window, shots / f"window-after.{name}", Choice(name))
    see(window, switches.PROGRAM)
    facts["switch"] = switches.switch(window, wait)
    picture(window, shots / "window-cost.png")
    window.action("dark").trigger()
    picture(window, shots / "window-dark.png")
    window.close()
    sys.stdout.write(json.dumps({"facts": facts, "seen": seen}))


if __name__ == "__main__":
    main()
