"""Frozen records of one run: what the engine writes down and every other layer reads.

Every record is a named tuple, so that the engine encodes it with the standard library alone (as a JSON array, from the
end of which fields with their default may be left out) and the reading side validates it into the very same type. Ids
count up from 0 within one run and are never memory addresses. A record whose id was sent before replaces the earlier
one: the stream is the history, the Trace its end.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Literal, NamedTuple

SCHEMA = 1

GradMode = Literal["grad", "no_grad", "inference"]
Phase = Literal["forward", "backward"]
StepKind = Literal["line", "op", "backward", "accumulate"]
SavedState = Literal["kept", "freed", "packed"]
# "unseen": it was there before anybody looked; "unread": so it was, and what it leads to was not asked.
Origin = Literal["op", "function", "accumulate", "torch", "unseen", "unread"]
LimitName = Literal["time", "memory", "ops", "output"]
Unbounded = Literal["nan", "inf"]
Stream = Literal["stdout", "stderr"]
# One element; a non-finite or complex number is its text ("nan", "inf", "-inf", "(1+2j)").
Number = bool | int | float | str
# What a grad_fn was told beside tensors: a dimension, a shape, a factor, the name of a variant.
Setting = bool | int | float | str | tuple[int, ...] | None

NOTE = "Note"  # category of what is not torch's warning but gradviz's own
FUNCTION = "function::"  # before the name of an autograd.Function, where an op has its namespace
SCRIPT = "script::"  # the same, of a scripted function
NO_INPUT = "no input requires grad"  # why an op was not recorded
INSIDE_FUNCTION = "inside autograd.Function"  # why an op of its forward was not recorded: the call is, as a whole
AT_LEVEL = "recorded inside torch.func"  # why an op is in no graph of the program's: a transform kept it to itself
INSIDE_SCRIPT = "inside TorchScript"  # autograd sees it and those around it as one
INSIDE_HOOK = "inside a saved tensor hook"
RESOLVED = "a copy for the kernel"  # of a conjugate view, which autograd does not see: what comes next takes the view
SCRIPTED = "DifferentiableGraphBackward"  # the grad_fn of ops that TorchScript differentiates as one
OUTPUT_NR = "output_nr"  # its setting: which of its outputs those of its op are
DETACH_ = "aten::detach_.default"  # the op that takes a tensor out of the graph in place
COPY_SLICES = "CopySlices"  # the grad_fn of a base that was changed through a view: it holds that of the op
INSIDE = "fn"  # its setting that tells which, and before the names of what that saved; left out where nobody can know
NOTHING_LOST = (None, NO_INPUT, AT_LEVEL)  # reasons for which no gradient of the program's is cut off


class Value(NamedTuple):
    """What a tensor held when it was read: all of it up to 64 elements, statistics beyond.

    `data` is flat, in row-major order, and reshapes to `shape`. Where it is present the statistics are left out:
    they follow from it (see `statistics`). Where neither is there, the value could not be read, or, as `uninitialized`
    says, some of its many elements were as torch.empty had handed them out, or were computed from such.
    """

    shape: tuple[int, ...]
    data: tuple[Number, ...] | None = None
    min: Number | None = None
    max: Number | None = None
    mean: Number | None = None
    std: Number | None = None
    nan: int = 0
    inf: int = 0
    uninitialized: bool = False


class Tensor(NamedTuple):
    """One tensor object of the program, as it was at `step`."""

    id: int
    step: int
    shape: tuple[int, ...]
    dtype: str
    device: str
    requires_grad: bool
    is_leaf: bool
    is_inference: bool
    retains_grad: bool
    version: int | None  # None: inference tensors have no version counter
    nbytes: int
    storage: int  # storages count up like ids; tensors that share memory share it
    base: int | None  # the tensor this one is a view of
    made_by: int | None  # op
    grad_fn: int | None
    line: int | None
    value: Value | None = None
    grad: Value | None = None
    names: tuple[str, ...] = ()  # every name it was bound to, in order; filled in by the reading side
    is_parameter: bool = False
    grad_tensor: int | None = None  # the tensor in .grad, where it was seen being made
    strides: tuple[int, ...] | None = None  # in elements; None: those of a contiguous tensor, or it has none


class Op(NamedTuple):
    """One forward or backward call that reached a kernel, recorded by autograd or not."""

    id: int
    step: int
    name: str  # "aten::mul.Tensor"
    call: str | None  # as the person wrote it: "x * x"
    phase: Phase
    line: int | None
    module: str | None
    inputs: tuple[int, ...]  # tensor ids in operand order, repeated operands repeated
    outputs: tuple[int, ...]
    grad_mode: GradMode
    grad_fn: int | None
    why_unrecorded: str | None
    region: int | None = None
    given: Unbounded | None = None  # a plain number among its arguments: x + float("inf")
    nested: bool = False  # its module is not the one that `call` calls, but one within that

    @property
    def kind(self) -> str:
        """Its name without namespace and overload: "mul"."""
        return self.name.removeprefix("aten::").partition(".")[0]


# Names of the ops whose result is memory that nobody has written to: what is found there says nothing.
EMPTY = frozenset(
    (
        "aten::empty.memory_format",
        "aten::empty_strided.default",
        "aten::empty_like.default",
        "aten::empty_permuted.default",
        "aten::new_empty.default",
        "aten::new_empty_strided.default",
    )
)


class Saved(NamedTuple):
    """A tensor kept by a grad_fn for backward."""

    name: str
    tensor: int | None
    nbytes: int
    version: int | None
    state: SavedState
    storage: int | None = None
    shape: tuple[int, ...] = ()
    memory: int | None = None  # bytes of that storage, see `keeps`; None: not known

    @property
    def keeps(self) -> int:
        """Bytes that it keeps alive: of a view all of the memory that it is a view of."""
        return self.nbytes if self.memory is None else self.memory

    @property
    def is_hidden(self) -> bool:
        """Whether a hook packed it, so that nobody knows which tensor it is, or was, and how large."""
        return self.tensor is None and (self.state == "packed" or (self.state == "freed" and not self.nbytes))


class GradFn(NamedTuple):
    """A node of the backward graph; `next` is torch's next_functions, in operand order."""

    id: int
    step: int
    name: str  # "MulBackward0"
    next: tuple[tuple[int | None, int], ...]
    variable: int | None  # the leaf of an AccumulateGrad
    line: int | None
    saved: tuple[Saved, ...]
    origin: Origin = "op"
    settings: dict[str, Setting] | None = None  # by torch's own names: alpha, dim, self_sym_sizes; None: there are none
    shapes: tuple[tuple[int, ...], ...] = ()  # of the results that it is on, where no op tells

    @property
    def kind(self) -> str:
        """The function whose backward it is: "Mul"."""
        return self.name.partition("Backward")[0]


