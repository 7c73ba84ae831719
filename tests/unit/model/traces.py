"""Small traces made by hand, as a run would have recorded them: one tape, on which lines and ops follow each other.

Stamps are those of the engine: what an op made is written down when the step after it is about to begin.
"""

from collections import defaultdict
from collections.abc import Sequence

from gradviz.model.moments.moment import History, Moment
from gradviz.model.trace import BackwardCall, GradFn, GradMode, Op, Region, Saved, Step, Tensor, Trace, Value
from gradviz.model.why.grounds import Grounds, grounds


def end(trace: Trace) -> Moment:
    """The end of a run."""
    return History(trace).end


def known(trace: Trace) -> Grounds:
    """The end of a run, as what words it is given it."""
    return grounds(History(trace))


def scalar(number: float) -> Value:
    return Value((), (number,))


def vector(*numbers: float) -> Value:
    return Value((len(numbers),), numbers)


class Tape:
    """Records what it is told, in order. Ids are those the methods return."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.past: list[Tensor] = []
        self.ops: list[Op] = []
        self.grad_fns: list[GradFn] = []
        self.steps: list[Step] = []
        self.backwards: list[BackwardCall] = []
        self.regions: list[Region] = []
        self._at: int | None = None
        self._accumulators: dict[int, int] = {}
        # Found without looking through all: places in `past` by tensor, tensors by storage.
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        self._sharing: defaultdict[int, list[int]] = defaultdict(list)

    def trace(self) -> Trace:
        return Trace(
            "2.13.0",
            "3.11.7",
            "grad",
            "",
            tensors=tuple(self.tensors),
            past=tuple(self.past),
            ops=tuple(self.ops),
            grad_fns=tuple(self.grad_fns),
            steps=tuple(self.steps),
            backwards=tuple(self.backwards),
            regions=tuple(self.regions),
        )

    def line(self, number: int | None, **names: int | None) -> None:
        """A line is about to run; `names` were bound by the line before it."""
        self.steps.append(Step(len(self.steps), "line", number, names=names or None))
        for name, tensor in names.items():
            if tensor is not None:
                self._rename(tensor, name)
        self._at = number

    def leaf(self, value: Value, *, requires_grad: bool = True, region: int | None = None) -> int:
        """torch.tensor(...): an op without inputs makes it."""
        tensor = self._tensor(value, requires_grad=requires_grad, is_leaf=True)
        self._op("aten::lift_fresh", (), (tensor,), region=region)
        return tensor

    def apply(
        self,
        name: str,
        *inputs: int,
        value: Value | None = None,
        region: int | None = None,
        saved: Sequence[Saved] = (),
    ) -> int:
        """An op that makes one tensor; recorded if an input requires grad and no region holds it."""
        recorded = region is None and any(self.tensors[tensor].requires_grad for tensor in inputs)
        grad_fn = self._grad_fn(f"{name.capitalize()}Backward0", inputs, saved) if recorded else None
        tensor = self._tensor(value, requires_grad=recorded, is_leaf=not recorded, grad_fn=grad_fn)
        self._op(f"aten::{name}", inputs, (tensor,), grad_fn=grad_fn, region=region)
        return tensor

    def change(
        self, name: str, tensor: int, *others: int, value: Value | None = None, region: int | None = None
    ) -> None:
        """An op that changes its first operand in place, and whatever shares memory with it."""
        recorded = region is None and any(self.tensors[number].requires_grad for number in (tensor, *others))
        grad_fn = self._grad_fn(f"{name.capitalize()}Backward0", (tensor, *others), ()) if recorded else None
        op = self._op(f"aten::{name}_", (tensor, *others), (tensor,), grad_fn=grad_fn, region=region)
        for sharing in self._sharing[self.tensors[tensor].storage]:
            now = self.tensors[sharing]
            state = now._replace(version=(now.version or 0) + 1, made_by=op, value=value or now.value)
            self.write(state if grad_fn is None else state._replace(grad_fn=grad_fn, requires_grad=True, is_leaf=False))

    def view(self, name: str, base: int) -> int:
        tensor = self.apply(name, base)
        storage = self.tensors[base].storage
        self._sharing[self.tensors[tensor].storage].remove(tensor)
        self._sharing[storage].append(tensor)
        self.tensors[tensor] = self.tensors[tensor]._replace(base=base, storage=storage)
        return tensor

    def write(self, state: Tensor) -> None:
        """Record a new state of a tensor, as it is after the last step."""
        self._places[state.id].append(len(self.past))
        self.past.append(self.tensors[state.id])
        self.tensors[state.id] = state._replace(step=len(self.steps))

    def backward(self, *roots: int) -> None:
        """The call; what then ran is told with `pass_on` and `accumulate`."""
        grad_fns = tuple(self.tensors[root].grad_fn for root in roots)
        call = BackwardCall(
            len(self.backwards), len(self.steps), self._at, "y.backward()", roots, grad_fns, False, False
        )
        self.backwards.append(call)

    def pass_on(self, grad_fn: int, arrived: Value, *left: Value | None) -> None:
        self.steps.append(Step(len(self.steps), "backward", self._at, grad_fn=grad_fn, arrived=(arrived,), left=left))

    def accumulate(self, leaf: int, arrived: Value, grad: Value | None = None) -> None:
        """What an AccumulateGrad was given, and what .grad is after it."""
        number = self._accumulators[leaf]
        self.steps.append(Step(len(self.steps), "accumulate", self._at, grad_fn=number, arrived=(arrived,)))
        self.write(self.tensors[leaf]._replace(grad=grad or arrived))

    def region(self, mode: GradMode, parent: int | None = None) -> int:
        self.regions.append(Region(len(self.regions), parent, mode, self._at, "with torch.no_grad():"))
        return len(self.regions) - 1

    def internal(self, tensor: int) -> int:
        """The detached copy of a result that torch saves: written down together with the op that made the result."""
        copy = self._tensor(None, requires_grad=False, is_leaf=True)
        self._op("aten::detach", (tensor,), (copy,))
        later = len(self.steps)
        maker = self.tensors[tensor].grad_fn
        self.tensors[tensor] = self.tensors[tensor]._replace(step=later)
        self.tensors[copy] = self.tensors[copy]._replace(step=later)
        if maker is not None:
            self.grad_fns[maker] = self.grad_fns[maker]._replace(step=later)
        return copy

    def _tensor(self, value: Value | None, *, requires_grad: bool, is_leaf: bool, grad_fn: int | None = None) -> int:
        number = len(self.tensors)
        self._sharing[number].append(number)
        shape = () if value is None else value.shape
        self.tensors.append(
            Tensor(
                id=number,
                step=len(self.steps) + 1,
                shape=shape,
                dtype="float32",
                device="cpu",
                requires_grad=requires_grad,
                is_leaf=is_leaf,
                is_inference=False,
                retains_grad=False,
                version=0,
                nbytes=4,
                storage=number,
                base=None,
                made_by=len(self.ops),
                grad_fn=grad_fn,
                line=self._at,
                value=value,
            )
        )
        return number

    def _op(
        self,
        name: str,
        inputs: tuple[int, ...],
        outputs: tuple[int, ...],
        *,
        grad_fn: int | None = None,
        region: int | None = None,
    ) -> int:
        number, step = len(self.ops), len(self.steps)
        mode: GradMode = "grad" if region is None else self.regions[region].mode
        why = None if grad_fn is not None else "no input requires grad" if mode == "grad" else mode
        self.steps.append(Step(step, "op", self._at, number, grad_fn))
        self.ops.append(
            Op(number, step, name, None, "forward", self._at, None, inputs, outputs, mode, grad_fn, why, region)
        )
        return number

    def _grad_fn(self, name: str, inputs: tuple[int, ...], saved: Sequence[Saved]) -> int:
        targets = [self._target(tensor) for tensor in inputs]
        number = len(self.grad_fns)
        edges = tuple((target, 0) for target in targets)
        self.grad_fns.append(GradFn(number, len(self.steps) + 1, name, edges, None, self._at, tuple(saved)))
        return number

    def _target(self, tensor: int) -> int | None:
        known = self.tensors[tensor]
        if known.grad_fn is not None or not known.requires_grad:
            return known.grad_fn
        if tensor not in self._accumulators:
            number = len(self.grad_fns)
            self._accumulators[tensor] = number
            sink = GradFn(number, len(self.steps) + 1, "AccumulateGrad", (), tensor, None, (), "accumulate")
            self.grad_fns.append(sink)
        return self._accumulators[tensor]

    def _rename(self, tensor: int, name: str) -> None:
        for states, places in ((self.past, self._places[tensor]), (self.tensors, (tensor,))):
            for place in places:
                states[place] = states[place]._replace(names=(*states[place].names, name))


def square() -> Tape:
    """x = torch.tensor(2., requires_grad=True); y = x * x; y.backward()."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    y = tape.apply("mul", x, x, value=scalar(4.0))
    tape.line(3, y=y)
    tape.backward(y)
    tape.pass_on(1, scalar(1.0), scalar(2.0), scalar(2.0))
    tape.accumulate(x, scalar(4.0))
    tape.line(None)
    return tape


def loop(times: int, lines: int = 1) -> Tape:
    """x = leaf; for _ in range(times): x = x + 1, over so many lines, each bound to its own name."""
    tape = Tape()
    tape.line(1)
    tensor = tape.leaf(scalar(0.0))
    for _ in range(times):
        for number in range(lines):
            tape.line(2 + number)
            tensor = tape.apply("add", tensor)
    tape.line(None, end=tensor)
    return tape


def saved(storage: int, nbytes: int) -> Saved:
    return Saved("self", None, nbytes, 0, "kept", storage)
