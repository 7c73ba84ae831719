"""A window that types into itself, a letter in some milliseconds, saves now and then, and says what stands in it.

`python -m tests.bench.typist PROGRAM` prints a line a letter: when, and how long the text is.
"""

import os
import sys
import time
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.ui import app
from gradviz.ui.window import Window

LETTER = 12  # milliseconds
_SAVED = 10  # letters from one saving to the next


def main(program: Path) -> int:
    """Show the window of a program without its processes, and type until somebody ends it."""
    sys.excepthook = _end
    application = QApplication(["gradviz"])
    window = app.make_window(app.settings(), app.folder())
    window.begin([str(program)])
    window.panels.canvas.painted.connect(lambda: _type(window, program))
    window.show()
    return application.exec()


def _end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """End with the first error: Qt goes on after one, and who waits for a letter would wait for ever."""
    sys.__excepthook__(kind, error, traceback)
    os._exit(1)


def _type(window: Window, program: Path) -> None:
    editor = window.panels.editor
    editor.selectAll()
    editor.insertPlainText("x = 0")
    window.files.save_to(program)

    def go_on() -> None:
        QTest.keyClicks(editor, "1")
        length = len(editor.toPlainText())
        if length % _SAVED == 0:
            window.files.save_to(program)
        os.write(1, f"{time.monotonic()} {length}\n".encode())

    clock = QTimer(window)
    clock.timeout.connect(go_on)
    clock.start(LETTER)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
