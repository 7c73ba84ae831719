"""Why a command cannot be asked for now, in a person's words."""

from PySide6.QtCore import QCoreApplication


def _tr(text: str) -> str:
    return QCoreApplication.translate("Unavailable", text)


def no_run() -> str:
    """Return that there is nothing to end."""
    return _tr("Nothing is running")


def no_steps() -> str:
    """Return that there are no steps to go to."""
    return _tr("There is no run to step through")


def asked() -> str:
    """Return that a question of the quiz is open."""
    return _tr("Answer the question of the quiz first")


def all_shown() -> str:
    """Return that there is nothing more to see."""
    return _tr("All of the graph is shown")
