"""The sheet of all keys: those of the commands, and what keys do in the graph and at a slider alone."""

from collections.abc import Iterator
from typing import NamedTuple

from gradviz.state.commands.keys import Keys
from gradviz.ui.bars.actions import COMMANDS
from gradviz.ui.bars.command import LINE, said, unmarked
from gradviz.ui.bars.titles import QT_TRANSLATE_NOOP, path

IN_GRAPH = QT_TRANSLATE_NOOP("Actions", "In the graph")

# Keys of the graph, which hold only while it has the focus.
GRAPH_KEYS = (
    (QT_TRANSLATE_NOOP("Actions", "Walk along the edges"), "← ↑ → ↓"),
    (QT_TRANSLATE_NOOP("Actions", "Walk along the edges, and keep what is selected"), "Shift+← ↑ → ↓"),
    (QT_TRANSLATE_NOOP("Actions", "Select one more by a click, or all in a rectangle by a drag"), "Shift"),
    (QT_TRANSLATE_NOOP("Actions", "Next, previous place of what is selected: its box and its badges"), "N  Shift+N"),
    (QT_TRANSLATE_NOOP("Actions", "Unfold, or go to the line"), "Enter"),
    (QT_TRANSLATE_NOOP("Actions", "Unfold, fold what is round it"), "U  Shift+U"),
    (QT_TRANSLATE_NOOP("Actions", "Why? Tell all of the tensor or op, here or in the table of tensors"), "W"),
    (QT_TRANSLATE_NOOP("Actions", "Switch requires_grad, here or in the table of tensors, there also with Space"), "R"),
    (QT_TRANSLATE_NOOP("Actions", "Switch retain_grad() and detach, here or in the table of tensors"), "G  D"),
    (QT_TRANSLATE_NOOP("Actions", "Only what it comes from, what it leads to, what is linked with it"), "I  O  L"),
    (QT_TRANSLATE_NOOP("Actions", "Hide, show all"), "H  A"),
    (QT_TRANSLATE_NOOP("Actions", "Fit, fit what is selected"), "F  Shift+F"),
    (QT_TRANSLATE_NOOP("Actions", "Larger, smaller, full size"), "+  -  1"),
    (QT_TRANSLATE_NOOP("Actions", "Drag the graph"), "Space"),
    (QT_TRANSLATE_NOOP("Actions", "Search"), "/"),
    (QT_TRANSLATE_NOOP("Actions", "Select nothing, then return to the end of the run"), "Esc"),
)

AT_SLIDER = QT_TRANSLATE_NOOP("Actions", "At the slider of a number")
SLIDER_KEYS = (
    (QT_TRANSLATE_NOOP("Actions", "A step less, a step more; with Shift ten"), "←  →"),
    (QT_TRANSLATE_NOOP("Actions", "Ten steps less, ten steps more"), "PgDown  PgUp"),
    (QT_TRANSLATE_NOOP("Actions", "Keep the number"), "Enter"),
    (QT_TRANSLATE_NOOP("Actions", "Bring back the number, also in the middle of a drag"), "Esc"),
)


class Row(NamedTuple):
    """A line of the sheet."""

    title: str  # of the menu that it is told under
    what: str
    keys: str
    command: str = ""  # its id; "": its keys are those of a panel, and stay
    usual: str = ""  # its usual keys, where it has others


def rows(keys: Keys) -> Iterator[Row]:
    """Yield every line, those of a menu together."""
    titles = dict.fromkeys(command.menu for command in COMMANDS)
    for title in titles:
        shown = " ▸ ".join(unmarked(said(one)) for one in path(title))
        for command in COMMANDS:
            if command.menu == title and command.id != LINE:
                usual = joined(keys.usual.get(command.id, ())) if command.id in keys.own else ""
                told = joined(keys.of(command.id))
                yield Row(shown, unmarked(said(command.text)), told, command.id, usual)
    for title, table in ((IN_GRAPH, GRAPH_KEYS), (AT_SLIDER, SLIDER_KEYS)):
        for text, letters in table:
            yield Row(said(title), said(text), letters)


def sheet(keys: Keys) -> str:
    """Return every key under the title of its menu as a text, one a line: keys, then what they do."""
    told = [row for row in rows(keys) if row.keys]
    width = max(len(row.keys) for row in told) + 3
    parts = {
        row.title: [f"  {one.keys.ljust(width)}{one.what}" for one in told if one.title == row.title] for row in told
    }
    return "\n\n".join("\n".join([title, *lines]) for title, lines in parts.items())


def joined(keys: tuple[str, ...]) -> str:
    """Return some keys as one text."""
    return ", ".join(keys)
