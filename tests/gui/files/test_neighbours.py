"""A program of several files in the window: what a run is given of them, and the run after one was changed."""

import os
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gradviz.model.wire import Kind, Neighbour, Request, pack
from gradviz.neighbours import Neighbourhood
from gradviz.picture.picture import Options
from gradviz.ui.files.documents import read
from gradviz.ui.processes.pictures import Pictures
from gradviz.ui.processes.runner import Runner
from gradviz.ui.window import Window
from tests.gui.conftest import Opener
from tests.gui.driving import drawn, press, type_text
from tests.gui.files.test_files import answer_save


class Asked:
    """The runs that the processes were asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.requests: list[Request] = []
        run, measure = Runner.run, Runner.measure

        def noted_run(runner: Runner, number: int, request: Request, options: Options) -> None:
            self.requests.append(request)
            run(runner, number, request, options)

        def noted_measure(runner: Runner, number: int, request: Request) -> None:
            self.requests.append(request)
            measure(runner, number, request)

        monkeypatch.setattr(Runner, "run", noted_run)
        monkeypatch.setattr(Runner, "measure", noted_measure)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "config.py").write_text("width = 4\n")
    (tmp_path / "train.py").write_text("import config\nx = 1\n")
    return tmp_path


def changed(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(len(text), len(text)))


def turn(to: Qt.ApplicationState) -> None:
    """Come to the window from another program, or go to one."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.applicationStateChanged.emit(to)


def come_back() -> None:
    turn(Qt.ApplicationState.ApplicationActive)


def test_a_run_is_given_the_files_beside_the_program(qtbot: QtBot, opened: Opener, project: Path, asked: Asked) -> None:
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    config = Neighbour(str(project / "config.py"), "width = 4\n")
    assert (asked.requests[-1].file, asked.requests[-1].neighbours) == (str(project / "train.py"), (config,))
    window.action("new").trigger()
    type_text(window, "import config")
    qtbot.waitUntil(lambda: drawn(window))
    assert (asked.requests[-1].file, asked.requests[-1].neighbours) == ("", ())


def test_a_file_changed_elsewhere_is_run_when_the_person_comes_back(
    qtbot: QtBot, opened: Opener, project: Path, asked: Asked
) -> None:
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    runs = len(asked.requests)
    come_back()
    assert len(asked.requests) == runs
    changed(project / "config.py", "width = 8\n")
    assert window.state.current
    turn(Qt.ApplicationState.ApplicationInactive)
    assert len(asked.requests) == runs
    come_back()
    qtbot.waitUntil(lambda: drawn(window))
    assert [request.neighbours[0].text for request in asked.requests[runs:]] == ["width = 8\n"]


def test_what_is_measured_has_the_files_of_the_run(qtbot: QtBot, opened: Opener, project: Path, asked: Asked) -> None:
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    changed(project / "config.py", "width = 8\n")
    window.panels.cost.pressed.emit()
    qtbot.waitUntil(lambda: asked.requests[-1].budget is not None)
    assert asked.requests[-1].neighbours[0].text == "width = 4\n"


def test_what_is_not_run_by_itself_is_no_longer_of_the_program(qtbot: QtBot, opened: Opener, project: Path) -> None:
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    window.action("live").trigger()
    changed(project / "config.py", "width = 8\n")
    come_back()
    assert not window.state.current
    window.action("run").trigger()
    qtbot.waitUntil(lambda: drawn(window))


def test_a_program_saved_beside_a_file_is_run_with_it(
    qtbot: QtBot, opened: Opener, project: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened()
    window.action("new").trigger()
    type_text(window, "import config")
    qtbot.waitUntil(lambda: drawn(window))
    assert asked.requests[-1].neighbours == ()
    answer_save(monkeypatch, project / "mine.py")
    window.action("save").trigger()
    qtbot.waitUntil(lambda: drawn(window) and asked.requests[-1].neighbours != ())


def test_the_picture_process_is_sent_none_of_them(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    monkeypatch.setattr(Pictures, "measure", lambda _self, run, request: sent.append(pack(Kind.RUN, run, request)))
    window.runner.measure(900, Request("x = 1", neighbours=(Neighbour("/a.py", "secret"),)))
    assert b"x = 1" in sent[0]
    assert b"secret" not in sent[0]


def test_a_window_that_was_closed_runs_nothing_and_may_be_closed_again(
    qtbot: QtBot, opened: Opener, project: Path
) -> None:
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    window.close()
    run = window.state.run
    changed(project / "config.py", "width = 8\n")
    come_back()
    assert window.state.run == run
    window.close()


class Silent:
    """A disk that does not answer until it is let go of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = Event()
        self.asked = 0
        of = Neighbourhood.of

        def waiting(neighbourhood: Neighbourhood, program: str, source: str) -> tuple[Neighbour, ...]:
            self.asked += 1
            self.answers.wait(60)
            return of(neighbourhood, program, source)

        monkeypatch.setattr(Neighbourhood, "of", waiting)


def test_a_disk_that_does_not_answer_keeps_nobody_waiting(
    qtbot: QtBot, opened: Opener, project: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    disk = Silent(monkeypatch)
    changed(project / "config.py", "width = 8\n")
    for _ in range(2):
        type_text(window, "y = 2")
        press(window.panels.editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: drawn(window))
        assert asked.requests[-1].neighbours[0].text == "width = 4\n"  # as it was when it was read last
    assert "does not answer" in str(window.state.said)
    come_back()
    assert disk.asked == 1
    disk.answers.set()
    qtbot.waitUntil(lambda: asked.requests[-1].neighbours[0].text == "width = 8\n" and drawn(window))


def test_a_window_whose_disk_does_not_answer_is_closed_at_once(
    qtbot: QtBot, opened: Opener, project: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Silent(monkeypatch)
    window = opened((project / "train.py",))
    qtbot.waitUntil(lambda: drawn(window))
    assert (asked.requests[-1].file, asked.requests[-1].neighbours) == (str(project / "train.py"), ())
    window.close()
    disk.answers.set()


def test_a_window_is_there_at_once_though_the_disk_of_its_program_is_silent(
    qtbot: QtBot, opened: Opener, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, answers = project / "train.py", Event()
    first = opened((path,))
    qtbot.waitUntil(lambda: drawn(first))
    first.close()

    def waiting(file: Path) -> str:
        answers.wait(60)
        return read(file)

    with monkeypatch.context() as silent:
        silent.setattr("gradviz.ui.files.beside.read", waiting)
        window = opened()
    assert (window.state.text, window.files.path) == ("import config\nx = 1\n", path)
    qtbot.waitUntil(lambda: drawn(window))
    assert "does not answer" in str(window.state.said)
    path.write_text("x = 12\n")
    answers.set()
    qtbot.waitUntil(lambda: window.state.text == "x = 12\n" and drawn(window))


def test_a_session_is_run_with_the_files_beside_it(
    qtbot: QtBot, opened: Opener, project: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = project / "shared.gradviz"
    session.write_text('{"gradviz": 1, "program": "import config\\nx = config.width"}')
    window = opened((session,))
    qtbot.waitUntil(lambda: drawn(window))
    config = Neighbour(str(project / "config.py"), "width = 4\n")
    assert asked.requests[-1].neighbours == (config,)
    assert window.files.path is None
    type_text(window, "\ny = 1")
    qtbot.waitUntil(lambda: drawn(window))
    window.close()
    again = opened()
    qtbot.waitUntil(lambda: drawn(again))
    assert asked.requests[-1].source.endswith("y = 1")
    assert asked.requests[-1].neighbours == (config,)
