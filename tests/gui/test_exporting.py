"""Graphs as files, read back by parsers that know the formats."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import DataFormat
from gradviz.state.values import AppState
from gradviz.ui.exporting import FORMATS, Choice, ExportDialog
from gradviz.ui.pictures import PATIENCE
from gradviz.ui.window import Window
from tests.gui.driving import drawn


def test_pictures_are_made_of_what_is_shown(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    exporter = window.exporter
    for name in ("svg", "png", "pdf"):
        with qtbot.waitSignal(exporter.done):
            exporter.export(tmp_path / f"g.{name}", Choice(name, scale=1.0), window.state)
    words = "".join(ET.parse(tmp_path / "g.svg").getroot().itertext())
    assert "x" in words
    assert QImage(str(tmp_path / "g.png")).width() == 200
    assert (tmp_path / "g.pdf").read_bytes().startswith(b"%PDF")
    assert window.panels.status.activity == "Wrote g.pdf"


def test_a_file_that_cannot_be_written_is_told(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    window.exporter.export(tmp_path / "none" / "g.svg", Choice(), window.state)
    assert window.panels.status.activity.startswith("Not exported: No such file")
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
        choice = Choice(name, "dark", True, 3.0)
        dialog = ExportDialog(choice)
        qtbot.addWidget(dialog)
        assert dialog.choice() == choice


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
    with qtbot.waitSignal(box.destroyed):
        box.close()
