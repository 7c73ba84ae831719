"""What the end of a run's process becomes in its trace."""

import signal

import pytest

from gradviz.model.errors.ending import DIED, REFUSED, ended
from gradviz.model.trace import Limit, Step, Trace
from gradviz.model.wire import Exit, FrameError, FullError

TRACE = Trace("2.13.0", "3.11.7", "grad", "", steps=(Step(0, "line", 3), Step(1, "line", 4), Step(2, "op", 9)))


def test_a_limit_says_where() -> None:
    assert ended(TRACE, Exit(0, 9, "time", "its time was up")).limits == Limit("time", "line 4")
    assert ended(TRACE._replace(steps=()), Exit(0, 9, "output")).limits == Limit("output", "")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (Exit(0, signal.SIGSEGV), "crashed: Segmentation fault (signal 11)"),
        (Exit(0, signal.SIGKILL), "killed by the system"),
        (Exit(0, signal.SIGKILL, None, "it closed its pipe"), "ended: it closed its pipe"),
        (Exit(3, 0), "left before the program's end (status 3)"),
    ],
)
def test_any_other_end_is_an_error_on_the_last_line(how: Exit, words: str) -> None:
    error = ended(TRACE, how).error
    assert error is not None
    assert (error.type, error.line) == (DIED, 4)
    assert words in error.message


def test_what_cannot_be_read_is_not_said_to_be_the_end_of_a_process() -> None:
    error = ended(TRACE, FrameError("record 7 has no number")).error
    assert error is not None
    assert (error.type, error.line, error.hint) == (REFUSED, 4, "refused")
    assert error.message == "what the program's process sent cannot be read: record 7 has no number"


def test_more_than_is_held_is_a_limit() -> None:
    full = ended(TRACE, FullError("2,048 MiB of records"))
    assert (full.limits, full.error) == (Limit("ops", "2,048 MiB of records"), None)
