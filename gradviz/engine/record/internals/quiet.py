"""The recorder's own work kept out of the program's line tracing."""

import sys
from types import TracebackType

from gradviz.engine.record.internals.depth import check_unseen, is_kept
from gradviz.engine.record.internals.guards import aside


class Untraced:
    """Aside, and calls are not traced either: tracing the recorder's own calls would double what it costs."""

    __slots__ = ("_aside", "_tracer")

    def __enter__(self) -> None:
        """Put the thread's trace function aside, and what Aside does.

        Raises:
            RecursionError: that is not the recorder's, and there may be no room for the recorder.
        """
        self._tracer = sys.gettrace()
        if not is_kept(self._tracer):
            check_unseen()
        sys.settrace(None)
        self._aside = aside()
        self._aside.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Put all back."""
        self._aside.__exit__(kind, error, traceback)
        sys.settrace(self._tracer)
