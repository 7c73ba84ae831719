"""AppState: everything the window shows, as one frozen value. Knows of no Qt, no process and no time."""

from enum import Enum, StrEnum
from typing import Literal, NamedTuple

from gradviz.drawing.shapes import Drawing
from gradviz.model.costs.table import CostTable
from gradviz.model.moments.course import Course
from gradviz.model.program import MAX_SOURCE
from gradviz.model.quiz.wanted import Wanted
from gradviz.model.source.place import Edit
from gradviz.model.trace import GradMode, LimitName, Output
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.inspection.inspection import Inspect, Inspection, Subject
from gradviz.picture.picture import Comparison, Options, Picture, TensorRow
from gradviz.picture.quiz.questions import AskQuiz, Question
from gradviz.state.keys import Keys
from gradviz.state.session import Session
from gradviz.state.slidemessages import Slid

Theme = Literal["light", "dark"]
Wheel = Literal["zoom", "scroll"]


class Phase(StrEnum):
    """What the engine process is doing."""

    STARTING = "starting"
    READY = "ready"
    ENDED = "ended"  # it would not start; only Run tries again


class Engine(NamedTuple):
    """What the window knows of the engine process."""

    phase: Phase = Phase.STARTING
    ready: Ready | None = None  # what it last said of itself
    reason: str = ""  # why it ended last
    failures: int = 0  # ends in a row without ever being ready

    @property
    def walled(self) -> bool:
        """Whether programs run behind the operating system's wall."""
        return self.ready is not None and not self.ready.sandbox


class Shown(NamedTuple):
    """The drawing on the canvas, and what it is of."""

    drawing: Drawing
    run: int
    document: int
    good: bool = True  # its run came to its end
    number: int = 0  # of the picture that it came with, or that was the last to change it


class Ending(NamedTuple):
    """What was shown when a run had ended: the person comes back to it from any step."""

    shown: Shown
    table: Picture
    options: Options | None  # how that was to be


class Chosen(NamedTuple):
    """What the person pointed at last."""

    kind: Literal["mark", "line", "tensor", "module"]
    value: str | int


class Selection(NamedTuple):
    """What lights up for it in every panel. `lit` is None where nothing is dimmed."""

    marks: frozenset[str] = frozenset()
    lit: frozenset[str] | None = None
    lines: tuple[int, ...] = ()
    tensors: frozenset[int] = frozenset()


NOTHING = Selection()


class Search(NamedTuple):
    """What the person looks for in the graph, and where it is."""

    query: str
    hits: tuple[str, ...] = ()  # nodes, in drawing order, each before the edges that leave its badges
    at: int = 0  # the hit the person is at

    @property
    def hit(self) -> str | None:
        """The mark the person is at; None: nothing was found."""
        return self.hits[self.at] if self.hits else None


class Switch(NamedTuple):
    """The last switch of a tensor's requires_grad, and the way back."""

    name: str  # of the tensor, as its row tells it
    on: bool  # what requires_grad is to be
    text: str  # the program after it
    back: Edit  # what makes of that the text before


class Refusal(Enum):
    """Why what was asked for was not done: a switch of requires_grad, beside the reasons of its row, or a step."""

    STALE = "the rows are not of the text in the editor"
    UNNAMED = "no name of the program holds it"
    EARLIER = "at the step that is shown it is not what it is in the end, which is what an edit changes"
    END = "the run is at its end"


class NoPython(NamedTuple):
    """Why programs do not run in the Python that was chosen, but in the window's own."""

    python: str
    reason: str


class Elsewhere(NamedTuple):
    """A session that was brought back is of another run than the one that is here."""

    torch: str  # that ran it when it was kept
    here: str  # that runs it now
    other: bool  # whether the run has other stops


Said = str | Refusal | NoPython | Elsewhere  # a word about what was asked for


class Measuring(NamedTuple):
    """What the program costs in each grad mode, as far as it is known."""

    seen: bool = False  # its panel is in view
    pressed: bool = False  # the person asked for it, and it has not begun
    run: int = 0  # the newest measuring run; 0: none yet
    going: bool = False
    source: str | None = None  # the program that this run is of; None: it was cut short
    table: CostTable | None = None
    of: str = ""  # the program that the table is of
    limit: LimitName | None = None  # that ended the measuring run


class Inspecting(NamedTuple):
    """What the inspector looks at."""

    seen: bool = False  # its panel is in view
    of: Subject | None = None
    run: int = 0  # of what was asked
    asked: Inspect | None = None  # the newest question
    awaited: bool = False  # its answer is still to come
    found: Inspection | None = None  # the newest answer


class Comparing(NamedTuple):
    """The program in every grad mode side by side, as far as it has been run."""

    seen: bool = False  # the person wants to see it
    run: int = 0  # the newest run in another mode than the one chosen; 0: none yet
    mode: GradMode | None = None  # in which it goes on
    done: tuple[GradMode, ...] = ()  # in which the program has run since it was run in the one chosen
    stopped: bool = False
    slow: bool = False  # it has taken long enough to say so
    comparison: Comparison | None = None  # the newest
    document: int = 0  # that it is of


class Quiz(NamedTuple):
    """A sitting: questions about a run, answered one after another."""

    run: int
    asked: AskQuiz
    questions: tuple[Question, ...] = ()
    awaited: bool = True  # they are still to come
    at: int = 0  # the question at hand; beyond the last: the score
    answers: tuple[int, ...] = ()  # the choices that were taken
    lights: bool = False  # what the question is about is to be lit when the picture of its answer has come
    back: bool = False  # the run is shown as it was before the line of a question that is answered

    @property
    def question(self) -> Question | None:
        """The question at hand; None: there is none, or all have been answered."""
        return self.questions[self.at] if self.at < len(self.questions) else None

    @property
    def open(self) -> bool:
        """Whether the question at hand has not been answered."""
        return self.question is not None and len(self.answers) == self.at

    @property
    def is_last(self) -> bool:
        """Whether no question comes after the one at hand."""
        return self.at == len(self.questions) - 1

    @property
    def veils_the_end(self) -> bool:
        """Whether what is known of the end of the run may answer a question that is open, or one to come."""
        return self.question is not None and (self.open or not self.is_last)

    @property
    def right(self) -> int:
        """How many answers were right."""
        return sum(one.right == choice for one, choice in zip(self.questions, self.answers, strict=False))


class Point(NamedTuple):
    """What one run told of the number that is slid."""

    at: float  # the number
    value: float  # of the tensor that is looked at
    slope: float | None = None  # the .grad of the leaf that holds the number, where that is the slope there


class Bared(NamedTuple):
    """A drawing without what would tell an answer to come."""

    of: Shown
    shown: Shown  # in its place


class Prediction(NamedTuple):
    """The question that the open lesson puts before it tells more."""

    wanted: Wanted
    at: int | None = None  # the stop at which it is put; None: its run is not there yet


class Slide(NamedTuple):
    """A number under the person's hand, and what the runs that came back told of it."""

    ran: Slid  # as it was run last
    name: str = ""  # of the tensor that is looked at
    leaf: str = ""  # that holds the number; "": none is known to
    points: tuple[Point, ...] = ()  # one for each number that was run


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
