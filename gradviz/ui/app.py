"""The application: one window, painted before anything else is started."""

import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings, QStandardPaths, QTimer
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication

import gradviz
from gradviz import resources
from gradviz.ui import preferences
from gradviz.ui.processes import commands
from gradviz.ui.processes.runner import Runner
from gradviz.ui.window import Window

_UNSEEN = ("offscreen", "minimal")  # platforms on which nobody looks
_LOOK = 1500  # milliseconds for which the first window is seen before the tour begins


def main(files: list[str], painted: Callable[[], None]) -> int:
    """Show the window until it is closed.

    Args:
        files: programs to open; one is shown at a time, so only the first is.
        painted: called once, when the window is on the screen.

    Returns:
        The exit status.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's own handler would wait for an event
    # Told by name: setStyle() would return the style, and PySide makes a QStyle with its 500 constants when it first
    # meets one, which takes longer than all icons. So nothing that runs before the window is there names QStyle.
    app = QApplication([sys.argv[0], "-style", "Fusion"])
    app.setApplicationName("gradviz")
    app.setApplicationVersion(gradviz.__version__)
    app.setDesktopFileName("gradviz")
    picture = QPixmap()
    picture.loadFromData(resources.read_bytes("icons/gradviz.svg"))
    app.setWindowIcon(QIcon(picture))
    store = settings()
    first = not files and preferences.first_start(store) and app.platformName() not in _UNSEEN
    window = make_window(store, folder())
    sys.excepthook = _guard(window)
    window.begin(files)
    window.panels.canvas.painted.connect(painted)
    # The engine's start costs seconds of a core: the window is on the screen before.
    window.panels.canvas.painted.connect(window.start_processes)
    if first:
        window.panels.canvas.painted.connect(lambda: QTimer.singleShot(_LOOK, window, window.action("tour").trigger))
    window.show()
    return app.exec()


def make_window(store: QSettings, data: Path) -> Window:
    """Return the window with its processes, none of them started."""
    engine = commands.engine()
    runner = Runner(engine.arguments, engine.environment, commands.picture())
    return Window(runner, store, data, resources.lessons())


def settings() -> QSettings:
    """Return where choices are kept."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gradviz", "gradviz")


def folder() -> Path:
    """Return where unsaved programs are kept."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation))


def _guard(window: Window) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return a hook for errors of gradviz itself: the text is kept first, then the error is told."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        window.remember()
        traceback.print_exception(kind, error, trace)
        window.panels.status.say(window.tr("Something went wrong inside gradviz. Your program is kept."))

    return hook
