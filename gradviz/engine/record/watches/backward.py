"""Backward as it happens: every grad_fn in the order torch runs it, with the gradients that arrive and leave."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import torch

from gradviz.engine.record.blame import Failure, fitting
from gradviz.engine.record.internals import entries, formulas, gradfns, reader, sums
from gradviz.engine.record.internals.keeping import kind_of
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.ledger.stream import LimitReached
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.stage import error_of
from gradviz.engine.record.watches.owners import Handles
from gradviz.model.rules import CAUGHT
from gradviz.model.trace import BackwardCall, ProgramError, StepKind, Value

_RETURNED_NAN = re.compile(r"^Function '\w+' returned nan values")
Gradients = tuple[torch.Tensor | None, ...]
Met = Callable[[Iterable[gradfns.Node], Iterable[Handles]], None]  # is given what backward can reach, see HookWatch.met


class _Call:
    """One entry into torch's engine while it runs."""

    def __init__(
        self, recorder: Recorder, roots: tuple[object, ...], args: tuple[object, ...], *, accumulates: bool
    ) -> None:
        self.recorder = recorder
        self.accumulates = accumulates
        self.args = args  # gradients, retain_graph, create_graph, inputs
        self.keep_graph, self.create_graph = (bool(flag) for flag in (*args[1:3], False, False)[:2])
        self.place = recorder.place(sys._getframe())
        self.roots, self.nodes = recorder.backward_started(roots, self.place)
        tensors = [root for root in roots if isinstance(root, torch.Tensor) and root.requires_grad]
        self.unwatched = [root for root in tensors if gradfns.entered(root) is None]  # leaves without an AccumulateGrad
        if accumulates:  # torch has what is asked for retain its gradient, if that is no leaf
            self.unwatched += reader.tensors_in(args[3:4])
        self.reached = list(recorder.nodes.reachable(self.nodes))
        self.at_work: int | None = None  # the grad_fn
        self.last: tuple[gradfns.Node, int] | None = None  # that has run: torch frees what it saved after its hooks
        self.filled: set[int] = set()  # AccumulateGrads after which .grad was written down
        self.outer = recorder.running, recorder.between
        self.handles: list[Handles] = []  # for each of those reached

    def settle(self) -> None:
        """Write down what torch has freed of the grad_fn that ran last, and the op that ran since."""
        last, self.last = self.last, None
        if last is not None:
            self.recorder.nodes.check_freed(*last, let_go=not self.keep_graph)
        self.recorder.settle()


