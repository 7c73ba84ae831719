"""Graph: what is drawn of a trace, as nodes and edges with their records, before any size, place or word."""

from enum import StrEnum
from typing import Literal, NamedTuple

from gradviz.model.flow import Passed
from gradviz.model.graph.modules import NOWHERE, Modules
from gradviz.model.trace import BackwardCall, GradFn, Module, Op, Region, Tensor, Value

View = Literal["forward", "backward", "both"]
MANY = 2000  # nodes that are too many to read, however they hang together


class NodeKind(StrEnum):
    """What a node of the picture is."""

    TENSOR = "tensor"
    OP = "op"  # a forward op, with the grad_fn it made in the view "both"
    GRAD_FN = "grad_fn"  # in the view "backward"; AccumulateGrad among them
    FOLD = "fold"


class EdgeKind(StrEnum):
    """What an edge carries."""

    DATA = "data"  # a tensor into an op, or an op's result
    UNRECORDED = "unrecorded"  # the same where autograd recorded nothing
    GRADIENT = "gradient"  # in the view "backward": a grad_fn to a next function


class Span(NamedTuple):
    """Some of the repetitions of a fold, counted from 1."""

    first: int
    last: int
    of: int

    @property
    def text(self) -> str:
        """Which they are, in any language."""
        rounds = f"{self.first:,}" if self.first == self.last else f"{self.first:,}\N{EN DASH}{self.last:,}"
        return f"{rounds} / {self.of:,}"


class Fold(NamedTuple):
    """Many nodes drawn as one."""

    times: int  # how many times the pattern repeats
    ops: tuple[Op, ...]  # the ops of one repetition, in order; times as many are folded
    grad_fns: tuple[str, ...]  # the grad_fn names of one repetition
    saved_bytes: int  # of all repetitions
    lines: tuple[int, int] | None
    members: tuple[str, ...] = ()  # the ids of the nodes, in program order
    done: int | None = None  # how many of their ops have run at the step that is shown; None: all
    parts: tuple["Node", ...] = ()  # what is seen when it is opened: nodes, and folds within it
    starts: tuple[int, ...] = ()  # where among its parts each repetition begins; none where they are in no order
    key: str = ""  # by which it is known in every run, see `model/graph/folds/unfold.py`
    modules: Modules = NOWHERE  # that all its ops ran in
    span: Span | None = None  # of a part of the repetitions of another fold: which
    call: str = ""  # what it is of, where that is one call of a library: "Adam.step()"
    back: tuple[int, int] | None = None  # how many grad_fns the backward call at work has run of them, of how many

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The tensors that it is of, where it is of nothing else; those of AccumulateGrad in the view "backward"."""
        if self.ops or any(part.op is not None for part in self.parts):
            return ()
        found = tuple(part.tensor for part in self.parts if part.tensor is not None)
        return found if len(found) == len(self.parts) else ()


class Node(NamedTuple):
    """One node. Exactly the records its kind needs are present."""

    id: str
    kind: NodeKind
    tensor: Tensor | None = None  # TENSOR: its state at this node (an in-place op starts a new node)
    accumulates: bool = False  # TENSOR: an AccumulateGrad adds into its grad
    sums: tuple[Value | None, ...] = ()  # TENSOR: the gradients that met in .grad
    roots: tuple[BackwardCall, ...] = ()  # TENSOR (or OP, GRAD_FN without a drawn tensor): backward calls from here
    op: Op | None = None  # OP
    grad_fn: GradFn | None = None  # OP (view both), GRAD_FN
    fold: Fold | None = None  # FOLD
    region: int | None = None
    line: int | None = None
    in_error: bool = False
    ghost: bool = False  # not there yet at the step that is shown
    results: tuple[Tensor, ...] = ()  # GRAD_FN without an op: the tensors that it is on, of those that have a name
    uses: tuple[Passed, ...] = ()  # TENSOR: where the gradients pass that meet in .grad, in the order of its uses


class Edge(NamedTuple):
    """From the node that makes a value to the node that uses it, in data direction whatever the view."""

    id: str
    kind: EdgeKind
    tail: str
    head: str
    operand: int  # position among the inputs of `head`; after those come the bases of views that it changes
    output: int  # position among the outputs of `tail`
    gradient: Value | None = None  # what backward passed along this edge
    passed: Passed | None = None  # where that is read; None: nothing alone passes here
    ghost: bool = False  # as of a node


class Opened(NamedTuple):
    """A fold that is open."""

    region: int  # its frame
    fold: Fold


class Graph(NamedTuple):
    """Nodes in program order, edges in order of head and operand, and the regions that hold nodes.

    A fold that is open stands among the regions as the frame round its parts, with an id below 0.
    """

    view: View
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    regions: tuple[Region, ...]
    hidden: int = 0  # nodes behind folds
    opened: tuple[Opened, ...] = ()  # the regions that are open folds
    modules: tuple[Module, ...] = ()  # of the program
