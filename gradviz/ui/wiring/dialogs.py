"""The commands that open a dialog over the window: what it says and asks is its own, what was chosen is sent."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QMessageBox

from gradviz import __version__
from gradviz.resources import Words, met_errors
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.commands.keys import Keys
from gradviz.ui.dialogs.doctor import DoctorDialog
from gradviz.ui.dialogs.errorguide import ErrorGuide
from gradviz.ui.dialogs.keysheet import ShortcutSheet
from gradviz.ui.dialogs.python import PythonDialog
from gradviz.ui.dialogs.seed import SeedDialog
from gradviz.ui.files.files import Files
from gradviz.ui.processes.commands import doctor
from gradviz.ui.style.theme import POINTS


class Dialogs:
    """Opens them, one at a time and without waiting for what comes of it."""

    def __init__(
        self,
        window: QMainWindow,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        files: Files,
        size: Callable[[], float],
    ) -> None:
        """Take what they stand over and speak to; `size` is that of all text, 1.0 being the system's."""
        self._window, self._send, self._state = window, send, state
        self._files, self._size = files, size

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command does, by its id."""
        return {
            "seed": self._seed,
            "python": self._python,
            "shortcuts": self._shortcuts,
            "errors": self._errors,
            "doctor": self._doctor,
            "about": self._about,
        }

    def _seed(self) -> None:
        """Let the person choose the seed of each run."""
        dialog = SeedDialog(self._state().seed, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda seed: self._send(said.SeedSet(seed)))
        dialog.open()

    def _python(self) -> None:
        """Let the person choose the Python that runs programs."""
        dialog = PythonDialog(self._state().python, self._window)
        dialog.chosen.connect(lambda python: self._send(said.PythonSet(python)))
        dialog.open()

    def _shortcuts(self) -> None:
        """Show the sheet of shortcuts, in which they can be changed."""
        menus = self._window.menuBar().actions()
        sheet = ShortcutSheet(self._state().keys, tuple(menu.text() for menu in menus), self._window)

        def give(keys: Keys) -> None:
            self._send(said.KeysSet(keys))
            sheet.show_keys(self._state().keys)

        sheet.keysWanted.connect(give)
        sheet.open()

    def _errors(self) -> None:
        """Show the guide to errors; its programs open as lessons do, and undo leads back."""
        guide = ErrorGuide(met_errors(), self._state().options.language, POINTS * self._size(), self._window)
        guide.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        guide.wanted.connect(lambda met: self._files.lesson(Words(met.kind, met.kind), met.program))
        guide.open()

    def _doctor(self) -> None:
        """Look at what gradviz needs, and say what is missing."""
        command = doctor(self._state().options.language, self._state().python)
        dialog = DoctorDialog(command, POINTS * self._size(), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _about(self) -> None:
        """Say what this is."""
        text = self._window.tr(
            "gradviz {version}\n\nType PyTorch code and see what autograd really does with it.\n\n"
            "MIT licence. Made with Qt (LGPL), PyTorch, Graphviz, msgspec."
        )
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(self._window.tr("About gradviz"))
        box.setText(text.format(version=__version__))
        box.open()
