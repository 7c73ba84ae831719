"""Calls of TorchScript: a stretch of one that autograd sees through a single grad_fn is a single op.

The first runs of a scripted function are like any other code, op by op. After that its interpreter hands each stretch
of ops that can be differentiated to a graph of its own: it makes a DifferentiableGraphBackward, detaches all that the
stretch takes, runs the ops, and puts that grad_fn on what comes out of them, whatever the grad mode is. The number
that torch gives to the grad_fn tells which detach was the first.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import torch

from gradviz.engine.record.internals import gradfns, guards, reader
from gradviz.engine.record.internals.entries import Function
from gradviz.engine.record.internals.operators import Traits
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.ledger.known import Known
from gradviz.engine.record.ledger.stream import whole
from gradviz.engine.record.pending import Pending, is_among
from gradviz.engine.record.recorder import Recorder
from gradviz.model.trace import INSIDE_FUNCTION, INSIDE_SCRIPT, SCRIPT, Op

_UNTOLD = "\nRuntimeError: \n"  # the end of an error without its reason


class ScriptWatch:
    """Stands where Python calls TorchScript."""

    def __init__(self, here: Callable[[], Recorder]) -> None:
        self._here = here  # the recorder of this thread

    def wrap(self, call: Function) -> Function:
        """Return the entry with recording around it. What such a call calls in its turn is a part of it."""

        def watched(function: object, /, *args: object, **kwargs: object) -> object:
            recorder = self._here()
            if recorder.scripted is not None or not guards.is_watched():
                return call(function, *args, **kwargs)
            with Untraced(), recorder.lock:
                recorder.settle()
                scripted = _Scripted(recorder, reader.script_name(function))
                recorder.scripted = scripted
            try:
                result = call(function, *args, **kwargs)
                with Untraced(), recorder.lock:
                    scripted.done((*args, kwargs), result)
            except RuntimeError as error:
                _tell_refusal(error, recorder.refusal)
                raise
            finally:
                with Untraced(), recorder.lock:
                    recorder.scripted = None
                    scripted.drop()
            return result

        return watched


def _tell_refusal(error: RuntimeError, refusal: str) -> None:
    """Put what an op said into the error of TorchScript, which does not ask for it where the op has come by Python."""
    text = str(error)
    if text.endswith(_UNTOLD):
        error.args = (text.removesuffix("\n") + refusal + "\n",)


@dataclass(slots=True)
class _Stretch:
    """What may be one, from its first detach on."""

    pending: Pending  # the op that it will be
    number: int  # that its grad_fn would have
    is_beginning: bool = True  # nothing ran in it but what detaches its inputs
    ops: set[int] = field(default_factory=set)  # that ran in it
    made: list[Known] = field(default_factory=list)  # what those returned
    inputs: int = 0  # as many of that are its inputs, detached

    def has_made(self, tensor: torch.Tensor) -> bool:
        """Whether an op that is written down returned a tensor."""
        return any(known() is tensor for known in self.made)

    def living(self) -> list[torch.Tensor]:
        """What ops returned that are written down, as far as it lives; of it are the results, if there are any."""
        return [tensor for known in self.made[self.inputs :] if (tensor := known()) is not None]


class _Scripted:
    """The outermost call of TorchScript in a thread, while it runs. Whoever calls holds the stream's lock."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder = recorder
        self._name = SCRIPT + name
        self._stretch: _Stretch | None = None
        self._next = gradfns.next_number()  # of a grad_fn, when the last op started
        self._is_settling = False

    def op_starts(self, traits: Traits, operands: Sequence[torch.Tensor]) -> bool:
        """Take an op that is about to run; return whether it goes on with the one before."""
        before, self._next = self._next, gradfns.next_number()
        has_grown, stretch = self._next > before, self._stretch
        if stretch is not None:
            if traits.is_detach and not has_grown:
                if stretch.is_beginning and not self._is_inside(stretch, operands[0]):
                    self._settle(stretch, ())
                    self._take(stretch, operands[0])
                    return False
                if self._results(stretch, ()):
                    return True  # of what torch keeps for the backward of the stretch
            if stretch.is_beginning:
                self._settle(stretch, ())
                stretch.is_beginning, stretch.inputs = False, len(stretch.made)
            self._go_on(stretch, operands, at_end=has_grown)  # a stretch ends where the next grad_fn is made
        if traits.is_detach and has_grown:
            self._begin(operands[0])
        return False

    def settling(self) -> None:
        """Take note that the last op is about to be written down, as where a line of Python code comes next."""
        if self._stretch is not None and not self._is_settling:
            self._go_on(self._stretch, (), at_end=False)

    def done(self, given: tuple[object, ...], result: object) -> None:
        """Take what the call was given and what it returned. Whatever no op was seen to make the call has made."""
        recorder, returned = self._recorder, reader.tensors_in((result,))
        if self._stretch is not None:
            self._go_on(self._stretch, returned, at_end=True)
        recorder.settle()
        unseen = [tensor for tensor in returned if self._is_new(tensor)]
        if unseen:
            recorder.stretch_done(recorder.stretch_started(self._name, reader.tensors_in(given)), unseen)

    def drop(self) -> None:
        """Leave the ops of what is no stretch as they are."""
        if self._stretch is not None:
            self._stretch = None
            self._recorder.stream.promised -= 1

    def _is_new(self, tensor: torch.Tensor) -> bool:
        """Whether nobody has seen a tensor yet, and it is no parameter that a scripted module hands out."""
        return self._recorder.ledger.id_of(reader.innermost(tensor)) is None and not (
            tensor.requires_grad and reader.is_leaf(tensor)
        )

    def _begin(self, operand: torch.Tensor) -> None:
        recorder = self._recorder
        recorder.settle()
        self._stretch = _Stretch(recorder.stretch_started(self._name, [operand]), self._next - 1)
        recorder.stream.promised += 1  # why its ops are not recorded is known when it ends: no page goes before

    def _take(self, stretch: _Stretch, operand: torch.Tensor) -> None:
        pending = stretch.pending
        pending.inputs += (self._recorder.ledger.see(operand, pending.place.line),)
        pending.is_tracked |= operand.requires_grad

    def _go_on(self, stretch: _Stretch, taken: Sequence[torch.Tensor], *, at_end: bool) -> None:
        """Write down what has run in a stretch, and the stretch itself if it is over.

        Args:
            stretch: that was begun.
            taken: what the next op takes, or the call returns.
            at_end: if it is one, it is over.
        """
        found = self._results(stretch, (*stretch.living(), *taken) if at_end else taken)
        if not found:
            self._settle(stretch, ())
            if at_end:
                self.drop()
            return
        recorder, pending = self._recorder, stretch.pending
        results = self._results(stretch, (*stretch.living(), *taken))
        pending.grad_fn = recorder.nodes.own(gradfns.grad_fn(found[0]), pending.place.line, results)
        # What is not differentiable comes out without the grad_fn.
        results += [one for one in taken if not is_among(one, results) and self._is_inside(stretch, one)]
        self._settle(stretch, results)
        ops = recorder.stream.ops
        for place, op in enumerate(whole(Op, row) for row in ops):
            if op.id in stretch.ops and op.grad_fn is None and op.why_unrecorded != INSIDE_FUNCTION:
                ops[place] = op._replace(why_unrecorded=INSIDE_SCRIPT)
        self.drop()
        recorder.stretch_done(pending, results)

    def _settle(self, stretch: _Stretch, results: Sequence[torch.Tensor]) -> None:
        """Write down the ops that ran in a stretch, but not its results."""
        recorder = self._recorder
        waiting = recorder.pending
        stretch.made += [recorder.ledger.promise(tensor) for last in waiting for tensor in last.outputs]
        self._is_settling = True
        try:
            recorder.settle(results)
        finally:
            self._is_settling = False
        stretch.ops.update(last.id for last in waiting)

    def _is_inside(self, stretch: _Stretch, tensor: torch.Tensor) -> bool:
        return self._recorder.has_made(tensor) or stretch.has_made(tensor)

    def _results(self, stretch: _Stretch, taken: Iterable[torch.Tensor]) -> list[torch.Tensor]:
        """What has come out of a stretch, of what is at hand, in the order of its grad_fn's outputs."""
        found: list[torch.Tensor] = []
        last = [tensor for one in self._recorder.pending for tensor in one.outputs]
        for tensor in (*last, *taken):
            node = gradfns.grad_fn(tensor)
            if gradfns.is_scripted(node) and gradfns.number_of(node) == stretch.number and not is_among(tensor, found):
                found.append(tensor)
        return sorted(found, key=lambda tensor: tensor.output_nr)