class BackwardWatch:
    """Stands where backward() and grad() enter torch's engine."""

    def __init__(self, here: Callable[[], Recorder], met: Met) -> None:
        self._here = here  # the recorder of this thread
        self._met = met
        self.calls = 0
        self.failure: Failure | None = None  # the last error that left the engine
        self.raised: list[ProgramError] = []  # all of them, the first CAUGHT
        # The exception that is on its way out of calls inside others: another may be at its address later.
        self._leaving: tuple[int, str] | None = None

    def wrap(self, engine_run: entries.EngineRun) -> entries.EngineRun:
        """Return the engine's entry with recording around it."""

        def watched(roots: tuple[object, ...], *args: object, **kwargs: object) -> object:
            recorder = self._here()
            with Untraced(), recorder.lock:
                self._leaving = None
                call = _Call(recorder, roots, args, accumulates=bool(kwargs.get("accumulate_grad", True)))
                self._record(call)
                call.handles = [self._hook(call, node, number) for node, number in call.reached]
                self._met((node for node, _ in call.reached), call.handles)
                recorder.running, recorder.between = call, call.settle
                recorder.stand_beneath(1)
            try:
                return engine_run(roots, *args, **kwargs)
            except BaseException as error:  # a KeyboardInterrupt can be caught too
                with Untraced(), recorder.lock:
                    self._note(recorder.dropped or error, call)
                if recorder.dropped is None:
                    raise
                raise recorder.dropped from None  # a name for it would keep it, and its frames, alive in this one
            finally:
                recorder.dropped = None
                formulas.show_modes()
                with Untraced(), recorder.lock:
                    recorder.stand_beneath(-1)
                    recorder.running, recorder.between = call.outer
                    _finish(call)

        return watched

    def wrap_make_grads(self, make_grads: entries.MakeGrads) -> entries.MakeGrads:
        """Return what makes the gradients of roots, with its errors noted."""

        def watched(roots: Sequence[object], gradients: Sequence[object], *args: object, **kwargs: object) -> object:
            recorder = self._here()
            with Untraced(), recorder.lock:
                recorder.settle()
                recorder.stream.prepared = recorder.run.ops
                recorder.stand_beneath(1)
            try:
                return make_grads(roots, gradients, *args, **kwargs)
            except Exception as error:
                with Untraced(), recorder.lock:
                    told = error_of(error)
                    given = fitting(told, reader.tensors_in((*roots, *gradients)))
                    line = recorder.place(sys._getframe()).line
                    seen = tuple(dict.fromkeys([recorder.ledger.see(one, line) for one in given]))
                    self.failure = Failure(told.message, seen, ())
                    self._keep(told, self.failure, line)
                raise
            finally:
                recorder.stand_beneath(-1)

        return watched

    def _record(self, call: _Call) -> None:
        """Write down a call of the engine."""
        recorder = call.recorder
        stream, place = recorder.stream, call.place
        grad_fns = tuple(recorder.nodes.see(node, None) for node in call.nodes)
        asked = call.args[3] if len(call.args) > 3 else ()
        inputs = tuple(_targets(recorder, asked)) if isinstance(asked, tuple) and asked else None
        stream.backwards.append(
            BackwardCall(
                self.calls,
                stream.steps,
                place.line,
                place.call,
                call.roots,
                grad_fns,
                call.keep_graph,
                call.create_graph,
                inputs,
                call.accumulates,
            )
        )
        self.calls += 1

    def _hook(self, call: _Call, node: gradfns.Node, number: int) -> Handles:
        arrived: tuple[Value | None, ...] = ()
        kind: StepKind = "backward" if gradfns.leaf_of(node) is None else "accumulate"
        is_different = kind_of(node).name in formulas.DIFFERENT

        def before(gradients: Gradients) -> None:
            nonlocal arrived
            with Untraced(), call.recorder.lock:
                if self._runs_in(call):
                    call.settle()  # AccumulateGrad copies a sum that somebody still holds
                    call.at_work, call.recorder.between = number, None
                    call.recorder.ledger.filling = gradfns.leaf_of(node)
                    arrived = _read(call.recorder, gradients)
            if is_different:
                formulas.hide_modes()

        def after(left: Gradients, _: Gradients) -> None:
            formulas.show_modes()
            with Untraced(), call.recorder.lock:
                if self._runs_in(call):
                    recorder = call.recorder
                    line = recorder.place(sys._getframe()).line
                    recorder.settle()
                    recorder.stream.step(kind, line, number, arrived, _read(recorder, left))
                    call.at_work, call.last, recorder.between = None, (node, number), call.settle
                    leaf, recorder.ledger.filling = gradfns.leaf_of(node), None
                    if leaf is not None:
                        recorder.ledger.refresh_grad(leaf)
                        call.filled.add(number)
                    sums.expect_sums(left)

        return node.register_prehook(before), node.register_hook(after)

    def _runs_in(self, call: _Call) -> bool:
        """Whether what runs now runs in this call, and not in one inside it or in another thread that shares nodes.

        A thread of torch's own, as there is one for each GPU, works for the thread that made the call.
        """
        return self._here().running is call

    def _note(self, error: BaseException, call: _Call) -> None:
        """Note an error, unless it comes from a backward inside this one, and what it speaks of."""
        if isinstance(error, LimitReached):
            return
        told = error_of(error)
        if self._leaving == (id(error), told.message):
            return
        self._leaving = id(error), told.message
        found = self.failure = self._spoken_of(told.message, call)
        self._keep(told, found, call.place.line)

    def _keep(self, told: ProgramError, found: Failure, line: int | None) -> None:
        """Keep an error with what it speaks of, raised at a line if the program's own code has not raised it."""
        if len(self.raised) < CAUGHT:
            line = line if told.line is None else told.line
            self.raised.append(told._replace(line=line, tensors=found.tensors, grad_fns=found.grad_fns))

    def _spoken_of(self, message: str, call: _Call) -> Failure:
        """What an error speaks of: the grad_fn at work, or else the tensors that backward was given."""
        nodes, ledger = call.recorder.nodes, call.recorder.ledger
        at_work = [(node, number) for node, number in call.reached if number == call.at_work]
        if not at_work and call.last is not None and _RETURNED_NAN.search(message):
            return Failure(message, (), (call.last[1],))  # its hooks have run: torch looks for nan after them
        if at_work:
            refused = [tensor for node, number in at_work for tensor in nodes.refused(node, number)]
            return Failure(message, tuple(dict.fromkeys(refused)), tuple(number for _, number in at_work))
        given = [tensor for tensor in call.roots if tensor is not None and not ledger.is_tracked(tensor)]
        if not given:  # a tensor whose gradient was asked for, and that backward does not reach
            numbers = {number for _, number in call.reached}
            inputs = reader.tensors_in(call.args[3:4])
            given = [ledger.see(one, None) for one in inputs if nodes.target(one) not in numbers]
        return Failure(message, tuple(given), ())


def _targets(recorder: Recorder, inputs: tuple[object, ...]) -> Iterator[int]:
    """The grad_fns through which the gradients of the inputs come; one that was never seen is on no way there."""
    for one in inputs:
        if isinstance(one, torch.Tensor):
            number = recorder.nodes.target(one)
        else:  # a GradientEdge
            node = getattr(one, "node", None)
            number = None if node is None else recorder.nodes.id_of(node)
        if number is not None:
            yield number


def _read(recorder: Recorder, gradients: Gradients) -> tuple[Value | None, ...]:
    return tuple(None if g is None else recorder.ledger.value_of(g) for g in gradients)


def _finish(call: _Call) -> None:
    """Take the hooks off, and write down what backward has freed and accumulated."""
    for before, after in call.handles:
        before.remove()
        after.remove()
    recorder = call.recorder
    call.settle()
    recorder.ledger.filling = None
    for node, number in call.reached:
        recorder.nodes.check_freed(node, number)
        leaf = None if number in call.filled else gradfns.leaf_of(node)
        if leaf is not None:
            recorder.ledger.refresh_grad(leaf)
    with recorder.stream.ahead:  # no step of this call tells of them
        for tensor in call.unwatched:
            recorder.ledger.refresh_grad(tensor)
        recorder.ledger.refresh_retained()
