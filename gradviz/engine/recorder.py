"""Watches one run: every op below autograd, the grad_fns it leaves behind, every backward, every line.

The program runs under a dispatch mode, never under a function mode: that would change what torch computes. Only plain
records are kept; the outputs of the last op are held until the next event, because autograd gives them their grad_fn
and flags after the op has returned. A grad_fn that is new on them then is the one the op made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import torch

from gradviz.engine import reader
from gradviz.engine.ledger import Ledger
from gradviz.engine.nodes import Nodes
from gradviz.engine.quiet import Untraced
from gradviz.engine.regions import Open, Regions
from gradviz.engine.source import Source
from gradviz.engine.stream import Stream
from gradviz.engine.values import EXACT, read_value
from gradviz.model.trace import INSIDE_FUNCTION, INSIDE_HOOK, GradMode, Limit, LimitName, Memory, Op, Phase, Value


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
    module: str | None
    inputs: tuple[int, ...]
    mode: GradMode
    region: int | None
    why: str  # it was not recorded, if it was not
    written: list[torch.Tensor]  # what it changes in place
    viewed: torch.Tensor | None = None  # the operand whose elements the output will have, until it has them
    is_function: bool = False  # a call of a torch.autograd.Function
    id: int = -1
    step: int = -1
    outputs: list[torch.Tensor] = field(default_factory=list)
    values: list[Value | None] = field(default_factory=list)


class _Call(NamedTuple):
    """A torch.autograd.Function whose forward is running."""

    pending: _Pending
    operands: list[torch.Tensor]
    regions: Open  # open around it


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
        self._inside: list[str] = []  # what is running that autograd records nothing in, innermost last
        self._packing = 0  # hooks that run in the middle of an op

    def op_started(self, func: reader.Operator, args: tuple[object, ...], kwargs: dict[str, object]) -> _Pending:
        """Note what can only be known before the kernel runs.

        Raises:
            LimitReached: the run has made as many ops as it may.
        """
        operands = reader.tensors_in((args, kwargs))
        saves_output = self._saves_output(func, operands)
        if not saves_output:
            self.settle()
        if func in _BIRTHS:
            operands = []
        why = "detach" if func is _DETACH else "not differentiable"
        name = "prim::data" if func is _DETACH and not reader.shares_version() else reader.operator_name(func)
        pending = self._begin(name, operands, why, reserve=saves_output or self._packing > 0)
        pending.written = reader.written_by(func, args, kwargs)
        if reader.has_same_elements(func) and operands:
            pending.viewed = operands[0]
        return pending

    def call_started(self, function: str, args: tuple[object, ...]) -> _Call:
        """Note the call of a torch.autograd.Function, whose forward is about to run without autograd.

        Raises:
            LimitReached: the run has made as many ops as it may.
        """
        self.settle()
        operands = [argument for argument in args if isinstance(argument, torch.Tensor)]
        pending = self._begin(f"function::{function}", operands, "not differentiable")
        pending.is_function = True
        self._inside.append(INSIDE_FUNCTION)
        return _Call(pending, operands, self.regions.enter_call("no_grad" if pending.mode == "grad" else pending.mode))

    def call_raised(self, call: _Call) -> None:
        """Note that forward raised: the call has no outputs."""
        self._leave(call)
        self.settle()
        if not self._inside:
            call.pending.why = "raised"
        self._number(call.pending, [])

    def call_done(self, call: _Call, result: object) -> None:
        """Note what the call returned, grad_fn and all."""
        self._leave(call)
        outputs = reader.tensors_in((result,))
        self.settle(outputs)
        call.pending.written = [tensor for tensor in outputs if any(tensor is one for one in call.operands)]
        self._number(call.pending, outputs)
        with reader.Unwatched():
            call.pending.values = [read_value(tensor) for tensor in outputs]
        self.settle()

    def packing_started(self) -> Open:
        """Note that a saved-tensor hook packs, in the middle of an op; return what packing_done wants."""
        self._packing += 1
        self._inside.append(INSIDE_HOOK)
        return self.regions.enter_call("no_grad" if reader.grad_mode() == "grad" else reader.grad_mode())

    def packing_done(self, regions: Open) -> None:
        """Go on with the op."""
        self._packing -= 1
        self._inside.pop()
        self.regions.leave_call(regions)

    def _leave(self, call: _Call) -> None:
        self._inside.pop()
        self.regions.leave_call(call.regions)

    def _begin(self, name: str, operands: list[torch.Tensor], why: str, *, reserve: bool = False) -> _Pending:
        """What op and call have in common. `why`: nothing is recorded though autograd is on and an input tracked."""
        if self._ops >= self._max_ops:
            raise LimitReached("ops", f"{self._ops:,} ops")
        line, call, module = self.source.place()
        mode = reader.grad_mode()
        phase: Phase = "backward" if reader.in_backward() else "forward"
        if phase == "forward":
            self.regions.sync(mode, line)
        if self._inside:
            why = self._inside[-1]
        elif mode != "grad":
            why = mode
        elif not any(tensor.requires_grad for tensor in operands):
            why = "no input requires grad"
        see = self.ledger.reserve if reserve else partial(self.ledger.see, line=line)
        inputs = tuple([see(tensor) for tensor in operands])
        return _Pending(
            name, call, phase, line, module, inputs, mode, self.regions.current if phase == "forward" else None, why, []
        )

    def op_done(self, pending: _Pending, result: object) -> None:
        """Note what the kernel returned."""
        outputs = reader.tensors_in((result,))
        # A foreach op returns nothing: what it did is on the tensors it wrote to.
        outputs += [tensor for tensor in pending.written if not any(tensor is one for one in outputs)]
        if not outputs and not pending.inputs:
            return  # a mark for torch's profiler
        self._number(pending, outputs)
        # Below autograd and the mode it is unwatched.
        pending.values = [self._known_value(pending, tensor) or read_value(tensor) for tensor in outputs]
        pending.viewed = None

    def _known_value(self, pending: _Pending, output: torch.Tensor) -> Value | None:
        """The statistics of a view of a whole tensor, which are those of the tensor."""
        viewed = pending.viewed
        if viewed is None or viewed.dtype != output.dtype or viewed.numel() <= EXACT:
            return None
        value = self.ledger.value_of(viewed)
        return None if value is None else value._replace(shape=tuple(output.shape))

    def _number(self, pending: _Pending, outputs: list[torch.Tensor]) -> None:
        pending.id, self._ops = self._ops, self._ops + 1
        pending.step = self.stream.next_step()
        pending.outputs = outputs
        for tensor in outputs:
            self.ledger.reserve(tensor)  # its own grad_fn may save it before it is written down
        self._pending.append(pending)

    def line_changed(self, line: int | None, *, entering: bool = False) -> None:
        """Note that the run went on to another line, or into a function: the grad mode may have changed on the way."""
        if not reader.in_backward():  # torch sets the mode of what runs there, not the program
            self.regions.sync(reader.grad_mode(), line, entering=entering)

    def settle(self, taken: Sequence[torch.Tensor] = ()) -> None:
        """Write down the last op, now that autograd is done with its outputs.

        Args:
            taken: outputs that a call around the op has returned, and are written down as its own.
        """
        if self._pending and not self._packing:
            settled, self._pending = self._pending, []
            for pending in settled:
                self._write(pending, taken)

    def _saves_output(self, func: reader.Operator, operands: list[torch.Tensor]) -> bool:
        """Whether this may be torch detaching an op's result to save it: the op is not done then."""
        return func is _DETACH and any(operands[0] is made for last in self._pending for made in last.outputs)

    def _write(self, pending: _Pending, taken: Sequence[torch.Tensor]) -> None:
        for tensor in pending.written:
            self.ledger.wrote(tensor, pending.id)
        later = [any(tensor is one for one in taken) for tensor in pending.outputs]
        made, numbers = self._grad_fns(pending, later)
        outputs = [
            self.ledger.reserve(tensor)
            if is_later
            else self.ledger.made(tensor, pending.id, grad_fn, pending.line, value)
            for tensor, is_later, grad_fn, value in zip(pending.outputs, later, numbers, pending.values, strict=True)
        ]
        self.stream.ops.append(
            Op(
                pending.id,
                pending.step,
                pending.name,
                pending.call,
                pending.phase,
                pending.line,
                pending.module,
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

    def _grad_fns(self, pending: _Pending, later: list[bool]) -> tuple[int | None, list[int | None]]:
        """Write down the outputs' grad_fns; return the one this op made, and each output's.

        The op made it if it is on an output, was on no tensor before, and the op ran in grad mode; the grad_fn of a
        torch.autograd.Function is made by the call around the ops of its forward.
        """
        made: int | None = None
        numbers: list[int | None] = []
        for tensor, is_later in zip(pending.outputs, later, strict=True):
            node = None if is_later else reader.grad_fn(tensor)
            number = None if node is None else self.nodes.id_of(node)
            if node is not None and number is None:
                own = made is None and self._could_make(pending, node)
                number = self.nodes.see(node, pending.line, pending.outputs, own=own)
                if own:
                    made = number
                    self._find_inputs(pending, node)
            numbers.append(number)
        return made, numbers

    def _could_make(self, pending: _Pending, node: reader.Node) -> bool:
        """Whether a grad_fn is one that an op or call can make. In inference_mode a call can, though no op can."""
        if reader.is_function(node):
            return pending.is_function and pending.mode != "no_grad"
        return pending.mode == "grad"

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
        return Memory(self.nodes.saved_bytes, self.ledger.peak_bytes, None, self.nodes.parameter_bytes)


# They turn raw memory into the program's tensor: what they are given is no tensor of the program.
_DETACH = torch.ops.aten.detach.default
_BIRTHS: frozenset[object] = frozenset({torch.ops.aten.lift_fresh.default})


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
            if pending.written and pending.mode != "inference" and reader.counts_inside(func):
                result = reader.run_counting(func, args, named)
            else:
                result = func(*args, **named)
            recorder.op_done(pending, result)
        return result
