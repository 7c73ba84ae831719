"""Thousands of hostile and broken inputs to the window: texts as nobody types them, records as no engine sends them.

Each is given to the real window and all that it asks for is done and painted. One that raises anything, or keeps a
process for longer than a person waits, is counted. All are drawn from one seed.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from types import TracebackType

import msgspec
from PySide6.QtWidgets import QApplication

from gradviz import resources
from gradviz.model.wire import Frame, FrameReader, Kind, Request, encode
from gradviz.picture.__main__ import Session
from gradviz.picture.make import unable
from gradviz.picture.picture import Problem
from gradviz.picture.sent.frames import SentPage
from gradviz.picture.sent.looks import Looks
from gradviz.runs import Engine
from gradviz.state import messages as said
from gradviz.ui.processes.pictures import decoded
from gradviz.ui.window import Window
from tests.bench import programs
from tests.bench.rows import Row, main
from tests.bench.window import opened, wait

LONG = 2.0  # seconds of work for one input that count as a freeze
FLAW = unable(0, "", "en", complete=True).problems[0].message  # a mistake of ours, that cost one answer
SHORT = 20  # lines of a generated text
BAD = (
    "",
    "\0",
    "\ud800",
    "\u202e",
    "\x1b[2J",
    "0" * 5000,
    "-9" * 40,
    "(" * 300,
    '"""',
    "'",
    "\\",
    "\t",
    "𝟘e₁",
    "#" * 99,
)
VALUES: tuple[object, ...] = (-1, 0, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, True, None, "", [], {}, "x" * 2000)


def texts(most: int) -> Iterator[Row]:
    """Pieces of programs put together by chance, with characters that no program has."""
    chance, count = Random(1), 100 * most
    pieces = [line + "\n" for lesson in resources.lessons() for line in lesson.source.splitlines()]
    with _still() as window, _watched() as failed:
        spent = [_clocked(lambda: _typed(window, _text(chance, pieces))) for _ in range(count)]
    yield _row("hostile-texts", f"of {count:,} broken texts those that failed or froze the window", failed, spent)


def records(most: int) -> Iterator[Row]:
    """What the engine sends of real runs, with bytes or records of it changed, left out, sent twice or in disorder."""
    chance, count = Random(2), 100 * most
    sources = (programs.SMALL, programs.HUNDRED, *(lesson.source for lesson in resources.lessons()[:18]))
    with Engine() as engine:
        runs = [(source, list(engine.frames(Request(source)))) for source in sources]
        ready = Frame(0, Kind.READY, encode(engine.ready))
    told = list[str]()
    with _still() as window, _watched() as failed:
        spent = list[float]()
        for _ in range(count):
            source, frames = chance.choice(runs)
            run = window.state.run
            opening = Frame(run, Kind.RUN, encode(Request(source)))
            sent = [ready, opening, *(one._replace(run=run) for one in _broken(chance, frames))]
            spent.append(_clocked(partial(_tell_flaws, window, sent, told)))
    for one, times in Counter(told).most_common(9):
        sys.stderr.write(f"{times} times: {one}\n")
    row = _row("hostile-records", f"of {count:,} broken runs those that failed or froze the window", failed, spent)
    yield row._replace(figures={**row.figures, "told as a flaw of ours": float(len(told))})


def _tell_flaws(window: Window, sent: list[Frame], told: list[str]) -> None:
    """Show a run, and add what is said of flaws of ours."""
    told += [one.original for one in _shown(window, sent) if one.message == FLAW]


def _row(name: str, what: str, failed: list[str], spent: list[float]) -> Row:
    for one in failed[:5]:
        sys.stderr.write(one + "\n")
    frozen = sum(seconds > LONG for seconds in spent)
    figures = {"failed": float(len(failed)), "froze": float(frozen), "longest, ms": max(spent) * 1000}
    return Row(name, what, len(failed) + frozen, "count", 0, figures, "; ".join(failed[:2]))


@contextmanager
def _still() -> Iterator[Window]:
    """The window with its first run shown, in which nothing runs by itself."""
    with opened() as window:
        window.send(said.LiveSet(False))
        wait(window, lambda: not window.state.busy)
        yield window


