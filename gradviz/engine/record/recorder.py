"""Watches one thread of a run: every op below autograd, and the grad_fns it leaves behind.

The program runs under a dispatch mode, never under a function mode: that would change what torch computes. Only plain
records are kept; the outputs of the last op are held until the next event, because autograd gives them their grad_fn
and flags after the op has returned. A grad_fn that is new on them then is the one the op made (writing.py).
"""

import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Protocol

import torch

from gradviz.engine.record.internals import depth, gradfns, guards, operators, probing, reader
from gradviz.engine.record.internals.values import read_value
from gradviz.engine.record.pending import Call, Pending, is_among, is_any_tracked, just_read
from gradviz.engine.record.program.regions import Open, Regions
from gradviz.engine.record.program.source import Place
from gradviz.engine.record.run import Run
from gradviz.engine.record.writing import Writer
from gradviz.model.trace import AT_LEVEL, EMPTY, FUNCTION, INSIDE_FUNCTION, INSIDE_HOOK, NO_INPUT, Phase

_CALL = 1 + depth.C_CALL  # levels of what stands where a torch.autograd.Function enters C++


class Scripted(Protocol):
    """A call of TorchScript that runs."""

    def op_starts(self, traits: operators.Traits, operands: Sequence[torch.Tensor]) -> bool:
        """Take an op that is about to run; return whether it goes on with the one before."""
        ...

    def settling(self) -> None:
        """Take note that the last op is about to be written down."""
        ...


class Running(Protocol):
    """A call of backward() or grad() that runs."""

    place: Place  # where the program made it


