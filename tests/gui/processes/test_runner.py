"""The processes beside the window: a slow one holds the others up, a failing one is tried again at the next run."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz.model.wire import Request
from gradviz.picture.picture import Options
from gradviz.ui.processes import runner as processes
from gradviz.ui.processes.runner import Runner

FAKES = Path(__file__).parents[1]
OPTIONS = Options()


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    engine, pictures = ((sys.executable, str(FAKES / name)) for name in ("fake_engine.py", "fake_picture.py"))
    made = Runner(engine, None, pictures)
    with qtbot.waitSignal(made.ready):
        made.start()
    yield made
    made.close()


def test_the_engine_waits_for_a_picture_process_that_is_slow(
    qtbot: QtBot, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "ENOUGH", 2**20)
    slow = runner.pids[1]
    os.kill(slow, signal.SIGSTOP)
    with qtbot.assertNotEmitted(runner.exited, wait=100):
        runner.run(1, Request("flood"), OPTIONS)
        qtbot.waitUntil(lambda: runner.waiting > 2**20)
    assert runner.waiting < 2 * 2**20
    with qtbot.waitSignal(runner.exited):
        os.kill(slow, signal.SIGCONT)


def test_a_run_that_is_cancelled_ends_though_nobody_draws(
    qtbot: QtBot, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "ENOUGH", 0)
    runner.run(1, Request("forever"), OPTIONS)
    with qtbot.waitSignal(runner.exited):
        runner.cancel(1)


def test_what_failed_three_times_is_tried_again_at_the_next_run(qtbot: QtBot, runner: Runner) -> None:
    for run in range(1, 5):
        with qtbot.waitSignal(runner.pictureEnded):
            runner.run(run, Request("x = 1\nbroken"), OPTIONS)
    with qtbot.waitSignal(runner.pictured) as pictured:
        runner.run(9, Request("x = 1"), OPTIONS)
    assert pictured.args is not None
    assert pictured.args[0].run == 9
