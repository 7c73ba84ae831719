"""The Picture: all that a person sees of one run, as plain values that cross to the window."""

from typing import Literal, NamedTuple

from gradviz.drawing.pages.change import Change
from gradviz.drawing.shapes import Drawing, Mark
from gradviz.drawing.theme import ThemeName
from gradviz.layout.diagram import Direction
from gradviz.layout.geometry import Size
from gradviz.model.cost import MODES
from gradviz.model.costs.heat import HeatOf
from gradviz.model.graph.graph import MANY, View
from gradviz.model.moments.course import Course
from gradviz.model.source.place import Edit
from gradviz.model.trace import GradMode, Limit, Output

FoldMode = Literal["auto", "none"]
Engine = Literal["layered", "graphviz"]
Language = Literal["en", "ja"]
DataFormat = Literal["dot", "json"]


# What is kept of a graph for some nodes: what they come from, what they lead to, both, or all but those nodes.
Keeps = Literal["from", "to", "linked", "others"]


class Focus(NamedTuple):
    """Less of the graph than there is."""

    keeps: Keeps
    key: str  # of a fold, or as of `model/graph/spots.py`
    more: tuple[str, ...] = ()  # keys of what is meant beside it

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all that is meant."""
        return self.key, *self.more


class Options(NamedTuple):
    """How a trace is to be shown."""

    view: View = "both"
    fold: FoldMode = "auto"
    layout: Engine = "layered"
    direction: Direction = "TB"
    step: int | None = None  # show the state at this step; None: the end
    language: Language = "en"
    legend: bool = False
    ghosts: bool = True  # what is not there yet at a step is outlined in its place
    values: bool = True
    badges: bool = True  # where a leaf is used far from its box
    heat: HeatOf = "off"
    opened: tuple[str, ...] = ()  # keys of folds that are open, in the order in which they were opened
    most: int | None = MANY  # boxes that are drawn unasked; None: as many as there are
    focus: tuple[Focus, ...] = ()  # one after the other
    module: str = ""  # the path of the module that is looked into; "": the whole program
    beside: tuple[GradMode, ...] = MODES  # that stand side by side, two or more
    document: int = 0  # counts the programs opened: a run is not compared with one of another, nor laid out after it


class Wish(NamedTuple):
    """How the run is to be shown, and what of it the asker has: the change of a drawing is less than another one."""

    options: Options
    since: int | None = None  # the number of the picture whose drawing it has; None: it has none of this run


class Save(NamedTuple):
    """A file that is to hold the run's trace, or the graph of it as it is shown."""

    path: str
    format: DataFormat
    theme: ThemeName
    options: Options


class Saved(NamedTuple):
    """What became of it."""

    path: str
    reason: str = ""  # why there is no file; "": it is written


class Offer(NamedTuple):
    """A change that is offered: what it does, in words, and the change of the source, or the grad mode to run it in."""

    text: str
    edit: Edit | GradMode


class FoldRow(NamedTuple):
    """A fold of the drawing."""

    mark: str  # its box; where it is open: the title of its frame
    key: str
    open: bool = False
    inside: tuple[str, ...] = ()  # the nodes that stand in its frame and in no frame of a fold within it


class ModuleRow(NamedTuple):
    """A module of the program: what is in it, and in the modules in that."""

    path: str
    ops: int
    parameters: int
    saved_bytes: int
    marks: tuple[str, ...] = ()  # the nodes of its own ops
    types: tuple[str, ...] = ()  # its class; several where several modules had its path


class FlagRow(NamedTuple):
    """A flag of a tensor beside requires_grad, or that of a module it is in."""

    name: str  # "retain_grad", "detach", or the path of a module
    on: bool
    edit: Edit | None = None  # of the source, that gives it its other value
    locked: str = ""  # why there is none


