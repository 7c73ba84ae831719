"""All that there is to say of a problem, to be copied into a search or a letter."""

from PySide6.QtCore import QCoreApplication

from gradviz.picture.picture import Problem


def whole(problem: Problem) -> str:
    """Return where a problem is, what happened in words for a person, and what Python or torch said, uncut."""
    where = QCoreApplication.translate("OutputTabs", "Line {line}").format(line=problem.line) if problem.line else ""
    told = f"{where}: {problem.message}" if where else problem.message
    return told if problem.original in told else f"{told}\n{problem.original}"
