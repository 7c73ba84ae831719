"""Opening, saving, dropping and leaving, with real files and answers given for the person."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gradviz.model.program import MAX_SOURCE
from gradviz.ui.files.documents import read_session
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, type_text


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: button)


def answer_save(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Type a name into the dialog and press Save."""

    def save(dialog: QFileDialog) -> int:
        dialog.setDirectory(str(path.parent))
        dialog.selectFile(path.name)
        return 1

    monkeypatch.setattr(QFileDialog, "exec", save)


def drop(window: Window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), copy, data, left, none))


def test_save_writes_what_is_seen(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    type_text(window, "z = 3")
    assert window.isWindowModified()
    window.action("save").trigger()
    assert (tmp_path / "program.py").read_text() == "x = 1\ny = 2\nz = 3"
    assert not window.isWindowModified()
    qtbot.waitUntil(lambda: drawn(window))


def test_recent_files_of_one_name_are_told_apart(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.py").write_text("x = 1\n")
        window.files.open_path(tmp_path / folder / "same.py")
    (recent,) = [menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "Open &recent"]
    recent.aboutToShow.emit()
    told = [action.text().partition("  ")[2] for action in recent.actions()]
    assert told == [f"same.py — {tmp_path / 'b'}", f"same.py — {tmp_path / 'a'}", "program.py"]
    qtbot.waitUntil(lambda: drawn(window))


def test_save_as_and_open_by_dialog(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.py"
    answer_save(monkeypatch, tmp_path / "other")  # the suffix is added
    window.action("save_as").trigger()
    assert other.read_text() == "x = 1\ny = 2\n"
    assert window.windowTitle() == "other.py[*] — gradviz"
    first = tmp_path / "program.py"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(first), ""))
    window.action("open").trigger()
    assert window.files.path == first
    assert window.files.recent == (str(first), str(other))
    qtbot.waitUntil(lambda: drawn(window))


def test_a_file_that_cannot_be_saved_or_opened_is_told(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "none" / "a.py")])
    window.action("save_as").trigger()
    assert window.panels.status.activity.startswith("a.py was not saved: ")
    window.action("save").trigger()
    assert window.panels.status.activity == "Saved program.py"  # and no longer what failed before
    window.files.open_path(tmp_path / "none.py")
    assert window.panels.status.activity.startswith("none.py was not opened: ")
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\n"
    qtbot.waitUntil(lambda: drawn(window))


