"""The table of commands as Qt's actions: with their words, keys, tips and icons."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from gradviz import resources
from gradviz.state.commands.keys import Keys
from gradviz.state.values.look import Theme
from gradviz.ui.bars.actions import COMMANDS
from gradviz.ui.bars.bars import REST
from gradviz.ui.bars.command import said, unmarked
from gradviz.ui.style.theme import icon

# The buttons that Qt makes itself, by their names, and their icons: its own are black, or a grey near the ground.
_QTS = {REST: "more", "qt_dockwidget_closebutton": "close", "qt_dockwidget_floatbutton": "float"}


def make_actions(parent: QWidget, handlers: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """Return an action for each command that has a handler, in the table's order, without keys."""
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for command in COMMANDS:
        if command.id not in handlers:
            continue
        action = QAction(said(command.text), parent)
        action.setObjectName(command.id)
        action.setCheckable(command.checkable)
        action.setIconText(unmarked(said(command.text)))
        action.setStatusTip("")
        action.triggered.connect(lambda _checked=False, do=handlers[command.id]: do())
        if command.group:
            group = groups.setdefault(command.group, QActionGroup(parent))
            group.addAction(action)
        parent.addAction(action)
        actions[command.id] = action
    return actions


def give_keys(actions: Mapping[str, QAction], keys: Keys) -> None:
    """Give the actions their keys, and tips that tell them."""
    for command in COMMANDS:
        action = actions.get(command.id)
        if action is not None:
            action.setShortcuts([QKeySequence(key) for key in keys.of(command.id)])
            action.setToolTip(keys.told(said(command.tip) if command.tip else action.iconText(), command.id))


def allow(action: QAction, on: bool, why: str) -> None:
    """Let a command be asked for, or say why it cannot be now."""
    action.setEnabled(on)
    action.setWhatsThis("" if on else why)


def icons(theme: Theme) -> dict[str, QIcon]:
    """Return the icons of the actions and of Qt's own buttons in the colours of a theme."""
    made = dict[str, QIcon]()
    for command in COMMANDS:
        if command.icon:
            off, on = (name and resources.read_text(f"icons/{name}.svg") for name in (command.icon, command.icon_on))
            made[command.id] = icon(off, theme, on)
    return made | {name: icon(resources.read_text(f"icons/{file}.svg"), theme) for name, file in _QTS.items()}


def give_icons(actions: Mapping[str, QAction], made: Mapping[str, QIcon], window: QWidget) -> None:
    """Give the actions their icons, and the buttons behind which Qt puts what has no room."""
    for name, one in made.items():
        if name in actions:
            actions[name].setIcon(one)
    for button in window.findChildren(QToolButton, REST):
        button.setIcon(made[REST])