class Recorder:
    """Turns the events of one thread into records. What its methods write they write holding the stream's lock."""

    def __init__(self, run: Run, regions: Regions) -> None:
        self.run = run
        self.stream = run.stream
        self.source = run.source
        self.ledger = run.ledger
        self.unwritten = run.ledger.storages.unwritten
        self.nodes = run.nodes
        self.lock = run.stream.lock
        self.regions = regions
        self.running: Running | None = None  # the innermost call of backward() or grad() of this thread
        # Writes down what torch's engine itself has done, while no grad_fn is at work in it.
        self.between: Callable[[], None] | None = None
        self.pending: list[Pending] = []  # what is not written down: the last op, what torch has run to finish it
        self._inside: list[str] = []  # what is running that autograd records nothing in, innermost last
        self.levels = 0  # of torch.func that are open
        self.lifted: set[int] = set()  # tensors that one of them records on
        self._writer = Writer(run, self.lifted)
        self._packing = 0  # hooks that run in the middle of an op
        self._dispatching = 0  # dispatch modes beside the recorder's that were given an op and have not returned
        self._has_run = False  # the op that was given, or another for it: autograd has not got what it returned
        self._awaits_grad_fn = False  # there may be one that autograd puts on that when it has
        self.scripted: Scripted | None = None
        # What an op raised in a thread of torch's own, where Python drops it on the way through C++.
        self.dropped: BaseException | None = None
        self.refusal = ""  # the text of the last error that an op raised in it
        self.beneath = 0  # levels of frames that are none of the program's, beneath those that are
        self.is_near = False  # Python's limit of recursion was, at the last call that was looked at
        self.calls_left = 0  # that come before the next one which is
        run.threads.append(self)

    def op_started(
        self, traits: operators.Traits, args: tuple[object, ...], kwargs: dict[str, object], frame: FrameType | None
    ) -> Pending:
        """Note what can only be known before the kernel runs.

        Args:
            traits: the operator.
            args: its arguments.
            kwargs: those given by name.
            frame: the one that it was called from; None in a thread of torch's own, which came straight from C++.

        Raises:
            LimitReached: the run has made as many ops as it may.
        """
        arguments = (*args, *kwargs.values()) if kwargs else args
        operands = [] if traits.is_birth else reader.tensors_in(arguments)
        why, name = traits.why, traits.name
        if traits.is_detach and not guards.shares_version():
            name = "prim::data"
        with self.lock:
            goes_on = self.scripted is not None and not self._packing and self.scripted.op_starts(traits, operands)
            goes_on = goes_on or self._goes_on(traits, operands, frame)
            if self.pending and not goes_on:
                self._write_down(())
            pending = self._begin(name, operands, why, frame, promise=goes_on or self._packing > 0)
            if self._dispatching:
                self._note_given(pending, goes_on=goes_on)
        pending.given = operators.boundless(arguments)
        if traits.writes or traits.may_write:
            pending.written = operators.written_by(traits, args, kwargs)
            pending.resizes = traits.resizes
            if pending.mode == "grad" and len(pending.written) == 1 and pending.written[0]._is_view():
                self._probe(pending, traits, args, kwargs, operands)
        if self.unwritten.held and operands:
            with self.lock:
                pending.flow = self.unwritten.before(traits, args, operands, pending.written)
        if traits.same_elements and operands:
            pending.same_as = operands[0]
            if traits.is_detach and name == traits.name:
                with self.lock:
                    pending.counter = self.ledger.counter_of(operands[0])
        return pending

    def _goes_on(self, traits: operators.Traits, operands: list[torch.Tensor], frame: FrameType | None) -> bool:
        """Whether autograd, or the call of a Function, has not finished the last op when another starts."""
        if self._inside and traits.is_detach and self._is_result(operands[0]):
            return True
        if not self.pending:
            return False
        if self._packing or self._has_run or (traits.is_detach and self.has_made(operands[0])):
            return True
        return traits.is_view and self._remakes_view(frame)

    def _is_result(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is what the forward of a call returned that now saves it: nobody knows its grad_fn yet."""
        node = gradfns.grad_fn(tensor) if tensor.requires_grad and not self.ledger.has_outdated(tensor) else None
        return node is not None and gradfns.is_function(node) and self.nodes.id_of(node) is None

    def _remakes_view(self, frame: FrameType | None) -> bool:
        """Whether a view may be torch, still in an in-place op, making the changed one anew: it holds a lock on it."""
        changed = [last.place for last in self.pending if last.written and any(one._is_view() for one in last.written)]
        return bool(changed) and self.place(frame) in changed

    def op_done(self, traits: operators.Traits, pending: Pending, result: object) -> None:
        """Note what the kernel returned. Below autograd and the mode, all of this is unwatched."""
        outputs: Sequence[torch.Tensor]
        if type(result) is torch.Tensor and not pending.written and pending.same_as is None:
            outputs = (result,)
        else:
            outputs = reader.tensors_in((result,))
            if pending.written:  # a foreach op returns nothing: what it did is on the tensors it wrote to
                outputs += [tensor for tensor in pending.written if not is_among(tensor, outputs)]
            if not outputs and not pending.inputs:
                return  # a mark for torch's profiler
        with self.lock:
            self._hold(pending, outputs)
            if traits.hands_on:
                self._let_go(pending)

    def _let_go(self, pending: Pending) -> None:
        """Write down an op at once, and hold nothing that it returned: what waits is only a look at that.

        It goes ahead of an op that autograd, or a dispatch mode, is not done with, unless it takes what that returned.
        """
        *before, _ = self.pending
        takes = any(is_among(tensor, last.outputs) for last in before for tensor in pending.promised)
        if takes or self.scripted is not None:  # TorchScript hands nothing on
            return
        self.pending.pop()
        self._write(pending, ())
        pending.handed_on = self.ledger.hand_on(pending.outputs)
        pending.outputs = pending.values = pending.storages = ()
        self.pending.append(pending)

    def call_started(self, function: str, args: tuple[object, ...]) -> Call:
        """Note the call of a torch.autograd.Function, whose forward is about to run without autograd.

        Raises:
            LimitReached: the run has made as many ops as it may.
        """
        operands = [argument for argument in args if isinstance(argument, torch.Tensor)]
        with self.lock:
            self.settle()
            pending = self._begin(FUNCTION + function, operands, "not differentiable", sys._getframe(1))
            pending.first = self.nodes.count
            self._inside.append(INSIDE_FUNCTION)
            regions = self.regions.enter_call("no_grad" if pending.mode == "grad" else pending.mode)
        self.stand_beneath(_CALL)
        return Call(pending, operands, regions)

    def call_raised(self, call: Call) -> None:
        """Note that forward raised: the call has no outputs."""
        self.stand_beneath(-_CALL)
        with self.lock:
            self._inside.pop()
            self.regions.leave_call(call.regions)
            self.settle()
            if not self._inside:
                call.pending.why = "raised"
            self._hold(call.pending, [])

    def call_done(self, call: Call, result: object) -> None:
        """Note what the call returned, grad_fn and all."""
        self.stand_beneath(-_CALL)
        outputs = reader.tensors_in((result,))
        with self.lock:
            self._inside.pop()
            self.regions.leave_call(call.regions)
            self.settle(outputs)
            call.pending.written = [tensor for tensor in outputs if is_among(tensor, call.operands)]
            with guards.unwatched():
                self._hold(call.pending, outputs)
            self.settle()

    def stretch_started(self, name: str, operands: list[torch.Tensor]) -> Pending:
        """Note the beginning of ops that autograd may see as one; return what will be that one.

        Raises:
            LimitReached: the run has made as many ops as it may.
        """
        return self._begin(name, operands, "not differentiable", sys._getframe(1))

    def stretch_done(self, pending: Pending, results: Sequence[torch.Tensor]) -> None:
        """Write down what the ops came to, as one that made the grad_fn which is in `pending`."""
        with guards.unwatched():
            self._hold(pending, list(results))
        self.settle()

    def packing_started(self) -> Open:
        """Note that a saved-tensor hook packs, in the middle of an op; return what packing_done wants."""
        with self.lock:
            self._packing += 1
            self._inside.append(INSIDE_HOOK)
            return self.regions.enter_call("no_grad" if guards.grad_mode() == "grad" else guards.grad_mode())

    def packing_done(self, regions: Open) -> None:
        """Go on with the op."""
        with self.lock:
            self._packing -= 1
            self._inside.pop()
            self.regions.leave_call(regions)

    def dispatch_started(self) -> None:
        """Note that a dispatch mode of the program or a library is given an op. Autograd ends it when that returns."""
        with self.lock:
            self._dispatching += 1

    def dispatch_done(self) -> None:
        """Note that it returns. What a factory makes nobody may hold: torch would copy it, in sight of the mode."""
        with guards.aside(), self.lock:
            self._dispatching -= 1
            if not self._dispatching:
                self._has_run = False
                if not self._awaits_grad_fn:
                    self.settle()

    def _note_given(self, pending: Pending, *, goes_on: bool) -> None:
        """Note an op that runs in such a mode: the first is the one that it was given."""
        if not self._has_run and not goes_on:
            self._awaits_grad_fn = pending.is_tracked and "_like." not in pending.name
        self._has_run = True

    def stand_beneath(self, levels: int) -> None:
        """Note that levels of the recorder come to be, or are no longer, beneath what the program does next."""
        self.beneath += levels
        depth.limits.leave_room(self.beneath)

    def place(self, frame: FrameType | None) -> Place:
        """Where in the program a frame is; one in a thread of torch's own is where the program waits for that."""
        place = self.source.place(frame)
        return place if place.line is not None or self.running is None else self.running.place

    def line_changed(self, line: int | None, *, entering: bool = False) -> None:
        """Note that the run went on to another line, or into a function: the grad mode may have changed on the way."""
        mode = guards.grad_mode()
        if mode != self.regions.mode and gradfns.at_work() is None:  # torch sets the mode of what runs there
            self.regions.sync(mode, line, entering=entering)

    def settle(self, taken: Sequence[torch.Tensor] = ()) -> None:
        """Write down the last op, now that autograd is done with its outputs.

        Args:
            taken: outputs that a call around the op has returned, and are written down as its own.
        """
        if self.pending and not self._packing and not self._dispatching:
            self._write_down(taken)

    def _write_down(self, taken: Sequence[torch.Tensor]) -> None:
        if self.scripted is not None:
            self.scripted.settling()
        settled, self.pending = self.pending, []
        for pending in settled:
            if pending.handed_on:
                self.ledger.flag(pending.handed_on)
            else:
                self._write(pending, taken)

    def _write(self, pending: Pending, taken: Sequence[torch.Tensor]) -> None:
        run, stream = self.run, self.stream
        pending.id, pending.step = run.ops, stream.steps
        run.ops += 1
        stream.steps += 1
        self._writer.write(pending, taken)

    def has_made(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is a result of the op that is not written down yet, or not to the end."""
        return any(last.has_made(tensor) for last in self.pending)

    def backward_started(
        self, roots: Sequence[object], place: Place
    ) -> tuple[tuple[int | None, ...], list[gradfns.Node]]:
        """Settle, and return the ids of the root tensors and the grad_fns that it enters (a GradientEdge names one)."""
        self.settle()
        tensors: list[int | None] = []
        nodes: list[gradfns.Node] = []
        line = place.line
        self.stream.claim(line, place.call)
        for root in roots:
            if isinstance(root, torch.Tensor):
                tensors.append(self.ledger.see(root, line))
                node = gradfns.entered(root)
            else:
                tensors.append(None)
                node = getattr(root, "node", None)
            if node is not None:
                nodes.append(node)
        return tuple(tensors), nodes

    def _begin(
        self, name: str, operands: list[torch.Tensor], why: str, frame: FrameType | None, *, promise: bool = False
    ) -> Pending:
        """What op and call have in common. `why`: nothing is recorded though autograd is on and an input tracked."""
        own = why
        self.run.check(len(operands))
        place, mode = self.place(frame), guards.grad_mode()
        region: int | None = None
        phase: Phase = "backward"
        if gradfns.at_work() is None:
            phase, regions = "forward", self.regions
            if mode != regions.mode:
                regions.sync(mode, place.line)
            region = regions.current
        ledger, line, is_tracked = self.ledger, place.line, False
        numbers: list[int] = []
        for tensor in operands:
            numbers.append(ledger.promise(tensor).id if promise else ledger.see(tensor, line))
            is_tracked = is_tracked or tensor.requires_grad
        inputs = tuple(numbers)
        if self._inside:
            why = self._inside[-1]
        elif mode != "grad":
            why = mode
        elif not is_tracked:
            why = NO_INPUT
        if why == NO_INPUT and self.lifted and not self.lifted.isdisjoint(inputs):
            why = own if own == "detach" else AT_LEVEL
        pending = Pending(name, place, phase, inputs, mode, region, why, is_tracked)
        if promise:
            pending.promised = operands
        if ledger.changed_views:
            pending.outdated = ledger.outdated(operands)
        return pending

    def _probe(
        self,
        pending: Pending,
        traits: operators.Traits,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        operands: list[torch.Tensor],
    ) -> None:
        """Find out what an op saves that changes a view, whose grad_fn torch puts into a CopySlices."""
        known = is_any_tracked(operands) and operands[0] is pending.written[0] and not self.levels
        if not known or self._packing or guards.has_default_hooks():
            return
        pending.inside = found = probing.inside(traits.operator, args, kwargs, operands)
        slots = () if found is None else found.slots
        saved = [None if slot.operand is None else operands[slot.operand] for slot in slots]
        pending.kept = [(pending.written[0], None) if one is None else (one, reader.version(one)) for one in saved]

    def _hold(self, pending: Pending, outputs: Sequence[torch.Tensor]) -> None:
        """Keep what an op returned, and what that holds now, until autograd is done with it."""
        storages, operand, unwritten = self.ledger.storages, pending.same_as, self.unwritten
        # They count from now on: what they replace may be gone when they are written.
        found = pending.storages = list(map(storages.of, outputs))
        if pending.resizes:
            storages.resized(found)
        if pending.name in EMPTY:
            for storage, tensor in zip(found, outputs, strict=True):
                if not (storage.is_foreign or guards.fills_memory()):
                    unwritten.born(storage.id, tensor)
        elif pending.flow is not None:
            unwritten.after(pending.flow, outputs)
        if operand is None and not unwritten.held:
            pending.values = list(map(read_value, outputs))
        else:
            held, same = None if operand is None else just_read(self.pending, operand), self.ledger.value_of_same
            pending.values = [
                (operand is not None and same(one, operand, held)) or read_value(one, unwritten.is_in(storage.id, one))
                for one, storage in zip(outputs, found, strict=True)
            ]
        pending.outputs, pending.same_as = outputs, None
        self.pending.append(pending)
