"""The threads a program starts: each is watched from its first call to its last, as the program's own is.

Dispatch modes, trace functions and grad modes are a thread's own. The trace function that threading hands to each new
thread puts the dispatch mode in force there.
"""

import _thread
import functools
import sys
import threading
from collections.abc import Callable
from types import FrameType

from gradviz.engine.record.internals import entries
from gradviz.engine.record.internals.entries import Function
from gradviz.engine.record.ledger.stream import LimitReached
from gradviz.engine.record.program.names import Names
from gradviz.engine.record.program.regions import Regions
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.run import Run
from gradviz.engine.record.watches.lines import Lines
from gradviz.engine.record.watches.ops import OpWatch, in_force
from gradviz.engine.record.watches.recursion import Tracer
from gradviz.model.trace import GradMode


class Threads:
    """The recorder of each thread of a run. Made in the thread that the program begins in."""

    def __init__(self, run: Run, names: Names, ambient: GradMode) -> None:
        self._run = run
        self._names = names
        self._local = threading.local()
        recorder = self._local.recorder = Recorder(run, Regions(run.stream, run.source, ambient))
        self.lines = Lines(recorder, names)  # of the program's own thread

    def here(self) -> Recorder:
        """The recorder of this thread; in a thread that is torch's own that of the thread for which it works.

        Python takes each call out of C++ in such a thread for a thread of its own, and keeps nothing between two.
        """
        found: Recorder | None = getattr(self._local, "recorder", None) or in_force()
        if found is None:
            run = self._run
            found = self._local.recorder = Recorder(run, Regions(run.stream, run.source, "grad"))
        return found

    def follow(self) -> Callable[[], None]:
        """Have each thread that starts from now on watched; returns what undoes it."""
        before, hook = threading.gettrace(), threading.excepthook

        def excepthook(raised: threading.ExceptHookArgs) -> None:
            if raised.exc_type is not LimitReached:  # ends a thread without a word: the run tells of it
                hook(raised)

        # The threading module has a name of its own for it, and does not come by here.
        restore = entries.replace(_thread, "start_new_thread", self._starting(_thread.start_new_thread))

        def undo() -> None:
            threading.settrace(before)  # None puts it out of force
            threading.excepthook = hook
            restore()

        threading.settrace(self._begin)
        threading.excepthook = excepthook
        return undo

    def _starting(self, start: Function) -> Function:
        """What starts a thread without the threading module, with what the thread does watched."""

        @functools.wraps(start)
        def start_new_thread(work: Function, *arguments: object) -> object:
            @functools.wraps(work)
            def watched(*args: object, **kwargs: object) -> None:
                recorder = self.here()
                recorder.stand_beneath(1)
                try:
                    with OpWatch(recorder):
                        sys.settrace(Lines(recorder, self._names).trace)
                        work(*args, **kwargs)
                except LimitReached:
                    pass
                finally:
                    sys.settrace(None)
                    self._end(recorder)

            return start(watched, *arguments)

        return start_new_thread

    def _begin(self, frame: FrameType, event: str, argument: object) -> Tracer | None:
        """Take the first call in a thread, which lasts as long as what the thread does."""
        recorder = self.here()
        watch, lines = OpWatch(recorder), Lines(recorder, self._names)
        watch.__enter__()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        sys.settrace(lines.trace)
        inner = lines.trace(frame, event, argument)

        def outermost(frame: FrameType, event: str, argument: object) -> Tracer | None:
            if inner is not None:
                inner(frame, event, argument)
            if event == "return":
                watch.__exit__(None, None, None)  # type: ignore[no-untyped-call]  # as above
                self._end(recorder)
            return outermost

        return outermost

    def _end(self, recorder: Recorder) -> None:
        """Write down what a thread did last."""
        with recorder.lock:
            recorder.settle()
            self._run.threads.remove(recorder)
