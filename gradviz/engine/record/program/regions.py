"""Stretches of the run in another grad mode than around them, each with the line that opened it."""

from gradviz.engine.record.ledger.stream import Stream
from gradviz.engine.record.program.source import Source
from gradviz.model.trace import GradMode, Region

Open = list[tuple[int | None, GradMode]]  # the regions open at a time, innermost last, and the mode in each


class Regions:
    """The regions open now in one thread. What opens and closes one is seen by the grad mode alone, however changed."""

    def __init__(self, stream: Stream, source: Source, ambient: GradMode) -> None:
        self._stream = stream
        self._source = source
        self._open: Open = []
        self.current: int | None = None  # the innermost
        self.mode: GradMode = "grad"  # in it
        if ambient != "grad":
            self._enter(ambient, None)

    def enter_call(self, mode: GradMode) -> Open:
        """Take a mode that torch itself sets around a call for the ground there; return what leave_call wants."""
        before = list(self._open)
        self._open.append((self.current, mode))
        self.mode = mode
        return before

    def leave_call(self, before: Open) -> None:
        """Return to the regions that were open around the call, whatever was opened in it."""
        self._open = before
        self._look()

    def sync(self, mode: GradMode, line: int | None, *, entering: bool = False) -> None:
        """Open or close regions until the innermost has the grad mode in force.

        Args:
            mode: the grad mode now.
            line: the line that changed it, if it changed.
            entering: that line opens a block (a with statement, a decorated function), so that a mode met further
                out begins anew instead of coming back.
        """
        if mode == self.mode:
            return
        if not entering:
            while self._open and self.mode != mode:
                self._open.pop()
                self._look()
        if mode != self.mode:
            self._enter(mode, line)

    def _look(self) -> None:
        self.current, self.mode = self._open[-1] if self._open else (None, "grad")

    def _enter(self, mode: GradMode, line: int | None) -> None:
        number = self._stream.next_region()
        self._stream.regions.append(Region(number, self.current, mode, line, self._source.line_text(line)))
        self._open.append((number, mode))
        self.current, self.mode = number, mode
