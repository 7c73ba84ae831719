"""A whole run with what its pictures are made from: each part is made when a picture first needs it, and once."""

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate

from gradviz.model.cost import Timed
from gradviz.model.costs.heat import HeatOf, Spent, spent
from gradviz.model.graph.graph import Fold
from gradviz.model.moments.course import Course
from gradviz.model.moments.moment import History, Moment
from gradviz.model.moments.stops import course
from gradviz.model.source.place import text_of
from gradviz.model.source.toggles import Toggles
from gradviz.model.trace import Trace
from gradviz.model.why.fixes.fixes import Fixes
from gradviz.model.why.grounds import Grounds, grounds
from gradviz.model.why.mistake import Mistake
from gradviz.model.why.silent import mistakes
from gradviz.picture.record.foldtotals import FoldTotals
from gradviz.picture.record.switches import Switches


class Record:
    """One run, to be shown in several ways and at several steps."""

    def __init__(self, trace: Trace) -> None:
        """Take the record of a run."""
        self.trace = trace
        self._spent: tuple[Timed | None, dict[HeatOf, Spent]] | None = None
        self._fold: FoldTotals | None = None  # the last that was asked for: steps ask for it again

    def spent(self, timed: Timed | None) -> dict[HeatOf, Spent]:
        """Return what its ops and grad_fns cost.

        Args:
            timed: how long its ops take; None: that was not measured.
        """
        if self._spent is None or self._spent[0] is not timed:
            costs: tuple[HeatOf, ...] = ("time", "allocated", "saved")
            self._spent = timed, {of: spent(self.trace, of, "both", timed) for of in costs}
        return self._spent[1]

    def totals(self, fold: Fold, timed: Timed | None) -> FoldTotals:
        """Return what a fold of its graph holds over the run, and what that costs."""
        known, spent = self._fold, self.spent(timed)
        if known is None or known.fold is not fold or known.spent is not spent:
            known = self._fold = FoldTotals(fold, self.history, spent)
        return known

    @cached_property
    def history(self) -> History:
        """The run indexed by step."""
        return History(self.trace)

    @cached_property
    def grounds(self) -> Grounds:
        """Why a .grad is None, at the end of the run and at any moment of it."""
        return grounds(self.history)

    @cached_property
    def toggles(self) -> Toggles:
        """The flags that can be switched in the source."""
        return Toggles(self.history)

    @cached_property
    def _printed(self) -> tuple[list[int], list[int]]:
        """The steps from which on a piece of the output stands there, and the characters up to its end."""
        ends = accumulate(len(piece.text) for piece in self.trace.output)
        return [piece.step for piece in self.trace.output], list(ends)

    def printed(self, moment: Moment) -> int:
        """Return how many characters had been printed at a moment."""
        steps, ends = self._printed
        place = bisect_left(steps, moment.begun)
        return ends[place - 1] if place else 0

    @cached_property
    def fixes(self) -> Fixes:
        """The changes of the source that mend or switch something."""
        return Fixes(self.grounds, self.toggles)

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What went wrong in it without an error."""
        text = text_of(self.trace.source)
        return () if text is None else tuple(mistakes(self.history, text))

    @cached_property
    def switches(self) -> Switches:
        """What switches them, in words."""
        return Switches(self.fixes)

    @cached_property
    def course(self) -> Course:
        """The stops of the run."""
        return course(self.history)
