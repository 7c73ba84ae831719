"""The rounds of loops in a graph: the same ops again and again in program order, however they are wired.

Each repetition is cut into as many stretches as tell the truth: what is not linked stays apart, and so do ops that
autograd recorded from those it did not, unless each feeds the other.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from operator import lt
from typing import NamedTuple, TypeVar

from gradviz.model.graph.folds.contract import Stretch
from gradviz.model.graph.folds.repeats import Repeat, repeats
from gradviz.model.graph.folds.strong import components
from gradviz.model.graph.graph import Graph, Node, NodeKind
from gradviz.model.graph.modules import entry

FEWEST = 3  # rounds that are worth folding


class _Step(NamedTuple):
    """An op, what it takes, each with which operand that is, and the tensors it made that have a node."""

    op: Node
    takes: list[tuple[int, int]]
    results: list[int]


class _Score(NamedTuple):
    """A graph as steps in program order. Nodes go by their places: each edge is looked up again and again."""

    nodes: Sequence[Node]
    steps: list[_Step]
    sources: set[int]  # tensors that no op made, or none of a repetition
    at: list[int]  # of each node its step; of a tensor that no op made -1
    taken: dict[int, tuple[int, int]]  # of each source: the first and the last step that takes it


def rounds(graph: Graph) -> list[Stretch]:
    """Return what the rounds of each loop become."""
    score = _score(graph)
    numbers = defaultdict[object, int](count().__next__)
    found = list(repeats([numbers[_key(step, score.nodes)] for step in score.steps], FEWEST, _openings(score.steps)))
    score = _fed(score, found)
    return [stretch for repeat in found for stretch in _stretches(score, repeat)]


def _fed(score: _Score, found: list[Repeat]) -> _Score:
    """The score in which what other steps made beforehand for each round is a source too, as the parts of a batch."""
    before = 0
    sources = set(score.sources)
    for begin, end in [*((one.start, one.end) for one in found), (len(score.steps), 0)]:
        for step in score.steps[before:begin]:
            sources.update([place for place in step.results if not score.nodes[place].roots])
        before = end
    return score._replace(sources=sources, taken=_taken(score.steps, sources))


def _score(graph: Graph) -> _Score:
    nodes = graph.nodes
    places = {node.id: place for place, node in enumerate(nodes)}
    tails, heads = [places[edge.tail] for edge in graph.edges], [places[edge.head] for edge in graph.edges]
    if not all(map(lt, tails, heads)):
        return _score(graph._replace(nodes=tuple(_makers_first(graph, places))))
    makers = dict(zip(heads, tails, strict=True))
    steps: list[_Step] = []
    sources: set[int] = set()
    at = [-1] * len(nodes)
    for place, node in enumerate(nodes):
        if node.kind is NodeKind.TENSOR and place in makers:
            at[place] = step = at[makers[place]]
            steps[step].results.append(place)
        elif node.kind is NodeKind.TENSOR or (node.kind is NodeKind.GRAD_FN and node.accumulates):
            sources.add(place)
        else:
            at[place] = len(steps)
            steps.append(_Step(node, [], []))
    for tail, head, edge in zip(tails, heads, graph.edges, strict=True):
        if at[tail] != at[head] >= 0:  # it leads to a step, and not to its own result
            steps[at[head]].takes.append((tail, edge.operand))
    return _Score(nodes, steps, sources, at, {})


def _taken(steps: list[_Step], sources: set[int]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for at, step in enumerate(steps):
        for tail, _ in step.takes:
            if tail in sources:
                found[tail] = (found.get(tail, (at, at))[0], at)
    return found


def _makers_first(graph: Graph, place: dict[str, int]) -> Iterator[Node]:
    """The nodes as near to program order as lets makers come first: torch may change its own graph later."""
    users: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        users[edge.tail].append(edge.head)
    waiting = Counter(edge.head for edge in graph.edges)
    ready = [number for number, node in enumerate(graph.nodes) if node.id not in waiting]
    while ready:  # sorted, so a heap
        node = graph.nodes[heappop(ready)]
        yield node
        for user in users[node.id]:
            waiting[user] -= 1
            if not waiting[user]:
                heappush(ready, place[user])


def _key(step: _Step, nodes: Sequence[Node]) -> object:
    """What is alike in the same op of each round. Shapes may grow from one round to the next; names may count."""
    node, op, grad_fn = step.op, step.op.op, step.op.grad_fn
    if node.in_error or any(nodes[result].in_error for result in step.results):
        return node.id
    if node.fold is not None:
        names = tuple(part.op.name for part in node.fold.parts if part.op is not None)
        return (node.line, node.fold.call, names) if node.fold.call else node.id
    return (
        node.line,
        None if op is None else (op.name, op.call, op.grad_mode, op.why_unrecorded),
        None if grad_fn is None else (grad_fn.name, grad_fn.origin == "unread"),
    )


def _openings(steps: list[_Step]) -> list[float]:
    """How many lines back each step leads, as a loop goes back to its first line; on one line, the module it enters."""
    lines = [step.op.line or 0 for step in steps]
    modules = ["" if step.op.op is None else step.op.op.module or "" for step in steps]
    return [
        max(0, before - line) + entry(left, entered)
        for before, line, left, entered in zip([0, *lines], lines, ["", *modules], modules, strict=False)
    ]


def _stretches(score: _Score, repeat: Repeat) -> Iterator[Stretch]:
    """The nodes of one repetition, cut into groups. What the last round leaves to be seen stays a node."""
    own = _own_sources(score, repeat)
    groups = _groups(score, repeat, own)
    users = _users(score, repeat, groups)
    members: dict[int, list[Node]] = defaultdict(list)
    once: dict[int, tuple[Node, ...]] = {}
    starts: dict[int, list[int]] = {group: [] for group in groups}
    for at in range(repeat.start, repeat.end):
        number, offset = divmod(at - repeat.start, repeat.period)
        if not offset:
            for name, begins in starts.items():
                begins.append(len(members[name]))
        group, (op, _, results) = groups[offset], score.steps[at]
        if number == repeat.times - 1:
            results = [place for place in results if not _stays(score.nodes[place], group, users[place])]
        members[group] += [
            *[score.nodes[place] for place in own.get(at, ())],
            op,
            *[score.nodes[place] for place in results],
        ]
        if at == repeat.start + repeat.period - 1:
            once = {name: tuple(nodes) for name, nodes in members.items()}
    for name, nodes in members.items():
        yield Stretch(tuple(nodes), repeat.times, once[name], tuple(starts[name]))


def _users(score: _Score, repeat: Repeat, groups: list[int]) -> dict[int, set[int]]:
    """The groups in which the last round takes each node."""
    found: dict[int, set[int]] = defaultdict(set)
    for group, step in zip(groups, score.steps[repeat.end - repeat.period : repeat.end], strict=True):
        for tail, _ in step.takes:
            found[tail].add(group)
    return found


def _stays(node: Node, group: int, within: set[int]) -> bool:
    """Whether a result of the last round is still what a person looks at, and can stand outside without a cycle.

    Args:
        node: the result.
        group: that it is made in.
        within: the groups that take it.
    """
    return group not in within and (not within or bool(node.roots))


def _own_sources(score: _Score, repeat: Repeat) -> dict[int, list[int]]:
    """By the step that takes them first: tensors made anew for each round, as a batch of data or a layer's weights."""
    slots: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for at in range(repeat.start, repeat.end):
        for tail, operand in score.steps[at].takes:
            first, last = score.taken.get(tail, (-1, -1))
            if first == at:
                number, offset = divmod(at - repeat.start, repeat.period)
                if (last - repeat.start) // repeat.period == number:
                    slots[offset, operand].setdefault(tail, at)
    own: dict[int, dict[int, None]] = defaultdict(dict)
    for sources in slots.values():
        if len(sources) == repeat.times and not any(score.nodes[place].in_error for place in sources):
            for place, at in sources.items():
                own[at][place] = None  # once, though the step may take it as several operands
    return {at: list(found) for at, found in own.items()}


