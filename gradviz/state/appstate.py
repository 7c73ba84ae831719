"""AppState: everything the window shows, as one frozen value. Knows of no Qt, no process and no time."""

from typing import NamedTuple

from gradviz.drawing.shapes import Drawing
from gradviz.model.moments.course import Course
from gradviz.model.program import MAX_SOURCE
from gradviz.model.trace import GradMode, Output
from gradviz.model.wire import Exit, Request
from gradviz.picture.picture import Options, Picture, TensorRow
from gradviz.state.commands.keys import Keys
from gradviz.state.session import Session
from gradviz.state.values.chosen import NOTHING, Chosen, Search, Selection
from gradviz.state.values.comparing import Comparing
from gradviz.state.values.engine import Engine
from gradviz.state.values.inspecting import Inspecting
from gradviz.state.values.look import Theme, Wheel
from gradviz.state.values.measuring import Measuring
from gradviz.state.values.quiz import Prediction, Quiz
from gradviz.state.values.shown import Bared, Ending, Shown
from gradviz.state.values.slide import Slid, Slide
from gradviz.state.values.switch import Switch
from gradviz.state.values.told import Said


class AppState(NamedTuple):
    """All the window shows, except where a panel is scrolled to."""

    text: str = ""
    slide: Slide | None = None  # a number of it is being slid
    newer: Slid | None = None  # how it is in the editor, where the picture of this one is waited for first
    document: int = 0  # counts the programs opened
    lesson: str = ""  # the name of the one that is open; "": none is
    mode: GradMode = "grad"
    seed: int | None = None  # of torch, random and numpy before each run; None: chance has its way
    live: bool = True
    options: Options = Options()
    theme: Theme = "light"
    wheel: Wheel = "zoom"
    presenting: bool = False  # on a wall, to a room
    keys: Keys = Keys()
    used: tuple[str, ...] = ()  # what was chosen by its name, the last first: see `palette.Entry.key`
    python: str = ""  # the interpreter that runs programs; "": the one that the window runs in
    engine: Engine = Engine()
    run: int = 0  # the newest run; 0: none yet
    request: Request | None = None  # what that run was asked
    pressed: bool = False  # Run was pressed before the engine was ready
    running: bool = False  # the engine works on the run
    awaited: bool = False  # the run's whole picture has not come yet
    unfinished: bool = False  # what has come of the run is shown: another look was asked for while it goes on
    traced: bool = False  # the picture process holds the run's trace
    slow: bool = False  # it has taken long enough to say so
    stopped: bool = False  # the person stopped it
    exit: Exit | None = None
    shown: Shown | None = None  # the newest drawing; None: no program that has run had one
    dimmed: bool = False  # it is not of the program as it stands
    picture: Picture | None = None  # the newest answer: its problems
    table: Picture | None = None  # the answer whose tensors are shown: they go with the drawing
    printed: Picture | None = None  # the answer whose output is shown: the newest of a program that ran at all
    failure: str = ""  # why the picture process could not answer
    session: Session | None = None  # whose stop is shown when its run is there
    said: Said = ""  # until the person does something else
    chosen: Chosen | None = None
    search: Search | None = None  # None: the person is not searching
    selection: Selection = NOTHING
    asked: Options | None = None  # how the newest picture, or the one on its way, was to be; None: it was put back
    ending: Ending | None = None  # of the newest run that had a drawing
    at: int | None = None  # the stop of the run that is shown; None: its end
    begun: int = 0  # the run that the person has gone through, or begun to
    playing: bool = False  # it goes from stop to stop by itself
    speed: float = 1.0
    breakpoints: frozenset[int] = frozenset()  # lines before which that ends
    earlier: tuple[TensorRow, ...] | None = None  # the rows that were shown before those of this step
    switch: Switch | None = None
    measuring: Measuring = Measuring()
    inspecting: Inspecting = Inspecting()
    comparing: Comparing = Comparing()
    follows: bool = False  # the run at hand is of the program before it, edited, and what changed was not yet in view
    pinned: bool = False  # what changed stays in view
    quiz: Quiz | None = None
    sittings: int = 0  # quizzes begun: each asks something else
    quizzed: frozenset[str] = frozenset()  # the names of lessons whose quiz was answered to its end
    prediction: Prediction | None = None  # None: the lesson asks nothing, or all of it may be told
    predicted: frozenset[str] = frozenset()  # the names of lessons whose question was answered, or is not wanted
    bared: Bared | None = None  # the drawing at hand, where it would tell an answer
    marked: Drawing | None = None  # the drawing with what changed since the run before, while that is in view

    @property
    def output(self) -> tuple[Output, ...]:
        """What the program had printed at the step that is shown."""
        printed, table = self.printed, self.table
        if printed is None:
            return ()
        if self.at is None or table is None or table.step is None or table.run != printed.run:
            return printed.output
        found, left = [], table.printed
        for piece in printed.output:
            if left <= 0:
                break
            found.append(piece._replace(text=piece.text[:left]))
            left -= len(piece.text)
        return tuple(found)

    @property
    def next_run(self) -> int:
        """The id of a run to come, measuring or not."""
        return max(self.run, self.measuring.run, self.comparing.run) + 1

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self.running or self.awaited

    @property
    def current(self) -> bool:
        """Whether the newest run is of the program as it stands."""
        return self.request is not None and self.request[:3] == (self.text, self.mode, self.seed)

    @property
    def settled(self) -> bool:
        """Whether there is a picture of the whole program as it stands, and it may be run unasked once more."""
        picture = self.picture
        return (
            not self.busy
            and self.engine.walled
            and self.current
            and not self.stopped
            and self.exit is not None
            and not self.exit.signal
            and picture is not None
            and picture.run == self.run
            and picture.limits is None
            and (picture.steps > 0 or not picture.failed)
        )

    @property
    def columns(self) -> Drawing | None:
        """The grad modes side by side, where they are what is looked at. A step of the run stands alone."""
        comparison = self.comparing.comparison
        if comparison is None or not self.comparing.seen or self.at is not None or self.empty:
            return None
        return comparison.drawing if self.comparing.document == self.document else None

    @property
    def drawing(self) -> Drawing | None:
        """What is on the canvas."""
        if self.columns is not None:
            return self.columns
        if self.marked is not None and self.at is None and self.shown is not None:
            return self.marked
        return None if self.shown is None else self.shown.drawing

    @property
    def course(self) -> Course:
        """The stops of the run that is shown; none where that is not of the program as it stands."""
        fresh = self.ending is not None and self.ending.table.run == self.run and self.current
        return self.ending.table.course if self.ending is not None and fresh else Course()

    @property
    def steppable(self) -> bool:
        """Whether there are stops to go to, and somebody to draw them."""
        return self.traced and bool(self.course.kinds)

    @property
    def asks(self) -> bool:
        """Whether a question of a quiz is open: where the run is shown is the quiz's choice."""
        return self.quiz is not None and self.quiz.open

    @property
    def wanted(self) -> Options:
        """How the run is to be shown, and at which step."""
        return self.options if self.at is None else self.options._replace(step=self.course.steps[self.at])

    @property
    def empty(self) -> bool:
        """Whether there is no program at all."""
        return not self.text.strip()

    @property
    def too_long(self) -> bool:
        """Whether the program is longer than what is run."""
        return len(self.text) > MAX_SOURCE
