"""Which part of a run's graph is drawn: of a module, folded, opened again, focused; and never too much unasked."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate, chain
from typing import NamedTuple

from gradviz.drawing.shapes import region_mark
from gradviz.model.graph.focus import kept, makers, of_module, users
from gradviz.model.graph.folds.contract import leaves
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.folds.unfold import unfolded
from gradviz.model.graph.graph import Fold, Graph, Node
from gradviz.model.graph.modules import types
from gradviz.model.graph.spots import at_spots, spots
from gradviz.model.trace import Op, Trace
from gradviz.picture.picture import Focus, FoldRow, ModuleRow, Options


class Part(NamedTuple):
    """The graph that is drawn."""

    graph: Graph
    withheld: int = 0  # see `Picture`


def part(trace: Trace, whole: Graph, options: Options) -> Part:
    """Return what is drawn of the graph of a run."""
    inside = of_module(whole, options.module) if options.module else whole
    found = _unfolded(inside, options)
    graph = found.graph
    places = at_spots(trace, [key for one in options.focus for key in one.keys])
    for one in options.focus:
        graph = _focused(graph, one, places)
    return found._replace(graph=graph._replace(hidden=len(whole.nodes) - len(graph.nodes)))


def _focused(graph: Graph, focus: Focus, places: Mapping[str, str]) -> Graph:
    """Less of a graph; all of it where what is meant is no longer there."""
    names = set(_meant(graph, frozenset(focus.keys), {places[key] for key in focus.keys if key in places}))
    match focus.keeps if names else None:
        case None:
            return graph
        case "from":
            return kept(graph, makers(graph, names))
        case "to":
            return kept(graph, users(graph, names))
        case "linked":
            return kept(graph, makers(graph, names) | users(graph, names))
        case "others":
            return kept(graph, {node.id for node in graph.nodes} - names)


def _meant(graph: Graph, keys: frozenset[str], names: set[str]) -> Iterator[str]:
    """The nodes named or the folds that they are in; the folds that have a key, or what is seen of them where open."""
    for node in graph.nodes:
        fold = node.fold
        if node.id in names or (fold is not None and (not names.isdisjoint(fold.members) or _is_part(fold.key, keys))):
            yield node.id
    for row in fold_rows(graph):
        if row.open and _is_part(row.key, keys):
            yield from row.inside


def _is_part(key: str, of: frozenset[str]) -> bool:
    """Whether a fold is one of those with some keys, or within one."""
    return not of.isdisjoint(accumulate(key.split("/"), "{}/{}".format))


def _unfolded(whole: Graph, options: Options) -> Part:
    """A graph folded as wanted; where that were too much, the fold that was opened last stays closed."""
    most = options.most
    withheld = 0
    if options.fold == "none":
        if most is None or len(whole.nodes) <= most:
            return Part(whole)
        withheld = len(whole.nodes)
    closed, opened = fold(whole), list(options.opened)
    graph = unfolded(closed, whole, opened)
    while most is not None and opened and len(graph.nodes) > most:
        withheld = withheld or len(graph.nodes)
        opened.pop()
        graph = unfolded(closed, whole, opened)
    return Part(graph, withheld)


def fold_rows(graph: Graph) -> tuple[FoldRow, ...]:
    """Return the folds of a graph that is drawn, those that are open last and the innermost of them first."""
    closed = tuple(FoldRow(node.id, node.fold.key) for node in graph.nodes if node.fold is not None)
    parents, opened = {region.id: region.parent for region in graph.regions}, {one.region for one in graph.opened}
    inside: dict[int, list[str]] = defaultdict(list)
    for node in graph.nodes if opened else ():
        region = node.region
        while region is not None and region not in opened:
            region = parents[region]
        if region is not None:
            inside[region].append(node.id)
    frames = (
        FoldRow(f"{region_mark(at)}-title", one.key, True, tuple(inside[at])) for at, one in reversed(graph.opened)
    )
    return (*closed, *frames)


def fold_of(graph: Graph, key: str) -> Fold | None:
    """Return the fold of a graph that is drawn which has a key, closed or open."""
    closed = (node.fold for node in graph.nodes if node.fold is not None)
    return next((one for one in chain(closed, (one.fold for one in graph.opened)) if one.key == key), None)


def keys(trace: Trace, graph: Graph) -> tuple[tuple[str, str], ...]:
    """Return by what each node that is drawn is found again in another run."""
    folds = {node.id: node.fold.key for node in graph.nodes if node.fold is not None}
    return tuple((spots(trace, [node.id for node in graph.nodes]) | folds).items())


def module_rows(trace: Trace, graph: Graph) -> tuple[ModuleRow, ...]:
    """Return the modules in which the ops of a run ran, each before those in it, with what each has in all."""
    ran = [(op.module, op) for op in trace.ops if op.module is not None and op.phase == "forward"]
    ops: Counter[str] = Counter()  # in the order in which each first ran
    for module, count in Counter(module for module, _ in ran).items():
        for path in reversed(list(_paths(module))):
            ops[path] += count
    own: dict[str, dict[int | None, int]] = defaultdict(dict)
    for module, op in ran:
        if op.grad_fn is not None:
            own[module].update([(one.storage, one.keeps) for one in trace.grad_fns[op.grad_fn].saved])
    saved: dict[str, dict[int | None, int]] = defaultdict(dict)
    for module, kept_there in own.items():
        for path in _paths(module):
            saved[path].update(kept_there)
    owners = ({path for name in one.names for path in _paths(name)} for one in trace.tensors if one.is_parameter)
    parameters = Counter(path for paths in owners for path in paths)
    marks: dict[str, list[str]] = defaultdict(list)
    for node in graph.nodes:
        for path in {op.module for op in _ops(node) if op.module is not None}:
            marks[path].append(node.id)
    kinds = types(trace.modules)
    return tuple(
        ModuleRow(path, count, parameters[path], sum(saved[path].values()), tuple(marks[path]), kinds.get(path, ()))
        for path, count in ops.items()
    )


def _ops(node: Node) -> Iterator[Op]:
    for one in leaves((node,)):
        if one.op is not None:
            yield one.op


def _paths(path: str) -> Iterator[str]:
    """A module's path and those of the modules that it is in."""
    while path:
        yield path
        path = path.rpartition(".")[0]
