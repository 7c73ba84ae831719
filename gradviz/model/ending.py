"""How a run ended that could not say so itself: its process was killed, crashed, or left."""

import signal

from gradviz.model.errors import hint
from gradviz.model.trace import Limit, ProgramError, Trace
from gradviz.model.wire import Exit

DIED = "ProcessDied"


def ended(trace: Trace, how: Exit) -> Trace:
    """Return the trace of a run without an End, with what its process's end tells.

    A limit becomes the trace's limit; any other end becomes an error on the last line that was begun.
    """
    line = next((step.line for step in reversed(trace.steps) if step.kind == "line"), None)
    if how.killed is not None:
        return trace._replace(limits=Limit(how.killed, "" if line is None else f"line {line}"))
    error = ProgramError(DIED, _message(how), line)
    return trace._replace(error=error._replace(hint=hint(error)))


def _message(how: Exit) -> str:
    if how.reason:
        return f"the program's process was ended: {how.reason}"
    if how.signal == signal.SIGKILL:
        return "the program's process was killed by the system, perhaps for want of memory"
    if how.signal:
        return f"the program's process crashed: {signal.strsignal(how.signal)} (signal {how.signal})"
    return f"the program's process left before the program's end (status {how.status})"