class Step(NamedTuple):
    """One event of the run, in order.

    A "line" step is a line about to run, in the module or in one call of a function. `names` are the bindings of that
    scope that changed (None: the name went away), `elsewhere` those of others that changed, as by a global statement,
    `arguments`, at the first line of a call, what its parameters were bound to, `depth` the calls of the program's own
    functions that it is inside. A "backward" step is one execution of a grad_fn: `arrived` are the gradients it was
    given, one per output, `left` those it passed on, one per entry of `next`. "accumulate" is the same for an
    AccumulateGrad.
    """

    id: int  # "index" in the JSON of the contract; a tuple's own `index` is taken
    kind: StepKind
    line: int | None
    op: int | None = None
    grad_fn: int | None = None
    names: dict[str, int | None] | None = None
    arrived: tuple[Value | None, ...] = ()
    left: tuple[Value | None, ...] = ()
    depth: int = 0
    scope: int = 0  # 0: the module; each call of a function has a number of its own
    function: str | None = None  # the function whose call that is: "Net.forward"
    elsewhere: dict[int, dict[str, int | None]] | None = None  # by scope
    arguments: dict[str, int | None] | None = None


def named_by(step: Step) -> Iterable[tuple[str, int | None]]:
    """The names that statements changed since the line step before, whosever they are, with their tensors."""
    if step.elsewhere:
        return chain.from_iterable(names.items() for names in (step.names or {}, *step.elsewhere.values()))
    return step.names.items() if step.names else ()


class BackwardCall(NamedTuple):
    """One entry into torch's autograd engine: backward(), autograd.grad() and what calls them."""

    id: int
    step: int
    line: int | None
    call: str | None
    roots: tuple[int | None, ...]  # tensors
    grad_fns: tuple[int | None, ...]  # of those tensors
    keep_graph: bool
    create_graph: bool
    inputs: tuple[int, ...] | None = None  # grad_fns whose gradients alone are asked for; None: every leaf's
    accumulates: bool = True  # into .grad, as backward() does; torch.autograd.grad() returns the gradients instead


class Hook(NamedTuple):
    """A hook of the program's: on the tensor, grad_fn or module that it was registered on, until it is removed."""

    id: int
    step: int
    how: str  # what registered it: "register_hook"; "_register_hook": on a grad_fn that was gone too soon to tell
    function: str  # "clip"
    line: int | None  # that registered it
    tensor: int | None
    # What it is on, or what the gradients of the tensor came to then; None: that was a leaf of no graph, or is unknown.
    grad_fn: int | None
    module: str | None  # as in `Op.module`
    removed: int | None = None  # the stamp from which on it is

    @property
    def written(self) -> str:
        """What registered it, as programs write it: on a grad_fn register_hook is not what it is on a tensor."""
        return self.how if self.tensor is not None or self.module is not None else f"grad_fn.{self.how}"

    @property
    def text(self) -> str:
        """It as it was registered: "register_hook(clip)"."""
        return f"{self.written}({self.function})"

    @property
    def given(self) -> str:
        """What it is given and may change: "∂", the gradient that comes; "grad_inputs", what is passed on; ".grad"."""
        if self.how == "register_post_accumulate_grad_hook":
            return ".grad"
        return "grad_inputs" if self.written == "grad_fn.register_hook" else "∂"


