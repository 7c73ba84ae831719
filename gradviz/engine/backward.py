"""Backward as it happens: every grad_fn in the order torch runs it, with the gradients that arrive and leave."""

from collections.abc import Iterator

import torch

from gradviz.engine import reader
from gradviz.engine.blame import Failure
from gradviz.engine.quiet import Untraced
from gradviz.engine.recorder import Recorder
from gradviz.model.trace import BackwardCall, StepKind, Value

Gradients = tuple[torch.Tensor | None, ...]


class BackwardWatch:
    """Stands where backward() and grad() enter torch's engine."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.calls = 0
        self._running: int | None = None  # the grad_fn at work
        self.failure: Failure | None = None  # the last error that left the engine

    def wrap(self, engine_run: reader.EngineRun) -> reader.EngineRun:
        """Return the engine's entry with recording around it."""

        def watched(roots: tuple[object, ...], *args: object, **kwargs: object) -> object:
            with Untraced():
                tensors, nodes = self._recorder.backward_started(roots)
                reached = list(self._recorder.nodes.reachable(nodes))
                self._record_call(tensors, nodes, args)
                handles = [handle for node, number in reached for handle in self._hook(node, number)]
            outer, self._running = self._running, None
            try:
                return engine_run(roots, *args, **kwargs)
            except Exception as error:
                with Untraced():
                    self._note(str(error), tensors, reached, args)
                raise
            finally:
                self._running = outer
                with Untraced():
                    for handle in handles:
                        handle.remove()
                    self._finish(reached)

        return watched

    def _record_call(self, tensors: tuple[int | None, ...], nodes: list[reader.Node], args: tuple[object, ...]) -> None:
        """Write down a call of the engine. Its arguments: gradients, retain_graph, create_graph, inputs."""
        stream, (line, call) = self._recorder.stream, self._recorder.source.here()
        grad_fns = tuple(self._recorder.nodes.see(node, None) for node in nodes)
        keep_graph, create_graph = (bool(flag) for flag in (*args[1:3], False, False)[:2])
        asked = args[3] if len(args) > 3 else ()
        inputs = tuple(self._targets(asked)) if isinstance(asked, tuple) and asked else None
        stream.backwards.append(
            BackwardCall(self.calls, stream.steps, line, call, tensors, grad_fns, keep_graph, create_graph, inputs)
        )
        self.calls += 1

    def _targets(self, inputs: tuple[object, ...]) -> Iterator[int]:
        """The grad_fns through which the gradients of the inputs come; one that was never seen is on no way there."""
        for one in inputs:
            if isinstance(one, torch.Tensor):
                number = self._recorder.nodes.target(one)
            else:  # a GradientEdge
                node = getattr(one, "node", None)
                number = None if node is None else self._recorder.nodes.id_of(node)
            if number is not None:
                yield number

    def _hook(self, node: reader.Node, number: int) -> list[torch.utils.hooks.RemovableHandle]:
        arrived: tuple[Value | None, ...] = ()
        kind: StepKind = "backward" if reader.leaf_of(node) is None else "accumulate"

        def before(gradients: Gradients) -> None:
            nonlocal arrived
            self._running = number
            with Untraced():
                arrived = self._read(gradients)

        def after(left: Gradients, _: Gradients) -> None:
            with Untraced():
                line, _call = self._recorder.source.here()
                self._recorder.settle()
                self._recorder.stream.step(kind, line, number, None, arrived, self._read(left))
                self._recorder.stream.tick()
            self._running = None

        return [node.register_prehook(before), node.register_hook(after)]

    def _note(
        self,
        message: str,
        roots: tuple[int | None, ...],
        reached: list[tuple[reader.Node, int]],
        args: tuple[object, ...],
    ) -> None:
        """Note what an error speaks of: the grad_fn at work, or else the tensors that backward was given."""
        if self.failure is not None and self.failure.message == message:
            return  # it comes from a backward inside this one
        nodes, ledger = self._recorder.nodes, self._recorder.ledger
        at_work = [(node, number) for node, number in reached if number == self._running]
        if at_work:
            refused = [tensor for node, number in at_work for tensor in nodes.refused(node, number)]
            self.failure = Failure(message, tuple(dict.fromkeys(refused)), tuple(number for _, number in at_work))
            return
        given = [tensor for tensor in roots if tensor is not None and not ledger.is_tracked(tensor)]
        if not given:  # a tensor whose gradient was asked for, and that backward does not reach
            numbers = {number for _, number in reached}
            inputs = reader.tensors_in(args[3:4])
            given = [ledger.see(one, None) for one in inputs if nodes.target(one) not in numbers]
        self.failure = Failure(message, tuple(given), ())

    def _read(self, gradients: Gradients) -> tuple[Value | None, ...]:
        return tuple(None if g is None else self._recorder.ledger.value_of(g) for g in gradients)

    def _finish(self, reached: list[tuple[reader.Node, int]]) -> None:
        self._recorder.settle()
        for node, number in reached:
            self._recorder.nodes.check_freed(node, number)
            leaf = reader.leaf_of(node)
            if leaf is not None:
                self._recorder.ledger.refresh_grad(leaf)
