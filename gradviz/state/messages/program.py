"""What becomes of the program: it is written, opened, run, stopped; a number of it is slid."""

from typing import NamedTuple

from gradviz.model.quiz.wanted import Wanted
from gradviz.model.source.place import Edit
from gradviz.model.trace import GradMode
from gradviz.state.session import Session
from gradviz.state.values.chosen import Chosen
from gradviz.state.values.slide import Slid


class Edited(NamedTuple):
    """The person changed the text."""

    text: str


class Opened(NamedTuple):
    """Another program is in the editor."""

    text: str
    lesson: str = ""  # the name of the one whose program it is
    session: Session | None = None  # that it is to be looked at as
    asks: Wanted | None = None  # what the lesson asks before it tells more


class SlideRested(NamedTuple):
    """The hand that slides it rests, or has let go."""


class RunPressed(NamedTuple):
    """Run it, whatever holds."""


class StopPressed(NamedTuple):
    """End what is going on."""


class FlagSwitched(NamedTuple):
    """The person wants a flag of a tensor the other way: that of a row, or of a mark."""

    of: Chosen
    flag: str = "requires_grad"  # or the name of a FlagRow


class FixTaken(NamedTuple):
    """The person takes a change that is offered: of the program, or of the grad mode that it runs in."""

    edit: Edit | GradMode


class Told(NamedTuple):
    """There is a word to say that is not about a run."""

    text: str


Sliding = Slid | SlideRested
Deed = Edited | Sliding | Opened | RunPressed | StopPressed | FlagSwitched | FixTaken | Told
