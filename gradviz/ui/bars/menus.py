"""The menu bar: the commands of the table under their titles, and what no table knows, lessons, files and panels."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu

from gradviz.picture.picture import Language
from gradviz.resources import Lesson, Words
from gradviz.ui.bars import titles
from gradviz.ui.bars.actions import COMMANDS
from gradviz.ui.bars.command import LINE, said
from gradviz.ui.files.files import Files
from gradviz.ui.style.plain import plain


def fill_bar(window: QMainWindow, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Put the commands into the menus; return each menu by its title in the table."""
    menus = {title: window.menuBar().addMenu(said(title)) for title in titles.MENUS}
    for command in COMMANDS:
        if command.menu not in menus:
            menus[command.menu] = menus[titles.INSIDE[command.menu]].addMenu(said(command.menu))
        if command.id == LINE:
            menus[command.menu].addSeparator()
        elif command.id in actions:
            menus[command.menu].addAction(actions[command.id])
    menus[titles.PANELS].addSeparator()
    for dock in window.findChildren(QDockWidget):
        menus[titles.PANELS].addAction(dock.toggleViewAction())
    return menus


def add_lessons(menu: QMenu, lessons: tuple[Lesson, ...], language: Language, pick: Callable[[str], None]) -> None:
    """Put the lessons into a menu, those of each chapter into one inside it."""
    inside = menu
    for number, lesson in enumerate(lessons, start=1):
        if lesson.chapter is not None:
            inside = menu.addMenu(_shown(lesson.chapter, language))
        inside.addAction(f"{number}  {_shown(lesson.title, language)}", partial(pick, lesson.name))


def _shown(words: Words, language: Language) -> str:
    return plain(getattr(words, language)).replace("&", "&&")


def add_recent(menu: QMenu, before: QAction, files: Files) -> None:
    """Put a menu of the files opened last into a menu."""
    recent = QMenu(menu.tr("Open &recent"), menu)
    recent.aboutToShow.connect(lambda: _fill_recent(recent, files))
    menu.aboutToShow.connect(lambda: recent.setEnabled(bool(files.recent)))
    menu.insertMenu(before, recent)


def _fill_recent(menu: QMenu, files: Files) -> None:
    menu.clear()
    paths = [Path(name) for name in files.recent]
    of_one_name = Counter(path.name for path in paths)
    for number, path in enumerate(paths, start=1):
        told = path.name if of_one_name[path.name] == 1 else f"{path.name} — {path.parent}"
        shown = plain(told).replace("&", "&&")
        menu.addAction(f"&{number}  {shown}", partial(files.open_path, path))
