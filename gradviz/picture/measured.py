"""The costs that have come of the newest measuring run, as they are told to the window."""

import msgspec

from gradviz import intake
from gradviz.model.cost import Costs, added
from gradviz.model.costtable import cost_table
from gradviz.model.wire import Frame, FrameError, Kind, pack
from gradviz.picture.picture import Language


class Measured:
    """Gathers the pages of one measuring run after another."""

    def __init__(self) -> None:
        """Begin without a run."""
        self._run: int | None = None
        self._costs = Costs()
        self._over = True

    def begin(self, run: int) -> None:
        """Take up a run."""
        self._run, self._costs, self._over = run, Costs(), False

    def expects(self, run: int) -> bool:
        """Whether what comes of a run is to be taken."""
        return run == self._run and not self._over

    def take(self, frame: Frame) -> None:
        """Take a frame of the run; what is no page ends it."""
        try:
            if frame.kind is Kind.PAGE:
                self._costs = added(self._costs, intake.cost_page(frame.payload))
        except FrameError:
            self._over = True
        self._over = self._over or self._costs.done or frame.kind is Kind.EXITED

    def told(self, language: Language) -> bytes:
        """Return the frame that tells all there is so far, or none where nothing was measured."""
        if self._run is None:
            return b""
        table = cost_table(self._costs, language)._replace(done=self._over)
        return pack(Kind.COSTS, self._run, msgspec.json.encode(table))
