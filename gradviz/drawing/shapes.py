"""The Drawing: what is painted, as frozen marks made of paths and texts, each with a role and no colour."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import cycle
from operator import add
from typing import Literal, NamedTuple

from gradviz.layout.geometry import Point, Rect, Size

Anchor = Literal["start", "middle", "end"]


class Role(StrEnum):
    """What a shape stands for. A theme gives each role its colours, pen and dash."""

    LEAF = "leaf"  # leaf that requires grad
    CONSTANT = "constant"  # leaf that does not
    INTERMEDIATE = "intermediate"
    ROOT = "root"  # output, where backward starts
    OP = "op"  # recorded op and its grad_fn
    UNRECORDED = "unrecorded"  # op that autograd did not record
    ACCUMULATE = "accumulate"
    SAVED = "saved"
    SAVED_CORNER = "saved_corner"  # the folded corner of its note
    FREED = "freed"  # that note, once nothing of it is kept any more
    DETACHED = "detached"  # result of an unrecorded op
    INFERENCE = "inference"
    ERROR = "error"
    FOLD = "fold"
    REGION = "region"  # no_grad, or grad switched on again inside it
    REGION_INFERENCE = "region_inference"
    OPENED = "opened"  # a fold that is open, round its parts
    OPENED_TITLE = "opened_title"
    REGION_TITLE = "region_title"  # the ground behind the name of a region
    REGION_INFERENCE_TITLE = "region_inference_title"
    DATA_EDGE = "data_edge"
    UNRECORDED_EDGE = "unrecorded_edge"
    SAVED_EDGE = "saved_edge"
    GRADIENT_EDGE = "gradient_edge"
    LEGEND = "legend"
    INPUT = "input"  # in the view "forward": a tensor that no op made
    RESULT = "result"  # in the view "forward": a tensor that an op made
    ROOT_STRIP = "root_strip"  # the band that names the backward call
    STAR = "star"  # the sign of a root
    PARTIAL = "partial"  # the sign of a gradient
    GHOST = "ghost"  # a box that is not there yet at the step that is shown
    GHOST_EDGE = "ghost_edge"
    GAINED = "gained"  # the tag of what one run has beyond another
    LOST = "lost"  # the tag of what it lacks
    COLUMN = "column"  # the ground of one run beside others
    HEAT_1 = "heat_1"  # an op that costs least, in time or bytes
    HEAT_2 = "heat_2"
    HEAT_3 = "heat_3"
    HEAT_4 = "heat_4"  # and most
    GAUGE = "gauge"  # how much that is of the most
    BADGE = "badge"  # the sign of a badge: the box of the leaf is elsewhere
    STOP = "stop"  # the bar across an edge that no gradient passes


HEATS = (Role.HEAT_1, Role.HEAT_2, Role.HEAT_3, Role.HEAT_4)  # coolest first


class TextRole(StrEnum):
    """How a text reads. A theme gives each its colour, size and weight."""

    TITLE = "title"
    OP = "op"
    BODY = "body"
    GRAD = "grad"  # the .grad of a tensor
    GRAD_FN = "grad_fn"
    GRADIENT = "gradient"  # on an edge
    MUTED = "muted"
    TROUBLE = "trouble"  # numbers that spoil the run
    REGION = "region"
    ROOT = "root"
    SAVED = "saved"
    LEGEND = "legend"
    TAG = "tag"
    BADGE = "badge"  # the name on a badge


class Path(NamedTuple):
    """An outline or a line. `ops` is one letter a command, `coords` their points in order: x, y, x, y, ...

    M, L, C and Z take 1, 1, 3 and 0 points as in SVG. R is a whole rectangle with round corners, which most boxes have:
    its top left and bottom right corner, and the point as far inside the first as its corners are round.
    """

    ops: str
    coords: tuple[float, ...]
    role: Role
    filled: bool = True
    arrow: bool = False  # an arrow head at its end

    def moved(self, dx: float, dy: float) -> "Path":
        """The same elsewhere."""
        ops, coords, role, filled, arrow = self
        return Path(ops, tuple(map(add, coords, cycle((dx, dy)))), role, filled, arrow)


class Text(NamedTuple):
    """One line of plain text. `at` is the point on the baseline named by `anchor`; `width` is what it may take."""

    at: Point
    text: str
    role: TextRole
    anchor: Anchor
    width: float

    def moved(self, dx: float, dy: float) -> "Text":
        """The same elsewhere."""
        (x, y), text, role, anchor, width = self
        return Text(Point(x + dx, y + dy), text, role, anchor, width)


Record = tuple[Literal["tensor", "op", "grad_fn"], int]  # of the trace, by its kind and id


class Mark(NamedTuple):
    """One thing a person can point at: a node, an edge or a frame, with all that is painted for it."""

    id: str
    role: Role
    rect: Rect
    paths: tuple[Path, ...]
    texts: tuple[Text, ...]
    title: str  # for the hover card and SVG title, plain text
    description: str  # lines for the hover card and SVG desc, plain text
    line: int | None = None  # source line
    tensor: int | None = None
    op: int | None = None
    grad_fn: int | None = None
    ends: tuple[str, str] | None = None  # of an edge: the ids of its tail and head marks
    badge: Rect | None = None  # of an edge drawn from a badge: where that is, which stands for its tail

    @property
    def record(self) -> "Record | None":
        """What it is a record of; an op stands for the grad_fn it made."""
        if self.grad_fn is not None:
            return "grad_fn", self.grad_fn
        if self.op is not None:
            return "op", self.op
        return None if self.tensor is None else ("tensor", self.tensor)

    def moved(self, dx: float, dy: float) -> "Mark":
        """The same elsewhere."""
        return self._replace(
            rect=self.rect.moved(dx, dy),
            paths=tuple(path.moved(dx, dy) for path in self.paths),
            texts=tuple(text.moved(dx, dy) for text in self.texts),
            badge=None if self.badge is None else self.badge.moved(dx, dy),
        )


class Drawing(NamedTuple):
    """A whole picture, painted in this order: frames, edges, titles of frames, nodes, legend.

    There may be so many edges and nodes that the window holds them by the page (`drawing/pages/marks.py`).
    """

    size: Size
    frames: tuple[Mark, ...]
    edges: Sequence[Mark]
    nodes: Sequence[Mark]
    legend: tuple[Mark, ...] = ()
    titles: tuple[Mark, ...] = ()  # of the frames: an edge that enters a frame must not cross its name
    title: str = ""
    description: str = ""


def badge_border(mark: Mark) -> tuple[Path, ...]:
    """The outline of the badge of an edge, if it has one that is painted."""
    return tuple(path for path in mark.paths if path.filled and path.role is not Role.BADGE) if mark.badge else ()


def region_mark(region: int) -> str:
    """The id of the frame of a region."""
    return f"region-{region}"
