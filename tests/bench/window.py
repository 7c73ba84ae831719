"""The window as a person has it: from a key to the new picture, the first window, frames and memory of huge drawings.

All on Qt's offscreen platform, where a frame is painted by the same code into memory.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.drawing.shapes import Drawing
from gradviz.model.wire import Frame, Kind, Request, encode
from gradviz.picture.__main__ import Session
from gradviz.runs import Engine
from gradviz.ui.app import make_window
from gradviz.ui.graph.canvas import Canvas
from gradviz.ui.style.theme import LIGHT
from gradviz.ui.window import Window
from tests.bench import programs
from tests.bench.arrival import arrived
from tests.bench.rows import Row, main
from tests.bench.turns import Spent, clock, in_ms, ratio, take_turns, uncollected

PATIENCE = 60_000  # milliseconds
KEYS = 60
PAUSE = 150  # milliseconds between two keys
PANEL = (1600, 1000)  # pixels
NODES = (1_000, 100_000)
_MEGABYTE = 1e6
_FIRST_WINDOW = """\
import os, sys
from gradviz import __main__ as entry
entry.look_for_cycles = lambda: (os.write(1, b"painted"), os._exit(0))  # as soon as the window is there
sys.argv = ["gradviz"]
entry.main()
"""


def keystroke(most: int) -> Iterator[Row]:
    """A key in the editor until the canvas has painted the graph of the new program."""
    keys = min(KEYS, 4 * most)
    with opened() as window, Engine() as engine:
        for name, source in (("small", programs.SMALL), ("hundred", programs.HUNDRED)):
            yield _typed(window, engine, name, source, keys)


@contextmanager
def opened() -> Iterator[Window]:
    """The window with its processes, as a person has it once the first picture is there."""
    QApplication(["gradviz"]).setStyle("Fusion")
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "s.ini"), QSettings.Format.IniFormat)
        window = make_window(store, Path(folder) / "data")
        window.resize(*PANEL)
        window.begin([])
        window.show()
        window.start_processes()
        wait(window, lambda: window.state.shown is not None and not window.state.busy)
        yield window
        window.setWindowModified(False)
        window.runner.close()


def _typed(window: Window, engine: Engine, name: str, source: str, keys: int) -> Row:
    editor = window.panels.editor
    editor.selectAll()
    editor.insertPlainText(source.rstrip())
    wait(window, lambda: window.state.current and not window.state.busy)
    spent: dict[str, list[float]] = {"all": [], "engine alone": [], "picture alone": []}
    for number in range(4 + keys):
        _rest()
        spent["all"].append(_key(window, number))
        _rest()
        frames, seconds = _run(engine, source)
        spent["engine alone"].append(seconds)
        spent["picture alone"].append(_pictured(engine, source, frames))
    found = {part: Spent(tuple(seconds[4:])) for part, seconds in spent.items()}  # the first ones warm up
    shown, picture = window.state.shown, window.state.picture
    assert shown is not None
    assert picture is not None
    what = f"a key to the new picture, program of {picture.ops} ops, 95 of 100 keys"
    figures = in_ms(found) | {"ops": float(picture.ops), "nodes": float(len(shown.drawing.nodes)), "keys": float(keys)}
    return Row(f"keystroke-{name}", what, found["all"].within(0.95) * 1000, "ms", 50, figures)


def _rest() -> None:
    """Let a moment pass as between two keys, in which the engine makes its next process ready."""
    loop = QEventLoop()
    QTimer.singleShot(PAUSE, loop.quit)
    loop.exec()


def _key(window: Window, number: int) -> float:
    """Type a digit, or rub it out, and see the answer."""
    editor = window.panels.editor
    before = window.state.run
    began = time.perf_counter()
    if number % 2:
        QTest.keyClicks(editor, "\b")
    else:
        QTest.keyClicks(editor, "2")
    wait(window, lambda: window.state.run > before and not window.state.awaited)
    window.panels.canvas.repaint()
    spent = time.perf_counter() - began
    wait(window, lambda: not window.state.busy)
    return spent


def _run(engine: Engine, source: str) -> tuple[list[Frame], float]:
    """Have the engine alone run it; return its frames, and how long the last page was in coming."""
    began = ended = time.perf_counter()
    frames: list[Frame] = []
    for frame in engine.frames(Request(source)):
        if frame.kind is Kind.PAGE:
            ended = time.perf_counter()
        frames.append(frame)
    return frames, ended - began


def _pictured(engine: Engine, source: str, frames: list[Frame]) -> float:
    """Have these frames made into a picture, as bytes for the window."""
    session = Session()
    ready = Frame(0, Kind.READY, encode(engine.ready))
    started = Frame(frames[0].run, Kind.RUN, encode(Request(source)))

    def work() -> list[bytes]:
        return [answer for frame in (ready, started, *frames) for answer in session.take(frame)]

    with uncollected():
        return clock(work)()


def wait(window: Window, until: Callable[[], bool]) -> None:
    """Let events happen until something holds."""
    loop, limit = QEventLoop(), QTimer()
    limit.setSingleShot(True)
    limit.timeout.connect(lambda: loop.exit(1))
    limit.start(PATIENCE)
    answered = window.changed.connect(lambda: loop.exit(0) if until() else None)
    failed = not until() and loop.exec()
    window.changed.disconnect(answered)
    if failed:
        raise TimeoutError(window.panels.status.activity)


def first_window(most: int) -> Iterator[Row]:
    """A process until its window is painted, against one that imports torch and does nothing else.

    Both find their modules compiled, as after an installation.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), folder)
        own["PYTHONDONTWRITEBYTECODE"] = ""  # no first start for nothing would keep what it compiles
        spent = take_turns(
            {
                "first window": lambda: _said(_FIRST_WINDOW, own),
                "import torch": lambda: _said("import torch, os; os.write(1, b'done'); os._exit(0)", own),
                "import QtWidgets": lambda: _said(
                    "from PySide6 import QtWidgets; import os; os.write(1, b'done'); os._exit(0)", own
                ),
            },
            min(7, most),
        )
    value = ratio(spent["first window"], spent["import torch"])
    yield Row("first-window", "the first window, against importing torch", value, "x", 1 / 12, in_ms(spent))


