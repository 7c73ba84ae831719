"""The costs that have come of the newest measuring run, as they are told to the window."""

import msgspec

from gradviz.intake import decoding
from gradviz.model.cost import Costs, Timed, added
from gradviz.model.costs.costtable import cost_table
from gradviz.model.trace import Trace
from gradviz.model.wire import Frame, FrameError, Kind, pack
from gradviz.picture.picture import Language


class Measured:
    """Gathers the pages of one measuring run after another."""

    def __init__(self) -> None:
        """Begin without a run."""
        self._run: int | None = None
        self._source = ""
        self._costs = Costs()
        self._over = True

    def begin(self, run: int, source: str) -> None:
        """Take up a run of a program."""
        self._run, self._source, self._costs, self._over = run, source, Costs(), False

    def timed(self, trace: Trace) -> Timed | None:
        """How long the ops of a run take, if that program has been measured in that mode."""
        return next((one for one in self._costs.timed if (self._source, one.mode) == (trace.source, trace.mode)), None)

    def expects(self, run: int) -> bool:
        """Whether what comes of a run is to be taken."""
        return run == self._run and not self._over

    def take(self, frame: Frame) -> None:
        """Take a frame of the run; what is no page ends it."""
        try:
            if frame.kind is Kind.PAGE:
                self._costs = added(self._costs, decoding.cost_page(frame.payload))
        except FrameError:
            self._over = True
        self._over = self._over or self._costs.done or frame.kind is Kind.EXITED

    def told(self, language: Language) -> bytes:
        """Return the frame that tells all there is so far, or none where nothing was measured."""
        if self._run is None:
            return b""
        table = cost_table(self._costs, language)._replace(done=self._over)
        return pack(Kind.COSTS, self._run, msgspec.msgpack.encode(table))