class HookCall(NamedTuple):
    """One call of a hook in backward: the gradients that it was given, and what they were when it was done."""

    hook: int
    step: int
    grad_fn: int | None  # for which torch ran it
    before: tuple[Value | None, ...]
    after: tuple[Value | None, ...]


class Region(NamedTuple):
    """A stretch of the run in another grad mode than around it, opened by one line."""

    id: int
    parent: int | None
    mode: GradMode
    line: int | None
    text: str  # the line as written: "with torch.no_grad():"


class Module(NamedTuple):
    """A module of the program, or an optimizer: what it is called, and its class."""

    path: str  # as in `Op.module`; of an optimizer its name
    type: str


class Output(NamedTuple):
    """Text the program wrote."""

    line: int | None
    text: str
    stream: Stream = "stdout"
    step: int = 0  # as many steps had begun: it stands there from this step on


class Warned(NamedTuple):
    """A warning raised while the program ran."""

    line: int | None
    category: str
    message: str


class ProgramError(NamedTuple):
    """The exception that ended the program, or the reason it could not start. Columns count from 1, 0 unknown."""

    type: str
    message: str
    line: int | None
    hint: str | None = None  # stable id of the explanation, see model/errors/errors.py; filled in by the reading side
    tensors: tuple[int, ...] = ()
    grad_fns: tuple[int, ...] = ()
    column: int = 0
    end_line: int | None = None
    end_column: int = 0
    suggestion: str | None = None  # a name that exists, near one that does not
    file: str | None = None  # beside the program, in which it was raised; `line` is the program's own that led there
    file_line: int | None = None


class Limit(NamedTuple):
    """A limit that ended the run, and where."""

    reached: LimitName
    at: str


class Memory(NamedTuple):
    """Bytes of tensor storages, each counted once. None: not measured."""

    saved_bytes: int = 0  # kept for backward over the whole run
    peak_bytes: int = 0  # most that lived at once
    graph_bytes: int | None = None  # of the graph itself
    parameter_bytes: int = 0  # of saved_bytes, those of leaves that require grad, which live without a graph too


class End(NamedTuple):
    """The last thing a run says of itself."""

    error: ProgramError | None
    limits: Limit | None
    memory: Memory
    seconds: float
    caught: tuple[ProgramError, ...] = ()  # errors of backward calls that did not end the run


class Page(NamedTuple):
    """One frame of the stream from a run: the records made since the page before."""

    tensors: tuple[Tensor, ...] = ()
    ops: tuple[Op, ...] = ()
    grad_fns: tuple[GradFn, ...] = ()
    steps: tuple[Step, ...] = ()
    backwards: tuple[BackwardCall, ...] = ()
    regions: tuple[Region, ...] = ()
    output: tuple[Output, ...] = ()
    warnings: tuple[Warned, ...] = ()
    modules: tuple[Module, ...] = ()
    hooks: tuple[Hook, ...] = ()
    hook_calls: tuple[HookCall, ...] = ()
    sealed: tuple[str, ...] = ()
    end: End | None = None


class Trace(NamedTuple):
    """The full record of one run. `tensors`, `ops`, `grad_fns` are indexed by id; `past` holds superseded states."""

    torch: str
    python: str
    mode: GradMode
    source: str
    tensors: tuple[Tensor, ...] = ()
    past: tuple[Tensor, ...] = ()  # earlier states of tensors that changed, in order
    ops: tuple[Op, ...] = ()
    grad_fns: tuple[GradFn, ...] = ()
    steps: tuple[Step, ...] = ()
    backwards: tuple[BackwardCall, ...] = ()
    regions: tuple[Region, ...] = ()
    output: tuple[Output, ...] = ()
    warnings: tuple[Warned, ...] = ()
    error: ProgramError | None = None
    limits: Limit | None = None
    memory: Memory = Memory()
    seconds: float = 0.0
    past_grad_fns: tuple[GradFn, ...] = ()  # earlier states of grad_fns, whose saved tensors were freed since
    caught: tuple[ProgramError, ...] = ()  # errors of backward calls that did not end the run
    modules: tuple[Module, ...] = ()  # in the order in which they got their names; a name may come with several classes
    hooks: tuple[Hook, ...] = ()  # indexed by id
    hook_calls: tuple[HookCall, ...] = ()  # in order
    sealed: tuple[str, ...] = ()  # paths of tuples and whatever else takes no other tensor in the place of one it holds
    seen: bool = True  # as it went on; False: it is of a graph that was there already, read as it stood
