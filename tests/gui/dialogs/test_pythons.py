"""Choosing the Python that runs programs: what each can do is told, and the choice holds without a new window."""

import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QListWidget, QPushButton, QTextBrowser
from pytestqt.qtbot import QtBot

from gradviz.model.launch import NO_TORCH, torch_line
from gradviz.model.wire import Ready
from gradviz.state.values.engine import Phase
from gradviz.ui.dialogs.python import PythonDialog, told
from gradviz.ui.pythons.check import Check, Finding
from gradviz.ui.pythons.places import pythons
from gradviz.ui.window import Window
from tests.gui.conftest import HERE, Opener
from tests.gui.driving import drawn, press, type_text

FAKE = f'exec "{sys.executable}" "{HERE / "fake_engine.py"}"'


def script(path: Path, text: str) -> str:
    """Return an interpreter made of a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def looked_at(qtbot: QtBot, python: str) -> Finding:
    """Return what a check finds."""
    found: list[Finding] = []
    check = Check()
    check.found.connect(found.append)
    check.begin(python)
    qtbot.waitUntil(lambda: bool(found), timeout=60_000)
    check.close()
    return found[0]


def test_a_python_is_told_by_what_it_can_do(qtbot: QtBot, tmp_path: Path) -> None:
    finding = looked_at(qtbot, script(tmp_path / "fake", FAKE))
    assert finding.usable
    assert told(finding).startswith("torch 9.9.9 in Python 3.11\nPrograms run without files")
    unwalled = finding._replace(ready=Ready("2.6.0+cu124", "3.12.1", "no Landlock here"))
    assert unwalled.usable
    assert told(unwalled).endswith("Programs are not held by the operating system: no Landlock here")
    early = finding._replace(ready=Ready("2.5.1", "3.12.1", ""))
    assert not early.usable
    assert told(early).startswith("gradviz needs torch 2.6 or newer; this is 2.5.1.")
    assert torch_line(early.python) in told(early)


def test_a_python_is_told_by_what_it_lacks(qtbot: QtBot, tmp_path: Path) -> None:
    bare = script(tmp_path / "bare", f'exec "{sys.executable}" -S "$@"')
    finding = looked_at(qtbot, bare)
    assert not finding.usable
    assert told(finding).startswith(f"It cannot import torch. This installs it:\n{torch_line(bare)}\n")
    assert "No module named 'torch'" in told(finding)
    boot = "import sys; sys.version_info = (3, 9, 18); exec(sys.argv.pop(1))"
    finding = looked_at(qtbot, script(tmp_path / "old", f'exec "{sys.executable}" -c "{boot}" "$2" "$3"'))
    assert told(finding) == "This Python is too old: gradviz needs Python 3.11 or newer; this is 3.9"
    finding = looked_at(qtbot, script(tmp_path / "other", "echo I am no Python >&2; exit 3"))
    assert told(finding) == "It cannot run programs: I am no Python"
    assert "o such file" in told(looked_at(qtbot, str(tmp_path / "gone")))
    assert told(looked_at(qtbot, "/bin/echo")).startswith("It cannot run programs: ")  # what it writes is no frame


def test_pythons_are_found_where_they_are_said_to_be(tmp_path: Path) -> None:
    def program(*parts: str) -> str:
        path = tmp_path.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF")
        path.chmod(0o755)
        return str(path)

    active, conda = program("active", "bin", "python3"), program("conda", "bin", "python")
    program("active", "bin", "python")  # the same one
    noted, kept = program("noted", "python.exe"), program("home", ".pyenv", "versions", "3.12.1", "bin", "python3")
    on_path = program("usr", "bin", "python3")
    (tmp_path / "home" / ".conda").mkdir()
    (tmp_path / "home" / ".conda" / "environments.txt").write_text(f"{tmp_path / 'noted'}\n{tmp_path / 'gone'}\n\n")
    shim = script(tmp_path / "shims" / "python", "exec pyenv")
    environment = {"VIRTUAL_ENV": str(tmp_path / "active"), "CONDA_PREFIX": str(tmp_path / "conda")}
    which = {"python3": on_path, "python": shim}.get
    assert pythons(environment, tmp_path / "home", which) == (active, conda, noted, kept, on_path)
    own = {"VIRTUAL_ENV": str(Path(sys.executable).parent.parent)}
    assert pythons(own, tmp_path / "empty", lambda _name: None) == ()


def parts(dialog: PythonDialog) -> tuple[QListWidget, QPushButton]:
    (rows,), (buttons,) = dialog.findChildren(QListWidget), dialog.findChildren(QDialogButtonBox)
    return rows, buttons.button(QDialogButtonBox.StandardButton.Ok)


@pytest.fixture
def asked(qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PythonDialog:
    """The dialog over a window, with one more Python on this machine, which is a fake."""
    other = script(tmp_path / "other" / "python3", FAKE)
    monkeypatch.setattr("gradviz.ui.dialogs.python.pythons", lambda _environment, _home: (other,))
    monkeypatch.setattr("gradviz.ui.pythons.check.engine", lambda python: ((python or other,), {}))
    window.action("python").trigger()
    (dialog,) = window.findChildren(PythonDialog)
    return dialog


def test_another_python_runs_the_program_that_is_there(
    qtbot: QtBot, window: Window, asked: PythonDialog, opened: Opener, tmp_path: Path
) -> None:
    rows, use = parts(asked)
    assert rows.currentItem().text() == f"The Python of gradviz: {sys.executable}"
    first, python = window.runner.pids[0], str(tmp_path / "other" / "python3")
    press(rows, Qt.Key.Key_Down)
    assert asked.told == "Looking for torch …"
    assert not use.isEnabled()
    press(rows, Qt.Key.Key_Return)  # not yet
    assert asked.isVisible()
    qtbot.waitUntil(use.isEnabled)
    assert rows.accessibleDescription() == asked.told
    type_text(window, "own = 3")
    use.click()
    assert window.state.python == python
    qtbot.waitUntil(lambda: window.state.engine.phase is Phase.READY and drawn(window))
    assert window.runner.pids[0] not in (0, first)
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\nown = 3"
    assert python in window.panels.status.torch_tip
    window.close()
    again = opened()
    assert again.state.python == python
    qtbot.waitUntil(lambda: again.state.engine.phase is Phase.READY and drawn(again))
    assert python in again.panels.status.torch_tip


def test_the_dialog_is_put_away_while_it_looks_and_nothing_goes_on(
    qtbot: QtBot, window: Window, asked: PythonDialog
) -> None:
    asked.reject()
    assert window.state.python == ""
    assert window.state.engine.phase is Phase.READY


def test_any_file_can_be_named_and_is_looked_at(
    qtbot: QtBot, window: Window, asked: PythonDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, use = parts(asked)
    poor = script(tmp_path / "poor", "echo no torch at all >&2; exit 69")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (poor, ""))
    browse = next(button for button in asked.findChildren(QPushButton) if button.text() == "Another …")
    for _ in range(2):
        browse.click()
        assert [rows.item(row).text() for row in range(rows.count())][2:] == [poor]
    qtbot.waitUntil(lambda: "no torch at all" in asked.told)
    assert not use.isEnabled()
    asked.reject()


def test_the_command_that_installs_torch_is_copied_as_it_is(
    qtbot: QtBot, asked: PythonDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = script(tmp_path / ("python" * 10), f"exit {NO_TORCH}")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (bare, ""))
    next(button for button in asked.findChildren(QPushButton) if button.text() == "Another …").click()
    qtbot.waitUntil(lambda: torch_line(bare) in asked.told)
    (shown,) = asked.findChildren(QTextBrowser)
    shown.selectAll()
    shown.copy()
    assert torch_line(bare) in QApplication.clipboard().text().splitlines()
    asked.reject()


def test_where_the_chosen_python_is_gone_the_windows_own_runs_programs_and_that_is_said(
    qtbot: QtBot, opened: Opener, tmp_path: Path
) -> None:
    python = script(tmp_path / "python3", FAKE)
    window = opened(start=False)
    window.close()
    window._settings.setValue("python", python)
    Path(python).unlink()
    again = opened()
    qtbot.waitUntil(lambda: again.state.engine.phase is Phase.READY and drawn(again))
    assert again.state.python == ""
    assert again.panels.status.activity.startswith(f"{python} cannot run programs (")
    assert "Python of gradviz" in again.panels.status.torch_tip
