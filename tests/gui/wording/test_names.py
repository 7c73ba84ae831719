"""What a screen reader is told: the name of every widget that can have the focus or be pressed, in each language, and
what goes on.
"""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from gradviz.ui.window import Window
from tests.gui.driving import drawn, rub_out, type_text

JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")


def asked_of(root: QWidget) -> list[QWidget]:
    found = [one for one in root.findChildren(QWidget) if one.isVisible()]
    return [one for one in found if one.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(one, QAbstractButton)]


def name(widget: QWidget) -> str:
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name)


def nameless(root: QWidget) -> list[str]:
    found = [one for one in asked_of(root) if not isinstance(one, QTabBar)]  # of which each tab is told by itself
    return [f"{type(one).__name__} {one.objectName()}" for one in found if not name(one).strip()]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_widget_that_can_be_used_has_a_name(qtbot: QtBot, window: Window, language: str) -> None:
    qtbot.waitUntil(lambda: drawn(window))
    window.action(language).trigger()
    qtbot.waitUntil(window.updatesEnabled)
    for panel in ("costs", "inspect", "outline", "quiz"):
        window.action(panel).trigger()
        assert nameless(window) == []
        window.action(panel).trigger()
    for opened in ("replace", "search"):
        window.action(opened).trigger()
        assert nameless(window) == []
    for opened in ("shortcuts", "errors", "about"):
        window.action(opened).trigger()
        (dialog,) = [one for one in window.findChildren(QDialog) if one.isVisible()]
        assert nameless(dialog) == []
        if language == "ja" and opened == "shortcuts":
            assert [name(one) for one in asked_of(dialog) if not JAPANESE.search(name(one))] == []
        dialog.reject()
        qtbot.waitUntil(lambda: not [one for one in window.findChildren(QDialog) if one.isVisible()])


def test_the_end_of_a_run_and_its_error_are_read_out(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def tell(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            told.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", tell)
    qtbot.waitUntil(lambda: told != [])
    assert told[-1].startswith("Ready · recorded in ")
    type_text(window, "error")
    qtbot.waitUntil(lambda: told[-1] == "Line 3: this line is wrong: error")
    rub_out(window, 5)
    qtbot.waitUntil(lambda: told[-1].startswith("Ready · recorded in "))
