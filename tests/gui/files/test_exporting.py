"""Graphs as files, read back by parsers that know the formats."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shiboken6
from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage, QImageReader, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from gradviz.drawing.shapes import Role
from gradviz.drawing.theme import contrast
from gradviz.drawing.words import ENGLISH
from gradviz.export.painted import Form
from gradviz.export.whole import numbered
from gradviz.layout.geometry import Rect
from gradviz.picture.picture import DataFormat
from gradviz.state.appstate import AppState
from gradviz.state.values.chosen import Selection
from gradviz.state.values.look import Theme
from gradviz.ui.exporting import exporter as writing
from gradviz.ui.exporting.exportchoice import FORMATS, WHATS, Choice, Format, Part, cut, load, store
from gradviz.ui.exporting.exportdialog import ExportDialog
from gradviz.ui.processes.pictures import PATIENCE
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn


def test_pictures_are_made_of_what_is_shown(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    exporter = window.exporter
    for name in ("svg", "png", "pdf"):
        with qtbot.waitSignal(exporter.done):
            exporter.export(tmp_path / f"g.{name}", Choice(name, scale=1.0), window.state)
    words = "".join(ET.parse(tmp_path / "g.svg").getroot().itertext())
    assert "x" in words
    assert QImage(str(tmp_path / "g.png")).width() == 200
    assert QImage(str(tmp_path / "g.png")).text("Title") == "Autograd graph"
    assert (tmp_path / "g.pdf").read_bytes().startswith(b"%PDF")
    assert window.panels.status.activity == "Wrote g.pdf"


def test_a_file_that_cannot_be_written_is_told(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    window.exporter.export(tmp_path / "none" / "g.svg", Choice(), window.state)
    assert window.panels.status.activity.startswith("Not exported: there is no such file")
    window.exporter.export(tmp_path / "g.svg", Choice(), AppState())
    assert window.panels.status.activity == "Not exported: there is no graph yet"


def write(window: Window, text: str, path: Path, form: DataFormat, qtbot: QtBot) -> None:
    """Have a program, and ask for its data."""
    window.panels.editor.selectAll()
    window.panels.editor.insertPlainText(f"x = 1  # {text}\n")
    qtbot.waitUntil(lambda: drawn(window))
    window.exporter.export(path, Choice(form), window.state)


@pytest.mark.parametrize("form", ["dot", "json"])
def test_data_is_written_of_the_run_that_is_held(
    form: DataFormat, qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    run = window.state.run
    with qtbot.waitSignal(window.exporter.done):
        window.exporter.export(tmp_path / f"g.{form}", Choice(form), window.state)
    assert (tmp_path / f"g.{form}").read_text() == f"{form}: x = 1\ny = 2\n"
    assert window.panels.status.activity == f"Wrote g.{form}"
    assert window.state.run == run


def test_data_that_is_not_written_is_told(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    said = window.panels.status
    write(window, "refuses", tmp_path / "g.dot", "dot", qtbot)
    qtbot.waitUntil(lambda: said.activity == "Not exported: no room")
    write(window, "lies", tmp_path / "g.dot", "dot", qtbot)
    qtbot.waitUntil(lambda: said.activity == "Not exported: the file is not there")
    window.exporter.export(tmp_path / "g.dot", Choice("dot"), AppState())
    assert said.activity == "Not exported: there is no graph yet"


def test_a_picture_process_that_ends_while_it_writes_is_told(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.exporter.failed) as failed:
        write(window, "perishes", tmp_path / "g.json", "json", qtbot)
    assert failed.args == ["the process that held the graph ended"]
    window.panels.editor.undo()
    qtbot.waitUntil(lambda: drawn(window))


def test_a_file_that_takes_long_is_waited_for_and_is_one_at_a_time(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    write(window, "keeps", tmp_path / "g.json", "json", qtbot)
    window.exporter.export(tmp_path / "h.json", Choice("json"), window.state)
    assert window.panels.status.activity == "Not exported: the file before is still being written"
    at_work = window.runner.pids[1]
    window.panels.editor.insertPlainText("z = 3\n")
    with qtbot.assertNotEmitted(window.exporter.failed, wait=2 * PATIENCE):
        pass
    assert window.runner.pids[1] == at_work
    with qtbot.waitSignal(window.exporter.failed):
        window.runner.drop_picture()
    qtbot.waitUntil(lambda: all(window.runner.pids))


def test_the_dialog_gives_back_what_it_was_given(qtbot: QtBot) -> None:
    for name in FORMATS:
        choice = Choice(name, "dark", True, 3.0, "seen", True, True, "a4")
        dialog = ExportDialog(choice)
        qtbot.addWidget(dialog)
        assert dialog.choice() == choice


@pytest.mark.parametrize(("name", "muted"), [("png", {"Paper"}), ("gif", {"What", "Paper"}), ("pdf", {"Scale"})])
def test_what_does_not_apply_to_a_format_is_muted_with_its_name(qtbot: QtBot, name: Format, muted: set[str]) -> None:
    dialog = ExportDialog(Choice(name))
    qtbot.addWidget(dialog)
    names = {label.text(): label.isEnabled() for label in dialog.findChildren(QLabel) if label.buddy() is not None}
    assert {text for text, on in names.items() if not on} == muted


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_box_to_tick_is_seen_on_its_ground(window: Window, theme: Theme) -> None:
    if window.state.theme != theme:
        window.action("dark").trigger()
    dialog = ExportDialog(Choice("png"), parent=window)
    box = dialog.findChildren(QCheckBox)[0]
    image, ground = box.grab().toImage(), dialog.palette().color(QPalette.ColorRole.Window).name()
    side = [image.pixelColor(x, image.height() // 2).name() for x in range(image.height() // 2)]
    assert max(contrast(one, ground) for one in side) >= 3


def facts(qtbot: QtBot, dialog: ExportDialog) -> str:
    """What the dialog says of the file, once it has seen what the file would be."""
    qtbot.waitUntil(lambda: bool(dialog.facts))
    return dialog.facts


def test_the_dialog_shows_what_the_file_would_be(qtbot: QtBot, window: Window) -> None:
    drawing = window.state.drawing
    assert drawing is not None
    part = Part(Rect(0, 0, 100, 90), Selection(frozenset(("t0",))), ENGLISH)
    told: dict[tuple[str, str], str] = {}
    for name in FORMATS:
        for what in WHATS:
            dialog = ExportDialog(Choice(name, scale=2.0, what=what, legend=True), drawing, part, 3)
            qtbot.addWidget(dialog)
            with qtbot.waitExposed(dialog):
                dialog.show()
            told[name, what] = facts(qtbot, dialog)
            assert dialog.preview.image.isNull() == (name in ("dot", "json"))
            dialog.preview.grab()
            dialog.close()
    assert told["dot", "whole"] == told["json", "steps"] == "A file of text"
    assert told["gif", "whole"] == told["apng", "steps"] == "4 pictures, one after another"
    assert told["svg", "steps"] == told["png", "steps"] == "4 files, numbered"
    assert told["pdf", "steps"] == "Pages: 4"
    assert told["pdf", "seen"] == "Pages: 1"
    sizes = [[int(number) for number in re.findall(r"\d+", told["png", what])] for what in ("seen", "selection")]
    assert sizes[0][0] >= 200
    assert told["png", "whole"] != told["png", "seen"] != told["png", "selection"]


def test_the_dialog_says_what_there_is_not(qtbot: QtBot, window: Window) -> None:
    for drawing, what, words in (
        (None, "whole", "There is no graph yet"),
        (window.state.drawing, "steps", "There are no steps to show"),
    ):
        dialog = ExportDialog(Choice("png", what="steps" if what == "steps" else "whole"), drawing)
        qtbot.addWidget(dialog)
        assert facts(qtbot, dialog) == words
        assert not save(dialog).isEnabled()
    for choice, steps in ((Choice("json"), 0), (Choice("png"), 0), (Choice("png", what="steps"), 1)):
        dialog = ExportDialog(choice, None if choice.format == "json" else window.state.drawing, steps=steps)
        qtbot.addWidget(dialog)
        assert save(dialog).isEnabled()


def save(dialog: ExportDialog) -> QPushButton:
    """The button that asks for a name."""
    (box,) = dialog.findChildren(QDialogButtonBox)
    return box.button(QDialogButtonBox.StandardButton.Save)


def test_what_is_wanted_is_remembered_and_settings_may_hold_anything(tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    assert load(settings) == Choice()
    choice = Choice("pdf", "dark", True, 3.5, "selection", True, True, "letter")
    store(settings, choice)
    settings.sync()
    assert load(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)) == choice
    for name in Choice._fields:
        settings.setValue(f"export/{name}", "nonsense")
    assert load(settings) == Choice()
    settings.setValue("export/scale", "1e9")
    assert load(settings).scale == 8.0


def test_a_part_is_cut_out(window: Window) -> None:
    drawing = window.state.drawing
    assert drawing is not None
    part = Part(Rect(0, 0, 100, 90), Selection(frozenset(("t0",)), frozenset(("t0", "e0"))), ENGLISH)
    assert [mark.id for mark in cut(drawing, Choice(what="seen"), part).nodes] == ["t0"]
    chosen = cut(drawing, Choice(what="selection", legend=True), part)
    assert [mark.id for mark in (*chosen.nodes, *chosen.edges)] == ["t0", "e0"]
    assert {mark.role for mark in chosen.legend[1:]} == {Role.LEAF, Role.DATA_EDGE}
    assert cut(drawing, Choice(what="selection"), Part()) == drawing


def steps_of(window: Window) -> int:
    return len(window.state.course.kinds) + 1


@pytest.mark.parametrize(
    ("name", "one"), [("svg", False), ("png", False), ("pdf", True), ("gif", True), ("apng", True)]
)
def test_every_step_is_written_and_the_person_is_back_where_they_were(
    name: Form, one: bool, qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.action("first_step").trigger()
    qtbot.waitUntil(lambda: not window.state.awaited and window.state.at == 0)
    with qtbot.waitSignal(window.exporter.done) as done:
        window.exports.write(tmp_path / f"g.{name}", Choice(name, what="steps", scale=1.0), Part(words=ENGLISH))
    assert done.args == [f"g.{name}" if one else f"g-01.{name} …"]  # a file that is there
    assert window.state.at == 0
    found = sorted(tmp_path.glob(f"g*.{name}"))
    expected = [tmp_path / f"g.{name}"]
    if not one:
        expected = [numbered(expected[0], k + 1, steps_of(window)) for k in range(steps_of(window))]
    assert found == expected
    if name == "gif":
        assert QImageReader(str(found[0])).imageCount() == steps_of(window)


def test_a_walk_ends_when_the_program_changes(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    window.exports.write(tmp_path / "g.gif", Choice("gif"), Part())
    with qtbot.waitSignal(window.exporter.failed) as failed:
        window.panels.editor.insertPlainText("z = 3\n")
    assert failed.args == ["the program was changed"]
    assert not list(tmp_path.glob("g*"))
    qtbot.waitUntil(lambda: drawn(window))


def test_a_walk_can_be_stopped(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    window.exports.write(tmp_path / "g.gif", Choice("gif"), Part())
    with qtbot.waitSignal(window.exporter.failed) as failed:
        window.exports.stop()
    assert failed.args == ["it was stopped"]
    assert window.state.at is None
    window.exporter.export_steps(tmp_path / "g.gif", Choice("gif"), ())
    assert window.panels.status.activity == "Not exported: there are no steps to show"


def test_long_work_lets_the_window_have_its_turn_and_can_be_left(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "AT_ONCE", -1.0)
    drawing = window.state.drawing
    assert drawing is not None
    exporter, path = window.exporter, tmp_path / "g.gif"
    with qtbot.waitSignals([exporter.advanced, exporter.done]):
        exporter.export_steps(path, Choice("gif", scale=1.0), [drawing] * 4)
    before = path.read_bytes()
    exporter.export_steps(path, Choice("gif", "dark", scale=1.0), [drawing] * 4)
    exporter.export(tmp_path / "h.png", Choice("png"), window.state)
    assert window.panels.status.activity == "Not exported: the file before is still being written"
    window.exports.stop()
    assert window.panels.status.activity == "Not exported: it was stopped"
    assert path.read_bytes() == before
    exporter.cancel()
    exporter.export_steps(path, Choice("gif", "dark", scale=1.0), [drawing] * 4)
    exporter.close()
    assert sorted(tmp_path.glob("*.gif")) == [path]
    assert path.read_bytes() == before


def test_no_memory_for_a_picture_is_told(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QImage, "isNull", lambda self: True)
    window.exporter.export(tmp_path / "g.png", Choice("png"), window.state)
    assert window.panels.status.activity.startswith("Not exported: no memory")


def test_the_person_is_asked_and_the_answer_kept(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Choice("png", "dark", True, 1.0, "seen")
    monkeypatch.setattr(ExportDialog, "exec", lambda self: 1)
    monkeypatch.setattr(ExportDialog, "choice", lambda self: wanted)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "g"), ""))
    with qtbot.waitSignal(window.exporter.done):
        window.action("export").trigger()
    assert not QImage(str(tmp_path / "g.png")).isNull()
    assert window.exporter.choice == wanted
    monkeypatch.setattr(ExportDialog, "exec", lambda self: 0)
    window.action("export").trigger()
    assert [path.name for path in tmp_path.glob("g*")] == ["g.png"]


def test_numbered_files_that_are_there_are_not_replaced_unasked(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = iter((QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes))

    def answer(_window: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return next(answers)

    monkeypatch.setattr(QMessageBox, "question", answer)
    monkeypatch.setattr(ExportDialog, "exec", lambda self: 1)
    monkeypatch.setattr(ExportDialog, "choice", lambda self: Choice("svg", what="steps"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "g.svg"), ""))
    first = numbered(tmp_path / "g.svg", 1, steps_of(window))
    first.write_text("mine")
    window.action("export").trigger()
    assert first.read_text() == "mine"
    with qtbot.waitSignal(window.exporter.done):
        window.action("export").trigger()
    assert first.read_text().startswith("<?xml")
    first.unlink()
    for other in tmp_path.glob("g-*.svg"):
        other.unlink()
    with qtbot.waitSignal(window.exporter.done):
        window.action("export").trigger()
    assert asked == ["Files of these names that are there already: 1. Replace them?"] * 2


@pytest.mark.parametrize("typed", ["g", "g.v2", "g.svg"])
def test_a_name_that_gets_its_ending_replaces_no_file_unasked(
    qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    answers = iter((QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: next(answers))
    monkeypatch.setattr(ExportDialog, "exec", lambda self: 1)
    monkeypatch.setattr(ExportDialog, "choice", lambda self: Choice("png"))
    begun: list[str] = []

    def ask(_window: object, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        begun.append(start)
        return str(tmp_path / typed), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    path = tmp_path / f"{typed}.png"
    path.write_text("mine")
    window.action("export").trigger()
    assert path.read_text() == "mine"
    with qtbot.waitSignal(window.exporter.done):
        window.action("export").trigger()
    assert not QImage(str(path)).isNull()
    assert not (tmp_path / typed).exists()
    assert begun == [str(tmp_path / "program.png")] * 2  # beside the program


def test_the_graph_goes_to_the_clipboard_as_text(qtbot: QtBot, window: Window) -> None:
    window.action("copy_svg").trigger()
    data = QApplication.clipboard().mimeData()
    assert ET.fromstring(data.text()).tag.endswith("svg")
    told = ET.fromstring(data.text()).findtext("{http://www.w3.org/2000/svg}title")
    assert told == window.files.name == "program.py"
    assert bytes(data.data("image/svg+xml").data()).decode() == data.text()
    with qtbot.waitSignal(window.exporter.copied):
        window.action("copy_dot").trigger()
    assert QApplication.clipboard().text() == "dot: x = 1\ny = 2\n"
    assert window.panels.status.activity == "The graph is on the clipboard"


def test_where_there_is_no_graph_nothing_is_copied(opened: Opener) -> None:
    window = opened(start=False)
    for name in ("copy_graph", "copy_svg"):
        window.action(name).trigger()
        assert window.panels.status.activity == "There is no graph yet"
    window.action("copy_dot").trigger()
    assert window.panels.status.activity == "Not exported: there is no graph yet"


def test_the_graph_goes_to_the_clipboard(qtbot: QtBot, window: Window) -> None:
    window.action("copy_graph").trigger()
    image = QApplication.clipboard().image()
    assert image.width() == 400
    assert window.panels.status.activity == "The graph is on the clipboard"
    qtbot.waitUntil(lambda: drawn(window))


@pytest.mark.parametrize("name", ["shortcuts", "about"])
def test_boxes_open_and_close(qtbot: QtBot, window: Window, name: str) -> None:
    window.action(name).trigger()
    box = QApplication.activeModalWidget()
    assert box is not None
    assert box.height() <= window.height()  # all of it is on the screen
    box.close()
    qtbot.waitUntil(lambda: not shiboken6.isValid(box))
