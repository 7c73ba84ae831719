"""Why a command cannot be asked for now, in a person's words."""

from PySide6.QtCore import QCoreApplication


def _tr(text: str) -> str:
    return QCoreApplication.translate("Unavailable", text)


def no_run() -> str:
    """Return that there is nothing to end."""
    return _tr("Nothing is running")


def measuring() -> str:
    """Return that what is asked for goes on already."""
    return _tr("Measuring …")


def no_program() -> str:
    """Return that there is nothing to do it with."""
    return _tr("There is no program")


def nothing_selected() -> str:
    """Return that nothing of the graph is chosen."""
    return _tr("Nothing in the graph is selected")


def no_fold() -> str:
    """Return that nothing folded is chosen."""
    return _tr("Nothing folded is selected")


def in_no_fold() -> str:
    """Return that what is chosen stands in no fold that was opened."""
    return _tr("No open fold is round the selection")


def no_open_fold() -> str:
    """Return that there is nothing to fold again."""
    return _tr("Nothing has been unfolded")


def nothing_to_undo() -> str:
    """Return that the program is as it was opened."""
    return _tr("There is nothing to undo")


def nothing_to_redo() -> str:
    """Return that nothing was undone."""
    return _tr("There is nothing to redo")


def no_steps() -> str:
    """Return that there are no steps to go to."""
    return _tr("There is no run to step through")


def asked() -> str:
    """Return that a question of the quiz is open."""
    return _tr("Answer the question of the quiz first")


def all_shown() -> str:
    """Return that there is nothing more to see."""
    return _tr("All of the graph is shown")
