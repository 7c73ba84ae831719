"""The interface in the person's language. English stands in the code; other languages are tables in resources/i18n.

A table is keyed by the English text alone: one text has one translation, wherever it stands. It is TOML and no
file of Qt's tools, which mangle f-strings and miss other names of tr. Reads no code and no settings.
"""

import tomllib

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from gradviz import resources
from gradviz.picture.picture import Language


class Table(QTranslator):
    """Answers Qt's question for a text from a table."""

    def __init__(self, words: dict[str, str], parent: QObject) -> None:
        super().__init__(parent)
        self._words = words

    def isEmpty(self) -> bool:
        """Return that there is something to ask for."""
        return False

    # Qt takes None, not "", for a text that another translator may know; its type knows only text.
    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """Return the translation of a text."""
        return self._words.get(text)


def system_language() -> Language:
    """Return the desktop's language, where it is one of ours."""
    return "ja" if QLocale.system().language() == QLocale.Language.Japanese else "en"


def words(language: Language) -> dict[str, str]:
    """Return the table of a language: the English texts and what is said instead."""
    return tomllib.loads(resources.read_text(f"i18n/{language}.toml")) if language != "en" else {}


def speak(language: Language, owner: QObject) -> None:
    """Show texts that are made from now on in a language, Qt's own too, until the owner speaks another or is gone."""
    for one in owner.findChildren(QTranslator):
        QCoreApplication.removeTranslator(one)
        one.deleteLater()
    if language == "en":
        return
    own = QTranslator(owner)
    own.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (own, Table(words(language), owner)):
        QCoreApplication.installTranslator(translator)
