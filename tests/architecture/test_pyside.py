"""The binding is one that lives: 6.12.0 on Python 3.11 loses a reference to None at every void call, and aborts."""

import sys

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

CALLS = 20_000


def test_void_calls_keep_none_alive(qtbot: QtBot) -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) <= 100