@contextmanager
def _watched() -> Iterator[list[str]]:
    """Gather what is raised inside Qt's calls."""
    failed, usual = list[str](), sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
        failed.append(f"{kind.__name__}: {error} at {where}")

    sys.excepthook = hook
    try:
        yield failed
    finally:
        sys.excepthook = usual


def _clocked(work: Callable[[], object]) -> float:
    """Do it, and all that comes of it; return the processor time it took. What it raises is told as Qt would."""
    began = time.process_time()
    try:
        work()
        QApplication.processEvents()
    except Exception as error:  # noqa: BLE001  # that is what is counted
        sys.excepthook(type(error), error, error.__traceback__)
    return time.process_time() - began


def _text(chance: Random, pieces: list[str]) -> str:
    chosen = [chance.choice(pieces) for _ in range(chance.randrange(SHORT))]
    text = "".join(chosen)
    for _ in range(chance.randrange(6)):
        at, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        middle = chance.choice(
            (text[at : at + 3], "", chance.choice(BAD), text[at:end][::-1], chr(chance.randrange(0x3000)))
        )
        text = text[:at] + middle + text[chance.choice((at, min(at + 2, end))) :]
    return text


def _typed(window: Window, text: str) -> None:
    editor = window.panels.editor
    editor.selectAll()
    editor.insertPlainText(text)
    QApplication.processEvents()


def _broken(chance: Random, frames: list[Frame]) -> list[Frame]:
    """Return the frames of a run, broken in one to three ways."""
    made = list(frames)
    for _ in range(chance.randrange(1, 4)):
        if not made:
            break
        at = chance.randrange(len(made))
        other = chance.randrange(len(made))
        match chance.randrange(8):
            case 0:
                made[at], made[other] = made[other], made[at]
            case 1:
                del made[at]
            case 2:
                made.insert(other, made[at])
            case 3 | 4:
                made[at] = made[at]._replace(payload=_garbled(chance, made[at].payload))
            case _:
                made[at] = made[at]._replace(payload=_rewritten(chance, made[at].payload))
    return made


def _garbled(chance: Random, payload: bytes) -> bytes:
    at, other = (chance.randrange(len(payload) + 1) for _ in range(2))
    return chance.choice(
        (
            payload[:at],
            payload[:at] + bytes([chance.randrange(256)]) + payload[at + 1 :],
            payload[:at] + payload[min(at, other) : max(at, other)] + payload[at:],
            payload[:at] + chance.randbytes(8) + payload[at:],
        )
    )


def _rewritten(chance: Random, payload: bytes) -> bytes:
    """Change one thing of a message to another of its kind, or to none."""
    try:
        content = json.loads(payload)
    except ValueError:
        return _garbled(chance, payload)
    places = list(_places(content))
    if places:
        change, _ = chance.choice(places)
        _, other = chance.choice(places)
        change(chance.choice((*VALUES, other)))
    try:
        return json.dumps(content).encode()
    except ValueError:  # it holds itself now
        return payload[::-1]


def _places(content: object) -> Iterator[tuple[Callable[[object], None], object]]:
    """Yield what sets each place of a message, and what stands there."""
    left = [content]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            found = [(partial(one.__setitem__, key), held) for key, held in one.items()]
        elif isinstance(one, list):
            found = [(partial(one.__setitem__, at), held) for at, held in enumerate(one)]
        else:
            continue
        yield from found
        left += [held for _, held in found]


def _shown(window: Window, frames: list[Frame]) -> list[Problem]:
    """Have a picture process of its own make pictures of the frames, and the window show them; return its problems."""
    session, looks, pages = Session(), Looks(), list[SentPage]()
    problems = list[Problem]()
    for frame in frames:
        for answer in session.take(frame):
            for sent in FrameReader().feed(answer):
                if sent.kind is Kind.MARKS:
                    pages.append(msgspec.msgpack.decode(sent.payload, type=SentPage))
                elif sent.kind is Kind.PICTURE:
                    picture = decoded(sent.payload, looks, pages)
                    pages = []
                    problems += picture.problems
                    window.send(said.PictureArrived(picture))
                    QApplication.processEvents()  # it is painted
    return problems


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main({"hostile-texts": texts, "hostile-records": records})
