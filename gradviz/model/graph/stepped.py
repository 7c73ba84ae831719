"""A whole graph with the state of a moment of its run in it: what was not there yet stays as a ghost, in its place.

Of each node and edge it is known beforehand at which stamps it becomes another, so that a step costs what it changes.
The ops that are drawn, and the names of tensors, are those of the whole run.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.flow import SUMMED, sums
from gradviz.model.graph.folds.contract import leaves
from gradviz.model.graph.graph import Edge, Fold, Graph, Node, NodeKind
from gradviz.model.moments.moment import History, Moment, latest
from gradviz.model.trace import GradFn, Step, Tensor, Value

_STAMP = attrgetter("step")
Times = tuple[float, ...]  # stamps, ascending


class Past(NamedTuple):
    """What a node was in the course of the run."""

    first: float  # the stamp from which on it is there
    times: Times  # the stamps at which it becomes another
    waits: bool = False  # and it does where a backward call begins or is over
    states: tuple[Tensor, ...] = ()  # of its tensor, between one change in place and the next
    until: float = inf  # the stamp from which on another node stands for that tensor
    moves: Sequence[float] = ()  # the stamps at which the counter of that moved on,
    closed: float = 0  # of which those before this one count: from then on its version is written down
    ops: Times = ()  # of a fold: when its ops had run
    backs: Times = ()  # and when its grad_fns had, in whatever backward call


class Lives(NamedTuple):
    """A graph of a whole run with what each part of it was in the course of the run."""

    graph: Graph
    history: History
    nodes: tuple[Past, ...]
    edges: tuple[Times, ...]
    sinks: dict[int, int]  # leaf -> its AccumulateGrad
    homes: dict[str, int]  # node of the unfolded graph -> the place of the node that it is drawn as

    def ages(self, moment: Moment) -> tuple[list[int], list[int]]:
        """Return how often each node and each edge has become another up to a moment; where equal, it is the same."""
        begun = moment.begun
        turn = bisect_right(self.history.turns, begun) << 32
        nodes = [
            bisect_right(past.times, begun)
            + (turn if past.waits else 0)
            + (bisect_right(past.moves, min(begun, past.closed)) if past.moves else 0)
            for past in self.nodes
        ]
        return nodes, [bisect_right(times, begun) for times in self.edges]

    def node(self, place: int, moment: Moment) -> Node:
        """Return a node as it was at a moment."""
        node, past, begun = self.graph.nodes[place], self.nodes[place], moment.begun
        if moment.is_end:
            return node
        if begun < past.first:
            return node._replace(ghost=True)
        roots = tuple(call for call in node.roots if call.step <= begun) if begun < past.until else ()
        node = node._replace(roots=roots, in_error=False)
        if node.fold is not None:
            ran = bisect_right(past.ops, begun)
            done = None if ran == len(past.ops) else ran
            return node._replace(fold=node.fold._replace(done=done, back=_back(past, moment)))
        if node.grad_fn is not None:
            node = node._replace(grad_fn=moment.grad_fn(node.grad_fn.id))
        return self._tensor(node, past, moment) if past.states else node

    def _tensor(self, node: Node, past: Past, moment: Moment) -> Node:
        tensor = latest(past.states, moment.begun)
        if past.moves and tensor is not None and tensor is latest(self.history.tensors(tensor.id), moment.begun):
            tensor = moment.tensor(tensor.id)
        if tensor is None or node.kind is not NodeKind.TENSOR:
            return node._replace(tensor=tensor)
        sink = self.sinks.get(tensor.id)
        accumulates = node.accumulates and sink is not None and moment.grad_fn(sink) is not None
        met = () if tensor.grad is None or moment.begun >= past.until else self._met(node, sink, tensor, moment)
        return node._replace(tensor=tensor, accumulates=accumulates, sums=met)

    def _met(self, node: Node, sink: int | None, tensor: Tensor, moment: Moment) -> tuple[Value, ...]:
        gradients = self.history.flow
        added = () if sink is None else gradients.added(sink, moment.begun)
        parts = [moment.gradient(passed) for passed in node.uses[: SUMMED + 1]]
        return sums(tensor.grad, added, parts, tensor.dtype)

    def edge(self, place: int, moment: Moment) -> Edge:
        """Return an edge as it was at a moment, with the gradient that had passed it then."""
        edge = self.graph.edges[place]
        if moment.is_end:
            return edge
        gradient = None if edge.passed is None else moment.gradient(edge.passed)
        return edge._replace(gradient=gradient, ghost=moment.begun < self.edges[place][0])


def lives(graph: Graph, history: History) -> Lives:
    """Return what each part of a graph, folded or not, was in the course of its run."""
    find = _Finder(graph, history)
    nodes = tuple(_marked(node, find.past(node)) for node in graph.nodes)
    first = {node.id: past.first for node, past in zip(graph.nodes, nodes, strict=True)}
    edges = tuple(find.edge_times(edge, max(first[edge.tail], first[edge.head])) for edge in graph.edges)
    homes: dict[str, int] = {}
    for place, node in enumerate(graph.nodes):
        homes.update(dict.fromkeys((node.id, *_members(node)), place))
    return Lives(graph, history, nodes, edges, find.sinks, homes)


def stepped(lived: Lives, moment: Moment) -> Graph:
    """Return a whole graph as it stood at a moment of its run."""
    graph = lived.graph
    return graph._replace(
        nodes=tuple(lived.node(place, moment) for place in range(len(graph.nodes))),
        edges=tuple(lived.edge(place, moment) for place in range(len(graph.edges))),
    )


class _Finder:
    """Finds what a node was, of all that the record holds of the run."""

    def __init__(self, graph: Graph, history: History) -> None:
        trace = history.trace
        self._history, self._view = history, graph.view
        self._drawn = history.drawn_as if graph.view != "backward" else {}
        self._lines: dict[int, list[tuple[int | None, Tensor]]] = {}  # of a tensor: each state, and the op that is
        self.sinks = (
            {g.variable: g.id for g in trace.grad_fns if g.variable is not None} if graph.view == "both" else {}
        )

    def past(self, node: Node) -> Past:
        """What a node was."""
        if node.fold is not None:
            return self._fold(node, node.fold)
        times: list[float] = [call.step for call in node.roots]
        times += self._grad_fn_times(node.grad_fn)
        times += self._history.hooks.times(node.grad_fn, None if node.tensor is None else node.tensor.id)
        if node.kind is NodeKind.OP or node.tensor is None:
            first = self._first(node)
            return Past(first, _ascending(first, times))
        states, until = self._states(node, node.tensor)
        times += (state.step for state in states)
        times += self._gradient_times(node, node.tensor.id)
        first = self._first(node) if node.kind is NodeKind.GRAD_FN else states[0].step
        past = Past(first, _ascending(first, [*times, until]), waits=True, states=states, until=until)
        written = self._history.tensors(node.tensor.id)
        if written[0].version == written[-1].version:
            return past
        return past._replace(moves=self._history.versions.steps(node.tensor.id), closed=written[-1].step)

    def _fold(self, node: Node, fold: Fold) -> Past:
        """A fold is there as soon as one of what it holds is."""
        held = list(leaves(fold.parts))
        first = min(map(self._first, held))
        ops = tuple(sorted([one.op.step + 1 for one in held if one.op is not None]))
        ran = self._history.flow.ran if self._view != "forward" else {}
        grad_fns = [number for one in held if ran and (number := _grad_fn(one)) is not None]
        backs = tuple(sorted([step.id + 1 for number in grad_fns for step in ran.get(number, ())]))
        times: list[float] = [*ops, *backs, *(call.step for call in node.roots)]
        hooks = self._history.hooks
        for one in held if hooks.hooks else ():
            times += hooks.times(one.grad_fn, None if one.tensor is None else one.tensor.id)
        return Past(first, _ascending(first, times), waits=bool(backs), ops=ops, backs=backs)

    def _first(self, node: Node) -> float:
        """The stamp from which on a node of the unfolded graph is there."""
        if node.op is not None and node.kind is NodeKind.OP:
            return node.op.step + 1
        if node.tensor is None or node.kind is NodeKind.GRAD_FN:
            return self._history.grad_fns(int(node.id[1:]))[0].step
        _, _, op = node.id.partition(".")
        return self._history.trace.ops[int(op)].step + 1 if op else self._history.tensors(node.tensor.id)[0].step

    def _grad_fn_times(self, grad_fn: GradFn | None) -> Iterator[float]:
        """When a grad_fn ran, has another state, or what it saved another version."""
        if grad_fn is None:
            return
        yield from (step.id + 1 for step in self._history.flow.runs(grad_fn.id))
        for state in self._history.grad_fns(grad_fn.id):
            yield state.step
            for saved in state.saved:
                if saved.state == "kept" and saved.tensor is not None and saved.version is not None:
                    later = self._history.tensors(saved.tensor)
                    begin = bisect_right(later, state.step, key=_STAMP)
                    yield from islice((s.step for s in islice(later, begin, None) if s.version != saved.version), 1)
                    yield self._history.versions.moved(saved)

    def _states(self, node: Node, tensor: Tensor) -> tuple[tuple[Tensor, ...], float]:
        """The states of a tensor that a node is of, and when another node takes its place."""
        if node.kind is NodeKind.GRAD_FN:
            return tuple(self._history.tensors(tensor.id)), inf
        line = self._line(tensor.id)
        own = self._drawn.get(tensor.made_by) if tensor.made_by is not None else None
        places = [place for place, (op, _) in enumerate(line) if op == own]
        until = line[places[-1] + 1][1].step if places[-1] + 1 < len(line) else inf
        return tuple(line[place][1] for place in places), until

    def _line(self, number: int) -> list[tuple[int | None, Tensor]]:
        """Each state of a tensor, with the op that is drawn as having made it so."""
        if number not in self._lines:
            states = self._history.tensors(number)
            self._lines[number] = [(None if s.made_by is None else self._drawn.get(s.made_by), s) for s in states]
        return self._lines[number]

    def _gradient_times(self, node: Node, tensor: int) -> Iterator[float]:
        """When another gradient meets in .grad, or its AccumulateGrad comes to be."""
        sink = self.sinks.get(tensor)
        if sink is not None:
            yield self._history.grad_fns(sink)[0].step
            yield from self._ran(sink)
        if len(node.uses) <= SUMMED:
            for passed in node.uses:
                yield from self._ran(passed.grad_fn)

    def edge_times(self, edge: Edge, first: float) -> Times:
        """When an edge is there, and when another gradient passes it."""
        return _ascending(first, () if edge.passed is None else self._ran(edge.passed.grad_fn))

    def _ran(self, grad_fn: int) -> Iterator[float]:
        return (step.id + 1 for step in self._history.flow.ran.get(grad_fn, ()))


def _grad_fn(node: Node) -> int | None:
    """The grad_fn that an op made, where that is drawn as a part of it, or that a node is."""
    if node.kind is NodeKind.GRAD_FN:
        return None if node.grad_fn is None else node.grad_fn.id
    return None if node.op is None else node.op.grad_fn


def _marked(node: Node, past: Past) -> Past:
    """What a node was, that the error which ended the run speaks of: at the end alone it has the sign of that."""
    return past._replace(times=(*past.times, inf)) if node.in_error else past


def _back(past: Past, moment: Moment) -> tuple[int, int] | None:
    """How many of the grad_fns that the backward call at work runs in a fold it has run, and of how many."""
    if moment.call is None:
        return None
    before, now, end = (bisect_right(past.backs, stamp) for stamp in (moment.call[0], moment.begun, moment.call[1]))
    return (now - before, end - before) if end > before else None


def _ascending(first: float, times: Iterable[float]) -> Times:
    """The stamps that matter once something is there, each once."""
    return (first, *sorted({time for time in times if time > first}))


def done_at(lived: Lives, moment: Moment, number: int) -> str | None:
    """The node of what was done at a step; None: a line was about to run, or nothing that is drawn was done."""
    trace = lived.history.trace
    step = trace.steps[number] if number < len(trace.steps) else None
    if step is None or step.kind == "line":
        return None
    if step.kind == "accumulate" and lived.graph.view == "both":
        return _accumulating(lived, moment, step)
    op = lived.history.makers.get(step.grad_fn) if step.op is None and step.grad_fn is not None else step.op
    place = lived.homes.get(f"g{step.grad_fn}" if lived.graph.view == "backward" else f"o{op}")
    return None if place is None else lived.graph.nodes[place].id


def _accumulating(lived: Lives, moment: Moment, step: Step) -> str | None:
    """The leaf that a gradient was added to, as it was last."""
    leaf = None if step.grad_fn is None else lived.history.trace.grad_fns[step.grad_fn].variable
    found = [
        node.id
        for node, past in zip(lived.graph.nodes, lived.nodes, strict=True)
        if node.tensor is not None and node.tensor.id == leaf and past.first <= moment.begun
    ]
    return found[-1] if found else None


def _members(node: Node) -> tuple[str, ...]:
    return () if node.fold is None else node.fold.members
