"""How a run ended that could not say so itself: its process was killed, crashed, left, or sent what is no record."""

import signal

from gradviz.model.errors.errors import hint
from gradviz.model.trace import Limit, ProgramError, Trace
from gradviz.model.wire import Exit, FrameError, FullError

DIED = "ProcessDied"
REFUSED = "RecordRefused"


def ended(trace: Trace, how: Exit | FrameError) -> Trace:
    """Return the trace of a run without an End, with what is known of its end.

    A limit becomes the trace's limit; any other end becomes an error on the last line that was begun.

    Args:
        trace: what was recorded before.
        how: the end of its process, or what is wrong with what came next.
    """
    line = next((step.line for step in reversed(trace.steps) if step.kind == "line"), None)
    if isinstance(how, FullError):
        return trace._replace(limits=Limit("ops", str(how)))
    if isinstance(how, Exit) and how.killed is not None:
        return trace._replace(limits=Limit(how.killed, "" if line is None else f"line {line}"))
    error = _refusal(how, line) if isinstance(how, FrameError) else ProgramError(DIED, _message(how), line)
    return trace._replace(error=error._replace(hint=hint(error)))


def _refusal(error: FrameError, line: int | None) -> ProgramError:
    return ProgramError(REFUSED, f"what the program's process sent cannot be read: {error}", line)


def _message(how: Exit) -> str:
    if how.reason:
        return f"the program's process was ended: {how.reason}"
    if how.signal == signal.SIGKILL:
        return "the program's process was killed by the system, perhaps for want of memory"
    if how.signal:
        return f"the program's process crashed: {signal.strsignal(how.signal)} (signal {how.signal})"
    return f"the program's process left before the program's end (status {how.status})"
