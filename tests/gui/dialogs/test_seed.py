"""The seed of each run: chosen in the window, told, remembered."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from gradviz.ui.dialogs.seed import SeedDialog
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press


def chosen(window: Window, text: str) -> None:
    window.action("seed").trigger()
    dialog = window.findChildren(SeedDialog)[-1]
    dialog.field.setText(text)
    press(dialog.field, Qt.Key.Key_Return)


def test_a_seed_is_chosen_told_remembered_and_put_away(qtbot: QtBot, window: Window, opened: Opener) -> None:
    run = window.state.run
    chosen(window, " 17 ")
    qtbot.waitUntil(lambda: drawn(window) and window.state.run > run)
    assert window.state.request is not None
    assert window.state.request.seed == 17
    assert "torch 9.9.9 · seed 17" in window.panels.status.facts
    window.close()
    again = opened()
    assert again.state.seed == 17
    chosen(again, "")
    assert again.state.seed is None


@pytest.mark.parametrize("text", ["x", "1.5", "18446744073709551616", "-", "1e3"])
def test_what_is_no_seed_cannot_be_taken(window: Window, text: str) -> None:
    chosen(window, text)
    dialog = window.findChildren(SeedDialog)[-1]
    assert dialog.isVisible()
    assert not dialog.findChildren(QDialogButtonBox)[0].button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    assert window.state.seed is None
    dialog.reject()
