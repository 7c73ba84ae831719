"""The command palette as the window has a part in it: all there is to choose, how it looks, and what is then done."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow

from gradviz.drawing.shapes import Drawing
from gradviz.resources import Lesson
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.commands.palette import Boxes, Entry, Kind, boxes, choices
from gradviz.ui.bars import command as asked
from gradviz.ui.bars import titles
from gradviz.ui.bars.actions import COMMANDS
from gradviz.ui.bars.palette import Palette
from gradviz.ui.bars.paletterows import Look
from gradviz.ui.files.files import Files
from gradviz.ui.panels import Panels
from gradviz.ui.style.plain import one_line
from gradviz.ui.style.theme import colours

_INTO = " ▸ "  # between a menu and what is in it


def _tr(text: str) -> str:
    return QCoreApplication.translate("Seeking", text)


class Seeking:
    """Opens the palette over a window, and does what is chosen there."""

    def __init__(
        self,
        window: QMainWindow,
        send: Callable[[said.Message], None],
        state: Callable[[], AppState],
        panels: Panels,
        files: Files,
    ) -> None:
        self._window, self._send, self._state = window, send, state
        self._panels, self._files = panels, files
        self._actions: Mapping[str, QAction] = {}  # by the key of an entry
        self._lessons: tuple[Lesson, ...] = ()
        self._does: dict[Kind, Callable[[str], None]] = {
            "file": lambda name: files.open_path(Path(name)),
            "line": lambda line: panels.editor.go_to(int(line)),
        }
        self._boxes: tuple[Drawing | None, Boxes] = (None, boxes(None))

    def handlers(self) -> dict[str, Callable[[], None]]:
        """Return what each command about it does, by its id."""
        return {"palette": self.open}

    def fill(
        self,
        actions: Mapping[str, QAction],
        lessons: tuple[Lesson, ...],
        pick: Callable[[str], None],
        go_to: Callable[[str], None],
    ) -> None:
        """Take what there is to choose beside the graph: commands, lessons, and the panels that can be put away.

        Args:
            actions: the commands.
            lessons: to choose from.
            pick: opens a lesson.
            go_to: selects a mark of the graph and brings it into view.
        """
        self._end()  # what is open is of a window in another language
        docks = self._window.findChildren(QDockWidget)
        self._actions = {f"command:{name}": action for name, action in actions.items()}
        self._actions |= {f"panel:{dock.objectName()}": dock.toggleViewAction() for dock in docks if dock.objectName()}
        self._lessons = lessons
        self._does |= {"lesson": pick, "mark": go_to}

    def open(self) -> None:
        """Let the person choose; where they do already, leave."""
        if self._end():
            return
        state = self._state()
        if state.drawing is not self._boxes[0]:
            self._boxes = (state.drawing, boxes(state.drawing))
        among = choices(tuple(self._entries()), self._boxes[1], state.text.count("\n") + 1)
        palette = Palette(among, state.used, self._look, colours(state.theme), self._window)
        palette.picked.connect(self._do)
        for action in self._actions.values():
            action.changed.connect(palette.refresh)
        palette.begin()

    def _end(self) -> bool:
        """End the palette that is open; return whether one was."""
        there = [one for one in self._window.findChildren(Palette) if not one.isHidden()]
        for palette in there:
            palette.end()
        return bool(there)

    def _entries(self) -> Iterator[Entry]:
        language = self._state().options.language
        for command in COMMANDS:
            if f"command:{command.id}" in self._actions and command.id != "palette":
                names = asked.unmarked(asked.said(command.text)), asked.unmarked(command.text)
                around = f"{_path(command, asked.said)} {_path(command, str)}"
                yield Entry("command", command.id, names[0], names[1:], around)
        for key, action in self._actions.items():
            kind, _, name = key.partition(":")
            if kind == "panel":
                yield Entry(
                    "panel",
                    name,
                    action.text(),
                    (name,),
                    f"{asked.unmarked(asked.said(titles.PANELS))} {asked.unmarked(titles.PANELS)}",
                )
        for number, lesson in enumerate(self._lessons, start=1):
            title = one_line(getattr(lesson.title, language))
            yield Entry("lesson", lesson.name, title, (one_line(lesson.title.en), f"{number} {title}"))
        for path in self._files.recent:
            yield Entry("file", path, one_line(Path(path).name))

    def _look(self, entry: Entry) -> Look:
        action = self._actions.get(entry.key)
        match entry.kind:
            case "lesson":
                number = next(at for at, one in enumerate(self._lessons, start=1) if one.name == entry.id)
                return Look(entry.name, _tr("Example {number}").format(number=number))
            case "file":
                return Look(entry.name, one_line(str(Path(entry.id).parent)))
            case "line":
                return Look(_tr("Go to line {line}").format(line=entry.line))
            case "mark":
                return Look(one_line(entry.name), _tr("line {line}").format(line=entry.line) if entry.line else "")
        if action is None:
            return Look(entry.name, able=False)
        keys = ", ".join(self._state().keys.of(entry.id))
        note = ("" if action.isEnabled() else action.whatsThis()) or self._where(entry)
        on = action.isChecked() if action.isCheckable() else None
        return Look(entry.name, note, keys if entry.kind == "command" else "", action.isEnabled(), on)

    def _where(self, entry: Entry) -> str:
        command = next((one for one in COMMANDS if one.id == entry.id and entry.kind == "command"), None)
        return asked.unmarked(asked.said(titles.PANELS)) if command is None else _path(command, asked.said)

    def _do(self, entry: Entry) -> None:
        self._send(said.Picked(entry))
        if (action := self._actions.get(entry.key)) is not None:
            action.trigger()
        else:
            self._does[entry.kind](entry.id)
        if entry.kind == "mark":
            self._panels.canvas.setFocus()


def _path(command: asked.Command, told: Callable[[str], str]) -> str:
    return _INTO.join(asked.unmarked(told(menu)) for menu in titles.path(command.menu))
