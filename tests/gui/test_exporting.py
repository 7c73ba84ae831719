"""Graphs as files, read back by parsers that know the formats."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz.picture.picture import Options
from gradviz.state.values import AppState
from gradviz.ui.exporting import FORMATS, Choice, ExportDialog, arguments
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


def test_data_comes_from_the_command_line(tmp_path: Path) -> None:
    state = AppState(mode="no_grad", options=Options(view="backward", direction="LR", fold="none"))
    out = tmp_path / "g.json"
    assert arguments(out, Choice("json"), state) == [
        *("-P", "-m", "gradviz", "trace", "-", "-o", str(out), "--mode", "no_grad")
    ]
    words = arguments(out, Choice("dot", theme="dark"), state)
    assert words[3:7] == ["export", "-", "-o", str(out)]
    for option in ("--view backward", "--direction LR", "--fold none", "--theme dark", "--mode no_grad"):
        assert option in " ".join(words)


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
