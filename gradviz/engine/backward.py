"""Backward as it happens: every grad_fn in the order torch runs it, with the gradients that arrive and leave."""

import torch

from gradviz.engine import reader
from gradviz.engine.quiet import Untraced
from gradviz.engine.recorder import Recorder
from gradviz.model.trace import BackwardCall, StepKind, Value

Gradients = tuple[torch.Tensor | None, ...]


class BackwardWatch:
    """Stands where backward() and grad() enter torch's engine."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._calls = 0

    def wrap(self, engine_run: reader.EngineRun) -> reader.EngineRun:
        """Return the engine's entry with recording around it."""

        def watched(roots: tuple[object, ...], *args: object, **kwargs: object) -> object:
            with Untraced():
                tensors, nodes = self._recorder.backward_started(roots)
                self._record_call(tensors, nodes, *(bool(flag) for flag in args[1:3]))
                reached = list(self._recorder.nodes.reachable(nodes))
                handles = [handle for node, number in reached for handle in self._hook(node, number)]
            try:
                return engine_run(roots, *args, **kwargs)
            finally:
                with Untraced():
                    for handle in handles:
                        handle.remove()
                    self._finish(reached)

        return watched

    def _record_call(
        self,
        tensors: tuple[int | None, ...],
        nodes: list[reader.Node],
        keep_graph: bool = False,
        create_graph: bool = False,
    ) -> None:
        stream, (line, call) = self._recorder.stream, self._recorder.source.here()
        grad_fns = tuple(self._recorder.nodes.see(node, None) for node in nodes)
        stream.backwards.append(
            BackwardCall(self._calls, stream.steps, line, call, tensors, grad_fns, keep_graph, create_graph)
        )
        self._calls += 1

    def _hook(self, node: reader.Node, number: int) -> list[torch.utils.hooks.RemovableHandle]:
        arrived: tuple[Value | None, ...] = ()
        kind: StepKind = "backward" if reader.leaf_of(node) is None else "accumulate"

        def before(gradients: Gradients) -> None:
            nonlocal arrived
            with Untraced():
                arrived = self._read(gradients)

        def after(left: Gradients, _: Gradients) -> None:
            with Untraced():
                line, _call = self._recorder.source.here()
                self._recorder.settle()
                self._recorder.stream.step(kind, line, number, None, arrived, self._read(left))
                self._recorder.stream.tick()

        return [node.register_prehook(before), node.register_hook(after)]

    def _read(self, gradients: Gradients) -> tuple[Value | None, ...]:
        return tuple(None if g is None else self._recorder.ledger.value_of(g) for g in gradients)

    def _finish(self, reached: list[tuple[reader.Node, int]]) -> None:
        self._recorder.settle()
        for node, number in reached:
            self._recorder.nodes.check_freed(node, number)
            leaf = reader.leaf_of(node)
            if leaf is not None:
                self._recorder.ledger.refresh_grad(leaf)
