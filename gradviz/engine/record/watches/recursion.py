"""The limit of recursion as a program knows it, which is not the one in force while it is recorded (depth.py).

A call that is too deep is refused by the trace function, in the first moment of the frame. Python then gives that
function up, and puts both frames into the traceback: here it is brought back, and they are taken out.
"""

import functools
import operator
import sys
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType

from gradviz.engine.record.internals import depth, entries
from gradviz.engine.record.recorder import Recorder

Tracer = Callable[[FrameType, str, object], "Tracer | None"]

_OURS = __name__.partition("engine")[0]  # how the names of our modules begin
_MOST = 2**31 - 1  # that Python takes for a limit


def watch_limit(here: Callable[[], Recorder], tracer: Tracer) -> Callable[[], None]:
    """Stand where the limit is asked and set, and begin with that of this process as the program's.

    Args:
        here: returns the recorder of this thread.
        tracer: the trace function, of whatever thread, that refuses calls.

    Returns:
        What undoes it.
    """
    before = sys.getrecursionlimit()
    depth.limits.begin(getattr(tracer, "__func__", None))

    @functools.wraps(sys.getrecursionlimit)
    def own() -> int:
        return depth.limits.own

    @functools.wraps(depth.set_limit)
    def put(limit: int, /) -> None:
        recorder = here()
        number, beneath = operator.index(limit), recorder.beneath
        if not 0 < number <= _MOST:
            depth.set_limit(number)  # Python says why it takes no such
        if not depth.fits(number + beneath + 1):
            level = depth.level() - 1 - beneath + depth.C_CALL
            raise RecursionError(
                f"cannot set the recursion limit to {number} at the recursion depth {level}: the limit is too low"
            )
        depth.limits.put(number)
        recorder.calls_left = 0

    undo = [entries.replace(sys, "getrecursionlimit", own), entries.replace(sys, "setrecursionlimit", put)]

    def undo_all() -> None:
        for one in undo:
            one()
        depth.limits.end(before)

    return undo_all


def is_too_deep(frame: FrameType, beneath: int) -> bool:
    """Whether the program by itself would be too deep for a call; the recorder never is. For trace functions alone.

    Args:
        frame: of the call.
        beneath: levels of the recorder's beneath the program's.
    """
    name = frame.f_globals.get("__name__")
    is_ours = type(name) is str and name.startswith(_OURS)
    return not is_ours and not depth.fits(beneath + depth.limits.refused + 1)


def go_on_with(tracer: Tracer) -> None:
    """Have a trace function, which is about to raise, back in force before anything else of the program runs."""
    profiler = sys.getprofile()

    def bring_back(*_: object) -> None:
        sys.setprofile(profiler)
        sys.settrace(tracer)

    sys.setprofile(bring_back)  # Python tells it that the frame is left


def take_out(traceback: TracebackType | None, refusing: CodeType) -> None:
    """Take a refused call out of the traceback of what was raised, if that comes from it.

    Args:
        traceback: from a frame of the program on.
        refusing: the code of the trace function.
    """
    while traceback is not None and (call := traceback.tb_next) is not None:
        after = call.tb_next
        while after is not None and after.tb_frame is call.tb_frame:  # as Python 3.11.2 tells it, twice
            after = after.tb_next
        if after is not None and after.tb_frame.f_code is refusing:
            traceback.tb_next = None
        traceback = traceback.tb_next
