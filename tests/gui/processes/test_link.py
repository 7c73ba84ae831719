"""A child process behind signals: what it writes waits while nobody listens, and nothing is lost at its end."""

import sys
from functools import partial

from pytestqt.qtbot import QtBot

from gradviz.model.wire import Frame, Kind, pack
from gradviz.ui.processes.link import Link

FRAME = f"{pack(Kind.PAGE, 1, bytes(1000))!r}"
ENDLESS = f"import os\nwhile True: os.write(1, {FRAME})"


class Heard:
    """A link to a Python program, and what came of it."""

    def __init__(self, qtbot: QtBot, code: str) -> None:
        self.link = Link((sys.executable, "-c", code), None)
        self.frames: list[Frame] = []
        self.ends: list[str] = []
        self.link.framed.connect(self.frames.append)
        self.link.ended.connect(self.ends.append)
        self.link.start()

    def has(self, frames: int, ends: int) -> bool:
        return (len(self.frames), len(self.ends)) == (frames, ends)


def test_what_is_written_last_is_heard_before_the_end(qtbot: QtBot) -> None:
    heard = Heard(qtbot, f"import os\nfor _ in range(50): os.write(1, {FRAME})\nos.abort()")
    qtbot.waitUntil(lambda: bool(heard.ends))
    assert len(heard.frames) == 50
    assert heard.ends == ["ended by signal 6"]


def test_a_child_that_is_not_listened_to_waits(qtbot: QtBot) -> None:
    heard = Heard(qtbot, ENDLESS)
    qtbot.waitUntil(lambda: len(heard.frames) > 100)
    heard.link.listen(False)
    before = len(heard.frames)
    with qtbot.assertNotEmitted(heard.link.framed, wait=100):
        pass
    assert len(heard.frames) == before
    heard.link.listen(True)
    qtbot.waitUntil(lambda: len(heard.frames) > before + 100)
    heard.link.listen(False)
    heard.link.kill()
    qtbot.waitUntil(lambda: heard.ends == [""])


def test_it_can_be_started_again_and_listens_again(qtbot: QtBot) -> None:
    heard = Heard(qtbot, f"import os, signal\nos.write(1, {FRAME})\nsignal.pause()")
    for count in (1, 2):
        qtbot.waitUntil(partial(heard.has, count, count - 1))
        heard.link.listen(False)
        heard.link.kill()
        qtbot.waitUntil(partial(heard.has, count, count))
        heard.link.start()
    heard.link.close()
    assert heard.link.pid == 0
    assert len(heard.frames) == 2


def test_what_it_has_not_taken_is_counted(qtbot: QtBot) -> None:
    heard = Heard(qtbot, "import signal\nsignal.pause()")
    assert heard.link.waiting == 0
    heard.link.send(bytes(2**20))
    assert heard.link.waiting == 2**20
    qtbot.waitUntil(lambda: heard.link.waiting < 2**20)
    assert heard.link.waiting > 2**19  # it reads nothing, and a pipe holds little
    heard.link.close()
    assert heard.link.waiting == 0


def test_what_is_pushed_is_on_its_way_before_any_other_event(qtbot: QtBot) -> None:
    heard = Heard(qtbot, f"import os\nwhile os.read(0, 1): os.write(1, {FRAME})")
    heard.link.send(b"x")
    heard.link.push()  # it is only just starting
    qtbot.waitUntil(lambda: len(heard.frames) == 1)
    heard.link.send(b"x")
    heard.link.push()
    assert heard.link.waiting == 0
    qtbot.waitUntil(lambda: len(heard.frames) == 2)
    heard.link.close()
    heard.link.push()
    assert heard.ends == []


def test_no_such_program(qtbot: QtBot) -> None:
    link = Link(("/nowhere/python",), None)
    with qtbot.waitSignal(link.ended) as ended:
        link.start()
    assert ended.args is not None
    assert "No such file" in ended.args[0]
    assert not link.alive
