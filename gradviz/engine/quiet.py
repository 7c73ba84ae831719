"""The recorder's own work kept out of the program's line tracing."""

import sys
from types import TracebackType


class Untraced:
    """Within it, calls are not traced: tracing the recorder's own calls would double what it costs."""

    __slots__ = ("_tracer",)

    def __enter__(self) -> None:
        """Put the thread's trace function aside."""
        self._tracer = sys.gettrace()
        sys.settrace(None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Put it back."""
        sys.settrace(self._tracer)