class TensorRow(NamedTuple):
    """One row of the tensors table, as text ready to show."""

    tensor: int
    name: str
    shape: str
    dtype: str
    requires_grad: bool
    is_leaf: bool
    grad_fn: str
    value: str
    grad: str
    line: int | None
    mark: str | None  # the drawing's node for it
    edit: Edit | None = None  # of the source, that gives requires_grad its other value
    locked: str = ""  # why there is none
    unlock: Offer | None = None  # what then makes it possible
    flags: tuple[FlagRow, ...] = ()
    number: float | None = None  # what it holds, where that is one finite real number
    slope: float | None = None  # likewise its .grad


class Local(NamedTuple):
    """A tensor that a name of a function stood for when that ran last."""

    function: str  # "Net.forward"
    name: str
    shape: str
    dtype: str


class Problem(NamedTuple):
    """An error or warning and where it stands. Lines and columns count from 1; column 0: the whole line."""

    severity: Literal["error", "warning"]
    line: int | None
    column: int
    end_line: int | None
    end_column: int
    message: str  # what happened, in words for a person
    original: str  # what Python or torch said
    hint: str | None
    offers: tuple[Offer, ...] = ()  # after any of which it is not there


FEW = 5_000  # ops and tensors, beyond which what changed since the run before takes longer than a person types


class Changes(NamedTuple):
    """What changed since the run before: in words, and as marks that stand in for those of the drawing or join them."""

    told: tuple[str, ...]
    nodes: tuple[Mark, ...]  # with tags; ghosts of what is gone
    edges: tuple[Mark, ...]  # ghosts
    size: Size  # of the drawing with them
    switched: bool  # only the grad mode or a flag was changed


class Side(NamedTuple):
    """One quantity in each grad mode, as text."""

    name: str
    cells: tuple[str, ...]


class Comparison(NamedTuple):
    """One program in several grad modes."""

    run: int  # in the mode that was chosen
    drawing: Drawing | None  # a column for each; None: too large
    modes: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    notice: str = ""
    errors: tuple[str, ...] = ()  # that each run ended in, whole; "" where there is none


class Hot(NamedTuple):
    """One entry of the list of what costs most."""

    text: str
    mark: str | None = None  # of the node
    line: int | None = None


class Picture(NamedTuple):
    """What the window shows after a run, or while it goes on (`complete` False)."""

    run: int
    complete: bool
    drawing: Drawing | None  # None: nothing to draw, keep the last good one; or `change` tells what is another
    rows: tuple[TensorRow, ...] = ()
    output: tuple[Output, ...] = ()
    problems: tuple[Problem, ...] = ()
    limits: Limit | None = None
    ops: int = 0
    grad_fns: int = 0
    tensors: int = 0
    steps: int = 0
    hidden: int = 0
    saved_bytes: int = 0
    seconds: float = 0.0
    notice: str = ""  # e.g. that the Graphviz layout gave way to the live one
    course: Course = Course()  # the stops of the run; only with the picture of its end
    step: int | None = None  # that the drawing and the rows are of; None: the end
    now: str | None = None  # the mark of what was done at that step
    changes: Changes | None = None  # since the run before; None: none, or it was of another program
    number: int = 0  # counts the pictures of a run
    printed: int = 0  # characters of the output of its end that stood there at that step
    change: Change | None = None  # of the drawing of an earlier picture of the run
    hottest: tuple[Hot, ...] = ()  # nodes, then lines, where heat is wanted
    folds: tuple[FoldRow, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()  # of nodes: by what they are found in another run; only with the end
    modules: tuple[ModuleRow, ...] = ()  # each before those in it; likewise
    locals: tuple[Local, ...] = ()  # of the functions of the program; likewise
    root: int | None = None  # the tensor that backward() was called on last
    plain: bool = False  # it was called once, as it is: each .grad is the derivative of that tensor
    withheld: int = 0  # boxes that there would be, were they not more than is drawn unasked; 0: all is as was wanted

    @property
    def failed(self) -> bool:
        """Whether the run ended in an error, or there was none because the text is no program."""
        return any(problem.severity == "error" for problem in self.problems)
