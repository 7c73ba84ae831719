"""The window: it holds the state, sends it what happens, shows what it became, and carries out its effects.

Nothing is decided here. What happens goes through `state.update`; panels are told what to show and never ask.
"""

from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

from gradviz.model.cost import MODES
from gradviz.picture.picture import Language
from gradviz.resources import Lesson
from gradviz.state import effects as do
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.looking.stepping import presented
from gradviz.state.quiz.quizzing import veiled
from gradviz.state.update import update
from gradviz.state.values.chosen import Chosen
from gradviz.ui import preferences, staying
from gradviz.ui.bars import titles
from gradviz.ui.bars.bars import MainBar
from gradviz.ui.bars.making import allow, give_icons, icons, make_actions
from gradviz.ui.bars.menus import add_lessons, add_recent, fill_bar
from gradviz.ui.docks.dock import Dock
from gradviz.ui.exporting.exporter import Exporter
from gradviz.ui.exporting.exports import Exports
from gradviz.ui.files.dropping import Dropping
from gradviz.ui.files.files import Files
from gradviz.ui.panels import Panels, build, clear
from gradviz.ui.presentation import Before, Presentation
from gradviz.ui.processes.runner import Runner
from gradviz.ui.room import Room
from gradviz.ui.style.theme import colours, enlarge, palette, stylesheet, system_theme
from gradviz.ui.wiring import beside, completing, doing, folding, inspecting, quizzing
from gradviz.ui.wiring.commands import Commands
from gradviz.ui.wiring.effects import order
from gradviz.ui.wiring.hearing import hear
from gradviz.ui.wiring.markmenu import MarkMenus
from gradviz.ui.wiring.programs import Programs
from gradviz.ui.wiring.seeking import Seeking
from gradviz.ui.wiring.showing import dress, show
from gradviz.ui.wiring.steps import Steps
from gradviz.ui.wording import unavailable
from gradviz.ui.wording.language import speak

_LEAST = (1280, 800)  # pixels of the first window, where the screen has them
_FRAME = QSize(4, 40)  # pixels that the desktop may put round it; what they are is known when it is too late


