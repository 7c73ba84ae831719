"""What the doctor says, in the window: read, copied, and not waited for."""

import sys

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Language
from gradviz.ui.dialogs.doctor import DoctorDialog
from gradviz.ui.processes.commands import doctor
from gradviz.ui.window import Window
from gradviz.ui.wiring import dialogs


def asked(parent: QWidget, qtbot: QtBot, command: tuple[str, ...]) -> DoctorDialog:
    dialog = DoctorDialog(command, 11.0, parent)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.told != "", timeout=60_000)
    return dialog


def test_the_doctor_itself_is_asked_in_the_language_of_the_window(qtbot: QtBot, window: Window) -> None:
    dialog = asked(window, qtbot, doctor("ja"))
    assert "良好  sandbox    有効" in dialog.told
    assert sys.executable in dialog.told
    copying = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Copy all")
    copying.click()
    assert QApplication.clipboard().text() == dialog.told
    dialog.reject()


def test_the_python_that_was_chosen_is_looked_at() -> None:
    assert doctor("en", "/opt/python")[-2:] == ("--python", "/opt/python")


def test_it_is_asked_from_the_menu_and_no_longer_when_it_is_closed(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[tuple[Language, str]] = []

    def slow(language: Language, python: str) -> tuple[str, ...]:
        wanted.append((language, python))
        return sys.executable, "-c", "import time; time.sleep(60)"

    monkeypatch.setattr(dialogs, "doctor", slow)
    window.action("ja").trigger()
    window.action("doctor").trigger()
    (dialog,) = window.findChildren(DoctorDialog)
    assert wanted == [("ja", "")]
    assert dialog.note == "gradviz に必要なものを調べています …"
    assert dialog.told == ""
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(DoctorDialog))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/nowhere/at/all",), "No such file"),
        ((sys.executable, "-c", "raise SystemExit('no such thing')"), "no such thing"),
    ],
)
def test_what_keeps_it_from_answering_is_told(
    qtbot: QtBot, window: Window, command: tuple[str, ...], words: str
) -> None:
    dialog = asked(window, qtbot, command)
    assert words in dialog.told
    dialog.reject()