def test_changes_are_asked_about(qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_text(window, "z = 3")
    answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    window.action("new").trigger()
    window.close()
    assert window.isVisible()
    assert window.panels.editor.toPlainText().endswith("z = 3")
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    window.action("new").trigger()
    assert (tmp_path / "program.py").read_text().endswith("z = 3")
    assert window.panels.editor.toPlainText() == ""
    assert window.panels.welcome.isVisible()
    qtbot.waitUntil(lambda: not window.state.busy)
    answer(monkeypatch, QMessageBox.StandardButton.Discard)


def test_undo_does_not_lead_before_the_first_program(window: Window) -> None:
    for _ in range(2):
        window.action("undo").trigger()
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\n"
    assert window.windowTitle() == "program.py[*] — gradviz"


def test_a_dropped_file_opens(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text("dropped = 1\n")
    drop(window, other)
    assert window.panels.editor.toPlainText() == "dropped = 1\n"
    qtbot.waitUntil(lambda: drawn(window))


def test_of_several_files_the_first_opens_and_that_is_said(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    first = tmp_path / "first.py"
    first.write_text("first = 1\n")
    drop(window, first, tmp_path / "program.py")
    assert window.panels.editor.toPlainText() == "first = 1\n"
    qtbot.waitUntil(lambda: drawn(window))
    assert window.panels.status.activity == "Opened first.py only: a window holds one program."
    type_text(window, "y = 2")
    assert not window.state.said
    qtbot.waitUntil(lambda: drawn(window))
    drop(window, tmp_path / "none.py", first)
    assert window.panels.status.activity.startswith("none.py was not opened: ")


@pytest.mark.parametrize("there", [b"other = 1\n", b"caf\xe9\n"])
def test_what_another_program_wrote_is_not_replaced_unasked(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bytes
) -> None:
    path = tmp_path / "program.py"
    type_text(window, "z = 3")
    path.write_bytes(there)
    answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    window.action("save").trigger()
    assert path.read_bytes() == there
    assert window.isWindowModified()
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    window.action("save").trigger()
    assert path.read_text() == "x = 1\ny = 2\nz = 3"
    assert not window.isWindowModified()


def come_back() -> None:
    """Have the person come back from another program."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)


def test_what_another_program_wrote_is_read_anew_and_undo_brings_back_what_was_here(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    path, editor = tmp_path / "program.py", window.panels.editor
    path.write_text("x = 1\ny = 2\nz = 3\n")
    come_back()
    assert editor.toPlainText() == path.read_text()
    assert not window.isWindowModified()
    assert "read anew" in window.panels.status.activity
    qtbot.waitUntil(lambda: drawn(window))
    window.action("undo").trigger()
    assert editor.toPlainText() == "x = 1\ny = 2\n"
    assert window.isWindowModified()
    come_back()
    assert editor.toPlainText() == "x = 1\ny = 2\n"
    qtbot.waitUntil(lambda: drawn(window))


@pytest.mark.parametrize("there", [b"other = 1\n", b"caf\xe9\n"])
def test_text_that_is_in_no_file_stays_where_another_program_changed_it(
    qtbot: QtBot, window: Window, tmp_path: Path, there: bytes
) -> None:
    type_text(window, "z = 3")
    (tmp_path / "program.py").write_bytes(there)
    come_back()
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\nz = 3"
    assert window.isWindowModified()
    assert "has changed program.py" in window.panels.status.activity
    qtbot.waitUntil(lambda: drawn(window))


def test_what_another_program_wrote_that_is_no_text_is_told(window: Window, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_bytes(b"caf\xe9\n")
    come_back()
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\n"
    assert "cannot be read now" in window.panels.status.activity


def test_a_file_that_vanished_is_written_anew_and_what_is_there_already_is_not_asked_about(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: pytest.fail("nothing is lost here"))
    path = tmp_path / "program.py"
    type_text(window, "z = 3")
    path.unlink()
    window.action("save").trigger()
    assert path.read_text() == "x = 1\ny = 2\nz = 3"
    type_text(window, "0")
    path.write_text("x = 1\ny = 2\nz = 30")
    window.action("save").trigger()
    assert not window.isWindowModified()


def test_a_file_changed_elsewhere_is_read_anew_and_unsaved_text_is_not_lost(
    opened: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    first = opened((path,), start=False)
    first.close()
    path.write_text("x = 2\n")
    second = opened(start=False)
    assert second.panels.editor.toPlainText() == "x = 2\n"
    type_text(second, "y")
    second.files.close()  # as in a crash: the text was kept before
    third = opened(start=False)
    assert third.panels.editor.toPlainText() == "x = 2\ny"
    assert third.isWindowModified()
    third.files.close()
    path.unlink()
    fourth = opened(start=False)
    assert fourth.panels.editor.toPlainText() == "x = 2\ny"
    assert fourth.files.path is None


def test_what_another_program_wrote_while_the_window_was_closed_is_not_replaced_unasked(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    first = opened((path,), start=False)
    type_text(first, "y")
    first.close()
    path.write_text("x = 2\n")
    second = opened(start=False)
    assert second.panels.editor.toPlainText() == "x = 1\ny"
    assert second.isWindowModified()
    answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    second.action("save").trigger()
    assert path.read_text() == "x = 2\n"
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    second.action("save").trigger()
    assert path.read_text() == "x = 1\ny"
    assert not second.isWindowModified()


def test_notes_and_placeholders_are_as_large_as_the_text_they_stand_in(window: Window) -> None:
    editors = window.findChildren(QPlainTextEdit)
    assert len(editors) > 1
    for name in ("live", "larger", "larger", "normal", "present", "present"):
        window.action(name).trigger()
        assert [edit.viewport().font() for edit in editors] == [edit.font() for edit in editors], name


def test_text_sizes_and_panels_by_key(qtbot: QtBot, window: Window) -> None:
    points = window.panels.editor.font().pointSizeF()
    table = window.panels.tensors.font().pointSizeF()
    window.action("larger").trigger()
    assert window.panels.editor.font().pointSizeF() > points
    assert window.panels.tensors.font().pointSizeF() > table  # each panel, not the program alone
    window.action("normal").trigger()
    window.action("smaller").trigger()
    assert window.panels.editor.font().pointSizeF() < points
    window.action("normal").trigger()
    with qtbot.waitActive(window):
        window.activateWindow()
    window.panels.editor.setFocus()
    window.action("next_panel").trigger()
    assert window.panels.canvas.hasFocus()
    window.action("last_panel").trigger()
    assert window.panels.editor.hasFocus()


def test_a_session_is_kept_and_dropped_back(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.action("no_grad").trigger()
    window.action("backward").trigger()
    qtbot.waitUntil(lambda: drawn(window))
    window.action("first_step").trigger()
    qtbot.waitUntil(lambda: drawn(window) and window.state.at == 0)
    answer_save(monkeypatch, tmp_path / "here")  # the suffix is added
    window.action("save_session").trigger()
    assert window.state.said == "Saved here.gradviz"
    assert window.windowTitle() == "program.py[*] — gradviz"
    for name in ("grad", "both", "new"):
        window.action(name).trigger()
    qtbot.waitUntil(lambda: not window.state.busy)
    drop(window, tmp_path / "here.gradviz")
    qtbot.waitUntil(lambda: drawn(window) and window.state.at == 0)
    assert window.windowTitle() == "here.gradviz[*] — gradviz"
    assert window.panels.editor.toPlainText() == "x = 1\ny = 2\n"
    assert (window.state.mode, window.state.options.view) == ("no_grad", "backward")
    assert window.action("no_grad").isChecked()
    assert window.files.path is None
    assert window.files.recent[0] == str(tmp_path / "here.gradviz")


def test_save_writes_the_session_that_was_opened(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "here.gradviz"
    kept.write_text('{"gradviz": 1, "program": "x = 5\\n"}')
    drop(window, kept)
    qtbot.waitUntil(lambda: drawn(window))
    type_text(window, "y = 6")
    window.action("no_grad").trigger()
    window.action("save").trigger()
    assert window.state.said == "Saved here.gradviz"
    session = read_session(kept)
    assert (session.program, session.mode) == ("x = 5\ny = 6", "no_grad")

    kept.write_text('{"gradviz": 1, "program": "elsewhere"}')
    answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    window.action("save").trigger()
    assert read_session(kept).program == "elsewhere"
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    window.action("save").trigger()
    assert read_session(kept).program == "x = 5\ny = 6"

    answer_save(monkeypatch, tmp_path / "alone.py")
    window.action("save_as").trigger()
    window.action("save").trigger()  # by now it is a program with a file
    assert (tmp_path / "alone.py").read_text() == "x = 5\ny = 6"
    assert window.windowTitle() == "alone.py[*] — gradviz"
    qtbot.waitUntil(lambda: drawn(window))


def test_a_session_is_no_file_of_a_program_that_has_another(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, alone = tmp_path / "here.gradviz", tmp_path / "alone.py"
    kept.write_text('{"gradviz": 1, "program": "x = 5\\n"}')
    drop(window, kept)
    qtbot.waitUntil(lambda: drawn(window))
    answer_save(monkeypatch, alone)
    window.action("save_as").trigger()
    type_text(window, "y = 6")
    answer_save(monkeypatch, kept)
    with monkeypatch.context() as asked:
        asked.setattr(QMessageBox, "exec", lambda box: pytest.fail(box.text()))
        window.action("save_session").trigger()
    assert read_session(kept).program == "x = 5\ny = 6"
    assert alone.read_text() == "x = 5\n"
    assert window.files.dirty


def test_a_session_that_the_window_came_back_with_is_not_told_as_changed(
    qtbot: QtBot, opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "here.gradviz"
    kept.write_text('{"gradviz": 1, "program": "x = 5\\n"}')
    first = opened((kept,))
    type_text(first, "y = 6")
    qtbot.waitUntil(lambda: drawn(first))
    first.close()
    window = opened()
    assert window.state.text == "x = 5\ny = 6"
    answer_save(monkeypatch, kept)
    with monkeypatch.context() as asked:
        asked.setattr(QMessageBox, "exec", lambda box: pytest.fail(box.text()))
        window.action("save_session").trigger()
    assert read_session(kept).program == "x = 5\ny = 6"
    qtbot.waitUntil(lambda: drawn(window))


def test_the_name_of_a_file_says_whether_it_is_a_session(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_save(monkeypatch, tmp_path / "all.gradviz")
    window.action("save_as").trigger()
    assert read_session(tmp_path / "all.gradviz").program == "x = 1\ny = 2\n"
    assert window.files.path == tmp_path / "program.py"
    answer_save(monkeypatch, tmp_path / "program.py")
    window.action("save_session").trigger()
    assert (tmp_path / "program.py").read_text() == "x = 1\ny = 2\n"
    assert window.state.said == "program.py was not saved: the name of a session ends in .gradviz"


def test_a_session_is_saved_beside_the_one_that_was_opened(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "here.gradviz").write_text('{"gradviz": 1, "program": "x = 5\\n"}')
    drop(window, folder / "here.gradviz")
    qtbot.waitUntil(lambda: drawn(window))
    offered: list[str] = []

    def look(dialog: QFileDialog) -> int:
        offered.extend(dialog.selectedFiles())
        return 0

    monkeypatch.setattr(QFileDialog, "exec", look)
    window.action("save_session").trigger()
    window.action("save_as").trigger()
    assert offered == [str(folder / "here.gradviz"), str(folder / "here.py")]


def test_a_session_of_another_torch_says_so(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    (tmp_path / "old.gradviz").write_text('{"gradviz": 1, "program": "x = 5\\n", "torch": "1.2.3"}')
    drop(window, tmp_path / "old.gradviz")
    qtbot.waitUntil(lambda: drawn(window))
    qtbot.waitUntil(lambda: "1.2.3" in window.panels.status.activity)
    assert "9.9.9" in window.panels.status.activity


def test_what_is_no_session_is_told_and_a_session_that_cannot_be_kept_too(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.gradviz").write_text("x = 1")
    drop(
        window,
        tmp_path / "bad.gradviz",
    )
    assert str(window.state.said).startswith("bad.gradviz was not opened: this is no session of gradviz")
    (tmp_path / "newer.gradviz").write_text('{"gradviz": 2, "program": ["x = 1"]}')
    drop(window, tmp_path / "newer.gradviz")
    assert window.state.said == "newer.gradviz was not opened: it was saved by a newer gradviz"
    drop(window, tmp_path / "gone.gradviz")
    assert str(window.state.said).startswith("gone.gradviz was not opened")
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "none" / "a.gradviz")])
    window.action("save_session").trigger()
    assert str(window.state.said).startswith("a.gradviz was not saved: ")
    window.action("ja").trigger()
    drop(window, tmp_path / "bad.gradviz")
    assert str(window.state.said).startswith("bad.gradviz を開けませんでした: gradviz のセッションではありません: ")
    for name, data, reason in (
        ("gone.py", None, "そのようなファイルやフォルダはありません"),
        ("bytes.py", b"\xff\xfe", "UTF-8 のテキストファイルではありません"),
        ("long.py", b"#" * (5 * MAX_SOURCE), "gradviz で実行できるプログラムより長いファイルです"),
    ):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        drop(window, tmp_path / name)
        assert window.state.said == f"{name} を開けませんでした: {reason}"
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 0)
    window.action("save_session").trigger()
    assert window.files.path == tmp_path / "program.py"
