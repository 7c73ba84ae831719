"""A window on fakes, and what no test may leave behind."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QProcess, QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from gradviz import resources
from gradviz.ui.processes.runner import Runner
from gradviz.ui.window import Window
from tests.gui.driving import drawn

HERE = Path(__file__).parent


class Opener(Protocol):
    """Opens a window on fakes."""

    def __call__(self, files: tuple[Path, ...] = (), sandbox: str = "", start: bool = True) -> Window: ...


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let pass what the offscreen platform says of windows with a least size and of menus: it has no screen."""
    item.add_marker(pytest.mark.qt_log_ignore(r"This plugin does not support (propagateSizeHints|raise|grabbing)"))


@pytest.fixture(autouse=True)
def every_frame_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the clock that a frame is painted against stand still, however busy the machine is."""
    monkeypatch.setattr("gradviz.ui.graph.painting.backing.perf_counter", lambda: 0.0)


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test of widgets that leaves a window, timer, thread or process.

    Garbage of this test goes with it. What was there before it is not looked through again: that is nearly everything.
    """
    if "qtbot" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("qapp")
    before = children()  # the X server of the whole session
    gc.freeze()
    yield
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
    gc.collect()
    if _busy_ones():
        gc.unfreeze()  # a page that was opened has kept garbage of this test from that look
        gc.collect()
    assert [widget for widget in app.topLevelWidgets() if widget.isVisible()] == []
    assert _busy_ones() == []
    assert children() == before


def _busy_ones() -> list[QTimer | QThread | QProcess]:
    wrapped = shiboken6.getAllValidWrappers()
    return [one for one in wrapped if isinstance(one, QTimer | QThread | QProcess) and _busy(one)]


def _busy(one: QTimer | QThread | QProcess) -> bool:
    if isinstance(one, QTimer):
        return one.isActive()
    if isinstance(one, QThread):
        return one.isRunning() and one is not QThread.currentThread()
    return one.state() != QProcess.ProcessState.NotRunning


def children() -> list[str]:
    """Return the process ids of what this process has started and not reaped."""
    return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def fakes(sandbox: str = "") -> Runner:
    engine = (sys.executable, str(HERE / "fake_engine.py"), sandbox)
    return Runner(engine, None, (sys.executable, str(HERE / "late.py"), "fake_picture"))


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Return a function that opens a window on fakes. Questions about unsaved text are answered: discard it."""
    windows: list[Window] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)
    monkeypatch.setattr("gradviz.ui.preferences.system_language", lambda: "en")  # whoever's desktop this is
    font, palette = QApplication.font(), QApplication.palette()

    def make(files: tuple[Path, ...] = (), sandbox: str = "", start: bool = True) -> Window:
        store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        window = Window(fakes(sandbox), store, tmp_path / "data", resources.lessons())
        windows.append(window)
        window.begin([str(file) for file in files])
        window.show()
        if start:
            window.start_processes()
        return window

    yield make
    for window in windows:
        if shiboken6.isValid(window):
            window.close()
            window.deleteLater()
    QApplication.setFont(font)
    QApplication.setPalette(palette)


@pytest.fixture
def window(opened: Opener, qtbot: QtBot, tmp_path: Path) -> Window:
    """A window whose first program, of two tensors, has been drawn."""
    program = tmp_path / "program.py"
    program.write_text("x = 1\ny = 2\n")
    made = opened((program,))
    qtbot.waitUntil(lambda: drawn(made))
    return made
