"""Watches one run: every op below autograd, the grad_fns it leaves behind, every backward, every line.

The program runs under a dispatch mode, never under a function mode: that would change what torch computes. Only plain
records are kept; the outputs of the last op are held until the next event, because autograd gives them their grad_fn
and flags after the op has returned. A grad_fn that is new on them then is the one the op made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch

from gradviz.engine import reader
from gradviz.engine.ledger import Ledger
from gradviz.engine.nodes import Nodes
from gradviz.engine.quiet import Untraced
from gradviz.engine.regions import Regions
from gradviz.engine.source import Source
from gradviz.engine.stream import Stream
from gradviz.model.trace import GradMode, Limit, LimitName, Memory, Op, Phase, Value


class LimitReached(BaseException):
    """The run has used up one of its limits; not an Exception, so that a program does not catch it by accident."""

    def __init__(self, reached: LimitName, at: str) -> None:
        super().__init__(reached)
        self.limit = Limit(reached, at)


@dataclass(slots=True)
class _Pending:
    """An op whose outputs autograd may still change."""

    name: str
    call: str | None
    phase: Phase
    line: int | None
    inputs: tuple[int, ...]
    mode: GradMode
    region: int | None
    why: str  # it was not recorded, if it was not
    written: list[torch.Tensor]  # what it changes in place
    id: int = -1
    step: int = -1
    outputs: list[torch.Tensor] = field(default_factory=list)
    values: list[Value | None] = field(default_factory=list)


class Recorder:
    """Turns events of the run into records on the stream."""

    def __init__(self, stream: Stream, source: Source, regions: Regions, max_ops: int) -> None:
        self.stream = stream
        self.source = source
        self.regions = regions
        self.ledger = Ledger(stream, self._grad_fn_of)
        self.nodes = Nodes(stream, self.ledger)
        self._max_ops = max_ops
        self._ops = 0
        self._pending: list[_Pending] = []

    def op_started(self, func: reader.Operator, args: tuple[object, ...], kwargs: dict[str, object]) -> _Pending:
        """Note what can only be known before the kernel runs.

        Raises:
            LimitReached: the run has made as many ops as it may.
        """
        operands = reader.tensors_in((args, kwargs))
        saves_output = self._saves_output(func, operands)
        if not saves_output:
            self.settle()
        if self._ops >= self._max_ops:
            raise LimitReached("ops", f"{self._ops:,} ops")
        line, call = self.source.here()
        mode = reader.grad_mode()
        phase: Phase = "backward" if reader.in_backward() else "forward"
        if phase == "forward":
            self.regions.sync(mode, line)
        if func in _BIRTHS:
            operands = []
        see = self.ledger.reserve if saves_output else partial(self.ledger.see, line=line)
        return _Pending(
            reader.operator_name(func),
            call,
            phase,
            line,
            tuple([see(tensor) for tensor in operands]),
            mode,
            self.regions.current if phase == "forward" else None,
            _why(func, operands, mode),
            reader.written_by(func, args, kwargs),
        )

    def op_done(self, pending: _Pending, result: object) -> None:
        """Note what the kernel returned."""
        outputs = reader.tensors_in((result,))
        if not outputs and not pending.inputs:
            return  # a mark for torch's profiler
        pending.id, self._ops = self._ops, self._ops + 1
        pending.step = self.stream.next_step()
        pending.outputs = outputs
        for tensor in outputs:
            self.ledger.reserve(tensor)  # its own grad_fn may save it before it is written down
        pending.values = [reader.read_value(tensor) for tensor in outputs]  # below autograd and the mode: unwatched
        self._pending.append(pending)

    def settle(self) -> None:
        """Write down the last op, now that autograd is done with its outputs."""
        if self._pending:
            settled, self._pending = self._pending, []
            for pending in settled:
                self._write(pending)

    def _saves_output(self, func: reader.Operator, operands: list[torch.Tensor]) -> bool:
        """Whether this may be torch detaching an op's result to save it: the op is not done then."""
        return func is _DETACH and any(operands[0] is made for last in self._pending for made in last.outputs)

    def _write(self, pending: _Pending) -> None:
        for tensor in pending.written:
            self.ledger.wrote(tensor, pending.id)
        made, numbers = self._grad_fns(pending)
        outputs = [
            self.ledger.made(tensor, pending.id, grad_fn, pending.line, value)
            for tensor, grad_fn, value in zip(pending.outputs, numbers, pending.values, strict=True)
        ]
        self.stream.ops.append(
            Op(
                pending.id,
                pending.step,
                pending.name,
                pending.call,
                pending.phase,
                pending.line,
                None,
                pending.inputs,
                tuple(outputs),
                pending.mode,
                made,
                None if made is not None else pending.why,
                pending.region,
            )
        )

    def _grad_fn_of(self, tensor: torch.Tensor) -> int | None:
        """The id of a tensor's grad_fn as it is now."""
        node = reader.grad_fn(tensor)
        return None if node is None else self.nodes.see(node, None)

    def _grad_fns(self, pending: _Pending) -> tuple[int | None, list[int | None]]:
        """Write down the outputs' grad_fns; return the one this op made, and each output's.

        The op made it if it is on an output, was on no tensor before, and the op ran in grad mode; the grad_fn of a
        torch.autograd.Function is made by the call around the ops of its forward.
        """
        made: int | None = None
        numbers: list[int | None] = []
        for tensor in pending.outputs:
            node = reader.grad_fn(tensor)
            number = None if node is None else self.nodes.id_of(node)
            if node is not None and number is None:
                own = made is None and pending.mode == "grad" and not reader.is_function(node)
                number = self.nodes.see(node, pending.line, pending.outputs, own=own)
                if own:
                    made = number
                    self._find_inputs(pending, node)
            numbers.append(number)
        return made, numbers

    def _find_inputs(self, pending: _Pending, node: reader.Node) -> None:
        """Name the true inputs of a recorded op that was given copies of them, as torch resolves a conjugate view."""
        if not any(self.ledger.is_tracked(tensor) for tensor in pending.inputs):
            pending.inputs = tuple(self.nodes.leads_to(node)) or pending.inputs

    def backward_started(self, roots: Sequence[object]) -> tuple[tuple[int | None, ...], list[reader.Node]]:
        """Settle, and return the ids of the root tensors and their grad_fns (a GradientEdge names one itself)."""
        self.settle()
        tensors: list[int | None] = []
        nodes: list[reader.Node] = []
        line, call = self.source.here()
        self._claim(line, call)
        for root in roots:
            if isinstance(root, torch.Tensor):
                tensors.append(self.ledger.see(root, line))
                node = reader.grad_fn(root)
            else:
                tensors.append(None)
                node = getattr(root, "node", None)
            if node is not None:
                nodes.append(node)
        return tuple(tensors), nodes

    def _claim(self, line: int | None, call: str | None) -> None:
        """Count the ops that prepared a backward call (the ones it starts from) as part of backward."""
        ops = self.stream.ops
        for index in range(len(ops) - 1, -1, -1):
            if (ops[index].line, ops[index].call) != (line, call):
                break
            ops[index] = ops[index]._replace(phase="backward")

    def finish(self, last_names: Callable[[], None]) -> Memory:
        """Write down the last op, the last bindings and the final state of every living tensor."""
        self.settle()
        last_names()
        self.ledger.refresh()
        return Memory(self.nodes.saved_bytes, self.ledger.peak_bytes, None)


# They turn raw memory into the program's tensor: what they are given is no tensor of the program.
_DETACH = torch.ops.aten.detach.default
_BIRTHS: frozenset[object] = frozenset({torch.ops.aten.lift_fresh.default})


def _why(func: reader.Operator, operands: list[torch.Tensor], mode: GradMode) -> str:
    """Why autograd records nothing for an op, if it does not."""
    if mode != "grad":
        return mode
    if not any(tensor.requires_grad for tensor in operands):
        return "no input requires grad"
    return "detach" if func is _DETACH else "not differentiable"


class OpWatch(reader.TorchDispatchMode):
    """Sees each op that reaches a kernel, under every grad mode, in forward and backward."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves its constructor untyped
        self._recorder = recorder

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # True would import torch._dynamo (over a second) and wrap each op, for programs that compile themselves.
        return False

    def __torch_dispatch__(
        self,
        func: reader.Operator,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        recorder, named = self._recorder, kwargs or {}
        with Untraced():
            if torch.is_inference_mode_enabled() and reader.is_composite(func):
                return reader.run_composite(func, self, args, named)
            pending = recorder.op_started(func, args, named)
            result = func(*args, **named)
            recorder.op_done(pending, result)
        return result
