"""What kinds of names are called in the person's language."""

from PySide6.QtCore import QCoreApplication


def kind_word(kind: str) -> str:
    """Return the word for a kind of name; what is no kind stays as it is."""
    words = {
        "module": _tr("module"),
        "class": _tr("class"),
        "function": _tr("function"),
        "value": _tr("value"),
        "attribute": _tr("attribute"),
        "argument": _tr("argument"),
        "variable": _tr("variable"),
        "parameter": _tr("parameter"),
        "keyword": _tr("keyword"),
        "builtin": _tr("builtin"),
    }
    return words.get(kind, kind)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Kinds", text)