def _said(code: str, own: dict[str, str]) -> float:
    """Start Python and return the seconds until it says something."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=os.environ | own) as process:
        assert process.stdout is not None
        assert process.stdout.read(1), "it ended without a word"
        return time.perf_counter() - began


def frames(most: int) -> Iterator[Row]:
    """Frames while panning at life size and of the whole, and what the largest drawing takes of memory."""
    app = QApplication(["gradviz"])
    assert app.platformName() == "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        canvases = {count: _canvas(_made(count, Path(folder))) for count in (NODES if most > 1 else (1_000,))}
        spent = {f"pan, {count}": each for count, each in _panned(canvases, min(200, 20 * most)).items()}
        for count, canvas in canvases.items():
            canvas.fit()
            slices = [_frame(canvas), *_slices(canvas)]
            first = sum(slices)
            spent[f"whole, {count}"] = Spent(tuple(_frame(canvas) for _ in range(min(20, most))))
            spent[f"whole at first, {count}"] = Spent((first,))
            spent[f"longest slice of that, {count}"] = Spent((max(slices),))
    small, large = (f"pan, {count}" for count in NODES)
    pans = in_ms({name: each for name, each in spent.items() if name.startswith("pan")})
    if large not in spent:
        yield Row("frames-pan", "a frame while panning, 1,000 nodes", spent[small].median * 1000, "ms", None, pans)
        return
    what = "a frame while panning, 100,000 nodes"
    yield Row("frames-pan", what, spent[large].median * 1000, "ms", 8, pans)
    yield Row("frames-pan-growth", f"{what}, over 1,000 nodes", ratio(spent[large], spent[small]), "x", 1.5, pans)
    whole = spent[f"whole, {NODES[1]}"].median * 1000
    wholes = in_ms({name: each for name, each in spent.items() if name.startswith("whole")})
    yield Row("frames-overview", "a frame of the whole, 100,000 nodes", whole, "ms", 2, wholes)


def _panned(canvases: dict[int, Canvas], count: int) -> dict[int, Spent]:
    """Frames of each canvas in turns, each a little further on, about nodes drawn at random."""
    chance = Random(1)
    found: dict[int, list[float]] = {nodes: [] for nodes in canvases}
    for number in range(count):
        for nodes, canvas in canvases.items():
            if number % 20 == 0:
                canvas.look_at(chance.choice(canvas.scene.drawing.nodes).rect.center)
                canvas.zoom_to(1.0)
                _frame(canvas)
            canvas.pan(-7 if number % 20 < 10 else 7, -5)
            found[nodes].append(_frame(canvas) + sum(_slices(canvas)))  # where another takes the processor, in slices
    return {nodes: Spent(tuple(seconds)) for nodes, seconds in found.items()}


def _canvas(drawing: Drawing) -> Canvas:
    canvas = Canvas(LIGHT)
    canvas.resize(*PANEL)
    canvas.show()
    canvas.show_drawing(drawing, 1)
    return canvas


def _frame(canvas: Canvas) -> float:
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    return clock(lambda: canvas.render(image))()


def _slices(canvas: Canvas) -> Iterator[float]:
    """Frames until all is painted."""
    while canvas.layers.pending:
        yield _frame(canvas)


def memory(most: int) -> Iterator[Row]:
    """What a drawing of 100,000 nodes adds to the window, once it was seen near and whole."""
    count = NODES[1] if most > 1 else NODES[0]
    QApplication(["gradviz"])
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "drawing"
        _write(count, made)
        window = make_window(QSettings(str(Path(folder) / "s.ini"), QSettings.Format.IniFormat), Path(folder) / "data")
        window.resize(*PANEL)
        window.begin([])
        window.show()
        QApplication.processEvents()
        canvas = window.panels.canvas
        _frame(canvas)
        empty = _resident()
        drawing, turns = arrived(made)
        gc.collect()
        decoded = _resident()
        canvas.show_words("")  # or it says that there is no program
        canvas.show_drawing(drawing, 2)
        _frame(canvas)
        indexed = _resident()
        canvas.fit()
        _frame(canvas)
        list(_slices(canvas))
        gc.collect()
        full = _resident()
        size = made.stat().st_size
    figures = {
        "empty window, MB": empty / _MEGABYTE,
        "the drawing itself, MB": (decoded - empty) / _MEGABYTE,
        "its index, MB": (indexed - decoded) / _MEGABYTE,
        "its overview, MB": (full - indexed) / _MEGABYTE,
        "as frames, MB": size / _MEGABYTE,
        "longest turn of its arrival, ms": max(turns) * 1000,
        "all turns, ms": sum(turns) * 1000,
    }
    value = (full - empty) / _MEGABYTE
    goal = 120 if count == NODES[1] else None
    yield Row("memory", f"memory of the window above empty, {count:,} nodes", value, "MB", goal, figures)


def _resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


def _made(count: int, folder: Path) -> Drawing:
    path = folder / str(count)
    _write(count, path)
    return arrived(path)[0]


def _write(count: int, path: Path) -> None:
    """Have another process lay out and draw: what that takes is not the window's."""
    subprocess.run([sys.executable, "-m", "tests.bench.drawn", str(count), str(path)], check=True)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main({"keystroke": keystroke, "first-window": first_window, "frames": frames, "memory": memory})
