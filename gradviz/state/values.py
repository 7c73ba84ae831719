"""AppState: everything the window shows, as one frozen value. Knows of no Qt, no process and no time."""

from enum import StrEnum
from typing import Literal, NamedTuple

from gradviz.drawing.shapes import Drawing
from gradviz.model.trace import GradMode
from gradviz.model.wire import Exit, Ready, Request
from gradviz.picture.picture import Options, Picture

MAX_PROGRAM = 1024 * 1024  # characters; an editor with more is not run

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


class Chosen(NamedTuple):
    """What the person pointed at last."""

    kind: Literal["mark", "line", "tensor"]
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
    hits: tuple[str, ...] = ()  # nodes, in drawing order
    at: int = 0  # the hit the person is at

    @property
    def hit(self) -> str | None:
        """The mark the person is at; None: nothing was found."""
        return self.hits[self.at] if self.hits else None


class AppState(NamedTuple):
    """All the window shows, except where a panel is scrolled to."""

    text: str = ""
    document: int = 0  # counts the programs opened
    mode: GradMode = "grad"
    live: bool = True
    options: Options = Options()
    theme: Theme = "light"
    wheel: Wheel = "zoom"
    presenting: bool = False  # on a wall, to a room
    engine: Engine = Engine()
    run: int = 0  # the newest run; 0: none yet
    request: Request | None = None  # what that run was asked
    pressed: bool = False  # Run was pressed before the engine was ready
    running: bool = False  # the engine works on the run
    awaited: bool = False  # the run's whole picture has not come yet
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
    said: str = ""  # a word about files, until the person does something else
    chosen: Chosen | None = None
    search: Search | None = None  # None: the person is not searching
    selection: Selection = NOTHING

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self.running or self.awaited

    @property
    def current(self) -> bool:
        """Whether the newest run is of the program as it stands."""
        return self.request is not None and (self.request.source, self.request.mode) == (self.text, self.mode)

    @property
    def empty(self) -> bool:
        """Whether there is no program at all."""
        return not self.text.strip()

    @property
    def too_long(self) -> bool:
        """Whether the program is longer than what is run."""
        return len(self.text) > MAX_PROGRAM
