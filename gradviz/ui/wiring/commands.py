"""What each command of the table does: most send a message; those of files, text and view act on their panel."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMainWindow, QToolBar

from gradviz.model.costs.heat import HEATS, HeatOf
from gradviz.model.graph.graph import View
from gradviz.model.trace import GradMode
from gradviz.picture.picture import Language, Options
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.quiz.quizzing import veiled
from gradviz.state.restoring import kept
from gradviz.state.switching import offered
from gradviz.ui.editor.finding.finding import Finding
from gradviz.ui.editor.sliding.slider import TENFOLD
from gradviz.ui.exporting.exporter import Exporter
from gradviz.ui.exporting.exports import Exports
from gradviz.ui.files.files import Files
from gradviz.ui.focus import Focus, has_focus
from gradviz.ui.panels import Panels
from gradviz.ui.room import Room
from gradviz.ui.style.theme import POINTS, enlarge, icon_size
from gradviz.ui.tour.stops import stops
from gradviz.ui.tour.tour import Tour, stop
from gradviz.ui.wiring.dialogs import Dialogs

_STEP = 1.1
_ZOOM = 1.25
_NUDGES = {"more": 1, "less": -1, "much_more": TENFOLD, "much_less": -TENFOLD}  # steps
_SMALLEST, _LARGEST = 0.6, 3.0


class Commands:
    """The hands of the menus and tool bars."""

    def __init__(
        self,
        window: QMainWindow,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        panels: Panels,
        files: Files,
        exporter: Exporter,
    ) -> None:
        self._window, self._send, self._state = window, send, state
        self._panels, self._files = panels, files
        self._exports = Exports(window, send, state, panels.canvas, files, exporter)
        self._finding = Finding(panels.editor, panels.find_bar)
        self._room = Room(window, panels.editor)
        self._size = 1.0
        self._dialogs = Dialogs(window, send, state, files, lambda: self._size)
        under_way = stop(window)
        if under_way is not None:  # the window has another language now, in which it goes on
            QTimer.singleShot(0, window, lambda: self._tour(under_way))

    @property
    def size(self) -> float:
        """The size of all text."""
        return self._size

    @property
    def exports(self) -> Exports:
        """Those of files of the graph."""
        return self._exports

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command does, by its id."""
        return {
            **self._of_files(),
            **self._of_text(),
            **self._of_graph(),
            **self._of_window(),
            **self._of_runs(),
            **Focus(self._window, self._panels, self._room).handlers(),
            "tour": lambda: self._tour(0),
        }

    def _of_files(self) -> dict[str, Callable[[], None]]:
        files = self._files
        return {
            "new": files.new,
            "open": files.open,
            "save": lambda: _done(files.save(kept(self._state()))),
            "save_as": lambda: _done(files.save_as(kept(self._state()))),
            "save_session": lambda: files.save_session(kept(self._state())),
            **self._exports.handlers(),
            **self._dialogs.handlers(),
            "quit": lambda: _done(self._window.close()),
        }

    def _of_text(self) -> dict[str, Callable[[], None]]:
        panels = self._panels
        return {
            "undo": panels.editor.undo,
            "redo": panels.editor.redo,
            "find": self.find,
            "find_next": lambda: self._find_on(1),
            "find_previous": lambda: self._find_on(-1),
            "replace": lambda: self._finding.begin(replacing=True),
            "search": self.search,
            **{name: partial(self._nudge, count) for name, count in _NUDGES.items()},
            "slide": lambda: self._slide(panels.sliding.open()),
            "mend": self._mend,
            "comment": panels.editor.toggle_comment,
            "complete": panels.completion.open,
            "explain": panels.completion.explain,
        }

    def _of_graph(self) -> dict[str, Callable[[], None]]:
        canvas = self._panels.canvas
        return {
            "both": lambda: self._view("both"),
            "forward": lambda: self._view("forward"),
            "backward": lambda: self._view("backward"),
            "sideways": self._turn,
            **{f"heat_{of}": partial(self._heat, of) for of in HEATS},
            "legend": lambda: self._show(self._options._replace(legend=not self._options.legend)),
            "ghosts": lambda: self._show(self._options._replace(ghosts=not self._options.ghosts)),
            "badges": lambda: self._show(self._options._replace(badges=not self._options.badges)),
            "fit": canvas.fit,
            "zoom_in": lambda: canvas.zoom(_ZOOM),
            "zoom_out": lambda: canvas.zoom(1 / _ZOOM),
            "wheel_zooms": lambda: self._send(said.WheelSet("zoom")),
            "wheel_scrolls": lambda: self._send(said.WheelSet("scroll")),
            "outline": self.show_outline,
        }

    def _of_window(self) -> dict[str, Callable[[], None]]:
        return {
            "dark": lambda: self._send(said.ThemeSet("light" if self._state().theme == "dark" else "dark")),
            "en": lambda: self._speak("en"),
            "ja": lambda: self._speak("ja"),
            "present": lambda: self._send(said.PresentSet(not self._state().presenting)),
            "larger": lambda: self.set_size(self._size * _STEP),
            "smaller": lambda: self.set_size(self._size / _STEP),
            "normal": lambda: self.set_size(1.0),
        }

    def _of_runs(self) -> dict[str, Callable[[], None]]:
        return {
            "run": lambda: self._send(said.RunPressed()),
            "stop": lambda: self._send(said.StopPressed()),
            "live": lambda: self._send(said.LiveSet(not self._state().live)),
            "grad": lambda: self._mode("grad"),
            "no_grad": lambda: self._mode("no_grad"),
            "inference": lambda: self._mode("inference"),
            "costs": self.show_costs,
            "measure": self.measure,
            "inspect": self.show_inspector,
        }

    @property
    def room(self) -> Room:
        """What shares the width of the window."""
        return self._room

    def set_size(self, size: float) -> None:
        """Set the size of all text of the window."""
        self._size = min(_LARGEST, max(_SMALLEST, size))
        sheet = self._window.styleSheet()
        if enlarge(self._size):
            # Widgets under a style sheet, and what they paint in, keep the fonts that they had when it was set.
            self._window.setStyleSheet("")
        for panel in (self._panels.editor, self._panels.mode_line, self._panels.output):
            panel.set_size(POINTS * self._size)
        self._panels.canvas.set_size(self._size)
        self._panels.timeline.set_size(self._size)
        for bar in self._window.findChildren(QToolBar):
            bar.setIconSize(icon_size(self._size))
        if not self._window.styleSheet():
            self._window.setStyleSheet(sheet)
        self._room.keep()

    def _nudge(self, count: int) -> None:
        self._slide(self._panels.sliding.nudge(count))

    def _mend(self) -> None:
        """Make the change that is offered for a problem: that at the cursor first."""
        offer = offered(veiled(self._state()), self._panels.editor.line)
        nothing = said.Told(self._window.tr("No change is offered for a problem of this program."))
        self._send(nothing if offer is None else said.FixTaken(offer.edit))

    def _slide(self, found: bool) -> None:
        if not found:
            self._send(said.Told(self._window.tr("There is no number at the cursor or behind it on its line.")))

    def find(self) -> None:
        """Let the person type what to find: in the program while it has the focus, in the graph elsewhere."""
        if has_focus(self._panels.editor) or has_focus(self._panels.find_bar):
            self._finding.begin(replacing=False)
        else:
            self.search()

    def _find_on(self, step: Literal[1, -1]) -> None:
        if self._state().search is not None and not has_focus(self._panels.editor):
            self._send(said.SearchStepped(step))
        else:
            self._finding.step(step)

    def search(self) -> None:
        """Let the person type what to look for in the graph."""
        if self._state().search is None:
            self._send(said.Searched(""))
        self._panels.search.begin()

    def show_costs(self) -> None:
        """Bring the panel of the costs into view, or put it away."""
        self._room.show("cost", on=not self._state().measuring.seen)

    def measure(self) -> None:
        """Measure the program, where what comes of it is seen."""
        self._room.show("cost", on=True)
        self._send(said.MeasurePressed())

    def show_inspector(self) -> None:
        """Bring the inspector into view, or put it away."""
        self._room.show("inspector", on=not self._state().inspecting.seen)

    def show_outline(self) -> None:
        """Bring the modules of the program into view and go there, or put them away."""
        outline = self._panels.outline
        self._room.show("outline", on=not outline.isVisible())
        if outline.isVisible():
            outline.setFocus()

    def ask_why(self) -> None:
        """Bring the inspector into view."""
        self._room.show("inspector", on=True)

    def _tour(self, at: int) -> None:
        """Lead through the window."""
        stop(self._window)
        Tour(self._window, stops(self._window, self._panels, self._state().keys), self._panels.editor, at)

    @property
    def _options(self) -> Options:
        return self._state().options

    def _show(self, options: Options) -> None:
        self._send(said.OptionsSet(options))

    def _heat(self, of: HeatOf) -> None:
        """Show what ops cost; asked for again, that is put away."""
        self._panels.output.want_heat()
        self._show(self._options._replace(heat="off" if self._options.heat == of else of))

    def _view(self, view: View) -> None:
        self._show(self._options._replace(view=view))

    def _turn(self) -> None:
        self._show(self._options._replace(direction="TB" if self._options.direction == "LR" else "LR"))

    def _speak(self, language: Language) -> None:
        self._show(self._options._replace(language=language))

    def _mode(self, mode: GradMode) -> None:
        self._send(said.ModeSet(mode))


def _done(_answer: bool) -> None:
    """A command has no answer."""