class Window(QMainWindow):
    """The one window.

    Signals:
        changed: a message was answered and what it changed is on the screen.
    """

    changed = Signal()

    def __init__(
        self,
        runner: Runner,
        settings: QSettings,
        folder: Path,
        lessons: tuple[Lesson, ...],
        language: Language | None = None,
    ) -> None:
        enlarge(preferences.text_size(settings))  # first: a window under a style sheet keeps the font it is made with
        super().__init__()
        self._runner = runner
        self._settings = settings
        self._lessons = lessons
        self._state = preferences.load(settings, system_theme(), language or preferences.language(settings))
        self._seen = AppState(theme=self._state.theme)  # what of it is on the screen
        runner.setParent(self)
        room = self.screen().availableSize() - _FRAME
        self.resize(*(min(most, max(least, most * 4 // 5)) for most, least in zip(room.toTuple(), _LEAST, strict=True)))
        self._files = Files(settings, folder, self)
        self._exporter = Exporter(self, settings)
        self._icons = cache(icons)  # of both themes: to paint them takes a third of a frame
        self._furnish()
        self._connect()
        self._commands.set_size(preferences.text_size(settings))
        self._show()
        preferences.load_layout(settings, self, self._commands.room)
        Dropping(self, self._files)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _furnish(self, document: QTextDocument | None = None, presented: Before | None = None) -> None:
        """Put panels, menus and bars into the window, in the person's language."""
        language = self._state.options.language
        speak(language, self)
        self._files.speak(language)
        self._show_colours()  # before there are panels, each of which would be looked through for its style
        self._panels = build(self, self._lessons, language, colours(self._state.theme), document)
        self._commands = Commands(self, self.send, lambda: self._state, self._panels, self._files, self._exporter)
        self._programs = Programs(
            self.send, lambda: self._state, self._panels, self._files, self._lessons, self._commands.room
        )
        self._menus = MarkMenus(self, self.send, lambda: veiled(self._state), self._panels, self._ask_why)
        self._steps = Steps(self.send, lambda: self._state, self._panels)
        self._seeking = Seeking(self, self.send, lambda: veiled(self._state), self._panels, self._files)
        self._quizzing = quizzing.Quizzing(self, self.send, lambda: self._state, self._panels, self._commands.room)
        handlers = self._commands.handlers() | self._steps.handlers() | self._seeking.handlers()
        handlers |= self._quizzing.handlers()
        for part in (beside, folding):
            handlers |= part.handlers(self.send, lambda: self._state)
        self._actions = make_actions(self, handlers)
        go_to_mark = partial(doing.go_to_mark, self.send, self._panels)
        self._seeking.fill(self._actions, self._lessons, self._programs.pick, go_to_mark)
        self._panels.timeline.fill(self._actions)
        self._panels.graph_bar.fill(self._actions)
        self._panels.mode_line.fill(self._actions[mode] for mode in MODES)
        beside.fill(self._panels, self._actions)
        self.addToolBar(MainBar(self._actions, self._panels.timeline, self))
        menus = fill_bar(self, self._actions)
        add_lessons(menus[titles.EXAMPLES], self._lessons, language, self._programs.pick)
        add_recent(menus[titles.FILE], self._actions["save"], self._files)
        self._presentation = Presentation(self, self._commands, presented)
        self._connect_panels()
        self._dress()

    def _speak(self) -> None:
        """Make everything in the window anew in the person's language. The program and what can be undone stay."""
        before, size, layout = staying.seen(self._panels), self._commands.size, self.saveState()
        wish = self._commands.room.wish
        presented, document = self._presentation.before, self._panels.editor.give_away()
        clear(self)
        self._furnish(document, presented)
        self._commands.set_size(size)
        self._commands.room.want(wish)
        self.setUpdatesEnabled(False)
        # Docks have no sizes to restore until they are laid out.
        QTimer.singleShot(0, self, lambda: self._settle(layout, before))
        self._seen = AppState(theme=self._state.theme, presenting=self._state.presenting)
        self._show()
        staying.choose(self._panels, before)
        self._show_place()

    def _settle(self, layout: QByteArray, before: staying.Staying) -> None:
        self.restoreState(layout)
        staying.look(self._panels, before)
        self.setUpdatesEnabled(True)

    @property
    def state(self) -> AppState:
        """What the window shows."""
        return self._state

    @property
    def panels(self) -> Panels:
        """What it shows it in."""
        return self._panels

    @property
    def files(self) -> Files:
        """The open program's place on disk."""
        return self._files

    @property
    def runner(self) -> Runner:
        """The processes beside it."""
        return self._runner

    @property
    def exporter(self) -> Exporter:
        """What writes graphs to files."""
        return self._exporter

    @property
    def exports(self) -> Exports:
        """What asks for them."""
        return self._commands.exports

    @property
    def room(self) -> Room:
        """How the panels share it with the graph."""
        return self._commands.room

    def action(self, name: str) -> QAction:
        """Return the action of a command."""
        return self._actions[name]

    def begin(self, files: list[str]) -> None:
        """Show the program to start with: a file, what was there last time, or the first lesson."""
        marked = preferences.take_breakpoints(self._settings)
        restored = self._files.restore()
        if files:
            self._files.open_paths(files)
        elif not restored:
            self._programs.pick_first()
        else:
            for line in marked:
                if line <= self._panels.editor.blockCount():
                    self.send(said.BreakpointToggled(line))
        self._panels.editor.setFocus()

    def start_processes(self) -> None:
        """Start the engine and the picture processes."""
        if self._state.python:
            self._runner.use(self._state.python)
        self._runner.start()

    def remember(self) -> None:
        """Keep the text where a crash does not reach it."""
        self._files.remember(self._panels.editor.toPlainText())

    # What happens.

    def send(self, message: said.Message) -> None:
        """Let the state answer a message, carry out what it asks for, show what it became."""
        before = self._state
        self._state, effects = update(before, message)
        for effect in effects:
            self._perform(effect)
        if preferences.choices(self._state) != preferences.choices(before):
            preferences.store(self._settings, before, self._state)  # at once: no crash is to take a person's keys
        if self._state.options.language == before.options.language:
            self._show()
        else:
            self._speak()
        self.changed.emit()

    def _connect(self) -> None:
        send = self.send
        hear(self._runner, send)
        self._files.opened.connect(lambda opened, undo: self._programs.open(opened, undo))
        self._files.named.connect(self._named)
        self._files.reread.connect(lambda text: self._programs.rewrite(text))
        self._files.neighboursChanged.connect(lambda: send(said.NeighboursChanged()))
        self._files.said.connect(lambda text: send(said.Told(text)))
        self._exporter.done.connect(lambda name: send(said.Told(self.tr("Wrote {name}").format(name=name))))
        self._exporter.failed.connect(lambda why: send(said.Told(self.tr("Not exported: {why}").format(why=why))))

    def _connect_panels(self) -> None:
        panels, send, docks = self._panels, self.send, self.findChildren
        doing.connect(send, panels, docks(QDockWidget, "cost"))
        folding.connect(send, lambda: self._state, panels)
        inspecting.connect(send, lambda: self._state, panels, docks(QDockWidget, "inspector"))
        completing.connect(panels, self._runner)
        panels.editor.indented.connect(panels.mode_line.indent)
        panels.editor.cursorPositionChanged.connect(self._show_place)
        panels.canvas.searchWanted.connect(self._commands.search)
        panels.canvas.scaled.connect(panels.graph_bar.show_scale)
        panels.canvas.looked.connect(panels.minimap.show_seen)
        panels.minimap.wanted.connect(panels.canvas.look_at)
        for panel in (panels.tensors, panels.canvas):
            panel.whyWanted.connect(self._ask_why)
            panel.menuWanted.connect(self._menus.open)
        document = panels.editor.document()
        for name, heard, there, why in (
            ("undo", panels.editor.undoAvailable, document.isUndoAvailable(), unavailable.nothing_to_undo()),
            ("redo", panels.editor.redoAvailable, document.isRedoAvailable(), unavailable.nothing_to_redo()),
        ):
            heard.connect(partial(allow, self._actions[name], why=why))
            allow(self._actions[name], there, why)
        self._show_place()

    def _named(self, name: str, dirty: bool) -> None:
        self.setWindowTitle(f"{name}[*] — gradviz")
        self.setWindowModified(dirty)

    def _ask_why(self, of: Chosen) -> None:
        """Bring all there is to say of a thing into view."""
        self.send(said.TensorChosen(int(of.value)) if of.kind == "tensor" else said.MarkChosen(str(of.value)))
        self._commands.ask_why()

    # What is done about it.

    def _perform(self, effect: do.Effect) -> None:
        match effect:
            case do.Remember(text):
                self._files.remember(text)
            case do.Rewrite(edit):
                self._panels.editor.change(edit)
                self._files.edited(self._panels.editor.toPlainText())
            case _:
                order(effect, self._runner, self._files)

    # What is shown.

    def _show(self) -> None:
        before, now = self._seen, veiled(presented(self._state))
        if now.table is before.table and now.shown is before.shown and now == before:
            return
        self._seen = now
        if now.theme != before.theme:
            self._show_colours()
            self._dress()
        show(self._panels, self._actions, before, now)
        self._steps.show(self._actions, before, now)
        self._quizzing.show(self._actions, before, now)
        if now.presenting != before.presenting:
            self._presentation.show(now.presenting)

    def _show_colours(self) -> None:
        theme = self._state.theme
        QApplication.setPalette(palette(theme))
        self.setStyleSheet(stylesheet(colours(theme)))

    def _dress(self) -> None:
        made = self._icons(self._state.theme)
        give_icons(self._actions, made, self)
        for dock in self.findChildren(Dock):
            dock.give_icons(made)
        dress(self._panels, self._state.theme)

    def _show_place(self) -> None:
        self._panels.status.show_place(self._panels.editor.line, self._panels.editor.column)

    # Qt's own calls.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc that no panel wanted leaves the quiz, or the step that is shown."""
        if event.key() != Qt.Key.Key_Escape or not (self._quizzing.leave() or self._steps.leave()):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the graph enough of the window, once Qt has shared it in its way."""
        super().resizeEvent(event)
        if event.size() != event.oldSize():
            QTimer.singleShot(0, self, lambda: self._commands.room.keep())  # panels may be others by then

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about changes, keep everything, end the processes."""
        if not self._files.may_leave():
            event.ignore()
            return
        self.remember()
        self.send(said.PlaySet(False))  # or its clock would go on
        preferences.store_text_size(self._settings, self._commands.size)
        self._presentation.show(False)  # or its layout would be the one remembered
        preferences.store_layout(self._settings, self, self._commands.room)
        self._runner.close()
        self._exporter.close()
        self._files.close()
        event.accept()
