"""The sheet of all keys: the shortcuts of the table of commands, and what single keys do in the graph."""

from gradviz.ui.bars.actions import COMMANDS, QT_TRANSLATE_NOOP, said, unmarked

# Keys of the graph, which hold only while it has the focus.
GRAPH_KEYS = (
    (QT_TRANSLATE_NOOP("Actions", "Walk along the edges"), "← ↑ → ↓"),
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


def shortcut_sheet() -> str:
    """Return every shortcut, one a line: keys, then what they do."""
    rows = [(", ".join(command.keys), unmarked(said(command.text))) for command in COMMANDS if command.keys]
    rows += [(keys, said(text)) for text, keys in GRAPH_KEYS]
    width = max(len(keys) for keys, _text in rows) + 3
    return "\n".join(keys.ljust(width) + text for keys, text in rows)