def _groups(score: _Score, repeat: Repeat, own: dict[int, list[int]]) -> list[int]:
    """Of each offset, that is the place of a step in its round: the number of its group."""
    links = _links(score, repeat, own)
    ops = [score.steps[at].op for at in range(repeat.start, repeat.start + repeat.period)]
    near: dict[int, set[int]] = {offset: set() for offset in range(repeat.period)}
    for tail, head in (*links, *_statements(ops)):
        near[tail].add(head)
        near[head].add(tail)
    part = _numbered(near)
    names = [(part[offset], _reason(op)) for offset, op in enumerate(ops)]
    ways: dict[tuple[int, str | None], set[tuple[int, str | None]]] = {name: set() for name in names}
    for tail, head in links:
        ways[names[tail]].add(names[head])
    together = _numbered(ways)
    return [together[name] for name in names]


def _links(score: _Score, repeat: Repeat, own: dict[int, list[int]]) -> set[tuple[int, int]]:
    """Which offsets take what others make, or share a tensor of their round."""
    found: set[tuple[int, int]] = set()
    first, period = repeat.start, repeat.period
    taker = {source: at for at, sources in own.items() for source in sources}
    for at in range(first, repeat.end):
        offset = (at - first) % period
        for place, _ in score.steps[at].takes:
            tail = score.at[place]
            tail = taker.get(place, -1) if tail < 0 else tail
            if tail >= first:
                found.add(((tail - first) % period, offset))
    return found


def _statements(ops: list[Node]) -> Iterator[tuple[int, int]]:
    """The offsets of what one call did, two by two: an optimizer's ops belong together though nothing links them."""
    first: dict[tuple[int | None, str], int] = {}
    for offset, node in enumerate(ops):
        if node.op is not None and node.op.call is not None:
            yield first.setdefault((node.line, node.op.call), offset), offset


_Name = TypeVar("_Name", bound=Hashable)


def _numbered(links: dict[_Name, set[_Name]]) -> dict[_Name, int]:
    """Of each name, the number of those that it reaches and is reached by."""
    return {name: number for number, names in enumerate(components(links)) for name in names}


def _reason(node: Node) -> str | None:
    """Why autograd did not record an op; None: it did."""
    return None if node.op is None or node.op.grad_fn is not None else node.op.why_unrecorded or ""
