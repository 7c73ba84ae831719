"""torch.autograd.Function as one op: what goes into apply(), what comes out, and the grad_fn the call leaves there.

Every call, the person's or the library's, enters C++ through the one inherited `apply`. It is given the same arguments
and its result is handed on as it is, so nothing is computed differently; the call is seen as a whole only because its
grad_fn is put on the outputs after forward has returned, when no op runs that could be asked about it.
"""

from collections.abc import Callable

from gradviz.engine.record.internals import entries
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.recorder import Recorder


class FunctionWatch:
    """Stands where torch.autograd.Function enters C++."""

    def __init__(self, here: Callable[[], Recorder]) -> None:
        self._here = here  # the recorder of this thread

    def wrap(self, apply: entries.FunctionApply) -> entries.FunctionApply:
        """Return the entry with recording around it."""

        def watched(function: type, *args: object, **kwargs: object) -> object:
            recorder = self._here()
            with Untraced():
                call = recorder.call_started(function.__name__, args)
            try:
                result = apply(function, *args, **kwargs)
            except BaseException:
                with Untraced():
                    recorder.call_raised(call)
                raise
            with Untraced():
                recorder.call_done(call, result)
            return result

        return watched
