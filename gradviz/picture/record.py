"""A whole run with what its pictures are made from: each part is made when a picture first needs it, and once."""

from functools import cached_property

from gradviz.model.course import Course, course
from gradviz.model.grounds import Grounds, grounds
from gradviz.model.held import Bindings, bindings
from gradviz.model.moment import History
from gradviz.model.toggles import Toggles
from gradviz.model.trace import Trace


class Record:
    """One run, to be shown in several ways and at several steps."""

    def __init__(self, trace: Trace) -> None:
        """Take the record of a run."""
        self.trace = trace

    @cached_property
    def history(self) -> History:
        """The run indexed by step."""
        return History(self.trace)

    @cached_property
    def grounds(self) -> Grounds:
        """Why a .grad is None, at the end of the run and at any moment of it."""
        return grounds(self.history)

    @cached_property
    def bindings(self) -> Bindings:
        """What the names of the program held."""
        return bindings(self.trace)

    @cached_property
    def toggles(self) -> Toggles:
        """The flags that can be switched in the source."""
        return Toggles(self.trace)

    @cached_property
    def course(self) -> Course:
        """The stops of the run."""
        return course(self.trace)
