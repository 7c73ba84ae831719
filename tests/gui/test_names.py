"""What a screen reader is told: every widget that can have the focus, or be pressed, has a name in each language."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QDialog, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from gradviz.ui.window import Window
from tests.gui.driving import drawn

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
