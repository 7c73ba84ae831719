"""Folds that are open: each stands as a frame round its parts, which are nodes, or folds that can be opened in turn.

A repetition of many rounds opens into at most twenty parts, of ten, a hundred, a thousand ... rounds each, down to one
round and then its nodes, so that a level is always to be read. Which folds are open is told by keys that hold for every
run of a program whose lines stay: those of a fold, how many folds of these lines came before, and then, for a part of
it, its rounds: "L3-5.0/101-200/107-107". A crowd of tensors opens by modules, see `model/graph/folds/crowds.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import NamedTuple

from gradviz.model.graph.folds.companions import companions
from gradviz.model.graph.folds.contract import Stretch, around, contract, leaves
from gradviz.model.graph.folds.crowds import ROW, crowds
from gradviz.model.graph.folds.fold import FEW, fold, keyed
from gradviz.model.graph.folds.librarycalls import alike
from gradviz.model.graph.graph import Edge, Fold, Graph, Node, Opened, Span
from gradviz.model.trace import GradMode, Op, Region

_WIDEST = 20  # parts of a repetition that are seen at once
_TOLD = 3  # ops that name an open fold


class _Fold(NamedTuple):
    """A fold, and the nodes of the whole graph that it stands for."""

    fold: Fold
    members: tuple[Node, ...]


def unfolded(closed: Graph, whole: Graph, opened: Collection[str]) -> Graph:
    """Return a folded graph with some of its folds open.

    Args:
        closed: the graph with all of its folds closed.
        whole: the same graph before anything was folded.
        opened: the keys of folds; those of which there are none, or that lie in a closed one, are none's.
    """
    keys = frozenset(opened)
    if not any(node.fold is not None and node.fold.key in keys for node in closed.nodes):
        return closed
    frames: list[_Fold] = []
    left: list[_Fold] = []
    into = _Into(whole)
    todo = [node.fold for node in reversed(closed.nodes) if node.fold is not None]
    while todo:
        one = todo.pop()
        members = tuple(leaves(one.parts))
        if one.key not in keys:
            left.append(_Fold(one, members))
            continue
        frames.append(_Fold(one, members))
        todo += reversed([part.fold for part in _parts(one, into) if part.fold is not None])
    framed = _framed(_without_results(whole, [*frames, *left]), frames)
    nodes = {node.id: node for node in framed.nodes}
    return contract(framed, [_stretch(one, tuple(nodes[node.id] for node in members)) for one, members in left])


class _Into:
    """The edges of a graph by their heads, gathered when they are first asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._edges: dict[str, list[Edge]] | None = None

    def part(self, members: tuple[Node, ...]) -> Graph:
        """Some of its nodes with the edges between them."""
        if self._edges is None:
            self._edges = defaultdict(list)
            for edge in self._graph.edges:
                self._edges[edge.head].append(edge)
        names = {node.id for node in members}
        edges = (edge for node in members for edge in self._edges.get(node.id, ()) if edge.tail in names)
        return self._graph._replace(nodes=members, edges=tuple(edges))


def _stretch(one: Fold, members: tuple[Node, ...]) -> Stretch:
    once = members[: one.starts[1] if len(one.starts) > 1 else None] if one.starts else ()
    return Stretch(members, one.times if once else 1, once, one.starts, one.key, one.span, one.call, one.modules)


def _parts(one: Fold, into: _Into) -> tuple[Node, ...]:
    """What is seen when a fold is opened."""
    if len(one.starts) > 1 and len(one.parts) > FEW:
        return tuple(_rounds(one, into))
    if any(part.fold is not None for part in one.parts):
        return tuple(_within(one, node) for node in keyed(one.parts))
    whole = into.part(one.parts)
    if not whole.edges:
        return contract(whole, crowds(one.parts, one.key, one.modules)).nodes
    inner = (_called(whole) if one.call else fold(whole)).nodes
    return tuple(_within(one, node) for node in inner) if len(inner) > 1 else one.parts


def _called(whole: Graph) -> Graph:
    """What a call of a library did, its ops of a kind as one, and the tensors that these take or leave."""
    if len(whole.nodes) <= ROW:
        return whole
    folded = contract(whole, alike(whole))
    folded = contract(folded, companions(folded))
    return folded._replace(nodes=keyed(folded.nodes))


def _within(outer: Fold, node: Node) -> Node:
    """A node of what is in a fold; where it is a fold, its key says so."""
    return node if node.fold is None else node._replace(fold=node.fold._replace(key=f"{outer.key}/{node.fold.key}"))


def _rounds(one: Fold, into: _Into) -> Iterator[Node]:
    """The rounds of a repetition, as many together as leave few enough parts."""
    together = 1
    while len(one.starts) > together * _WIDEST:
        together *= 10
    ends = (*one.starts[1:], len(one.parts))
    before, of = (0, one.times) if one.span is None else (one.span.first - 1, one.span.of)
    for at in range(0, len(one.starts), together):
        last = min(at + together, len(one.starts)) - 1
        begin = one.starts[at]
        members = one.parts[begin : ends[last]]
        starts = tuple(start - begin for start in one.starts[at : last + 1])
        span = Span(before + at + 1, before + last + 1, of)
        once = members[: ends[at] - begin]
        key = f"{one.key}/{span.first}-{span.last}"
        yield from contract(into.part(members), [Stretch(members, last - at + 1, once, starts, key, span)]).nodes


def _without_results(whole: Graph, folds: list[_Fold]) -> Graph:
    """The graph with the last results of calls of libraries outside of the regions that these opened.

    Nothing else of such a region is outside of the fold of the call: it would be a second frame of the same call.
    """
    inside = {node.id for one, members in folds if one.call for node in members}
    called = {node.region for one, members in folds if one.call for node in members if node.op is not None}
    around = {region.id: region.parent for region in whole.regions}
    nodes = (
        node._replace(region=around[node.region])
        if node.region is not None and node.region in called and node.id not in inside
        else node
        for node in whole.nodes
    )
    return whole._replace(nodes=tuple(nodes)) if called else whole


def _framed(whole: Graph, frames: list[_Fold]) -> Graph:
    """The graph with a region for each fold that is open; a region that is partly in it and partly not becomes two."""
    home = {node.id: node.region for node in whole.nodes}
    regions = {region.id: region for region in whole.regions}
    opened: list[Opened] = []
    for number, (one, members) in enumerate(frames, start=1):
        parents = {region.id: region.parent for region in regions.values()}
        outer = around([home[node.id] for node in members], parents)
        branches = [_below(home[node.id], outer, parents) for node in members]
        held = Counter(branch for branch in branches if branch is not None)
        cut = {branch for branch, nodes in _held(home, outer, parents, held).items() if nodes != held[branch]}
        if cut:
            copies = _copied(cut, [home[node.id] for node in members], regions)
            home.update((node.id, copies.get(home[node.id], home[node.id])) for node in members)
            branches = [copies.get(branch, branch) for branch in branches]
            held = Counter(branch for branch in branches if branch is not None)
        mode: GradMode = "grad" if outer is None else regions[outer].mode
        regions[-number] = Region(-number, outer, mode, one.lines[0] if one.lines else None, _told(one))
        for branch in held:
            regions[branch] = regions[branch]._replace(parent=-number)
        home.update((node.id, -number) for node, branch in zip(members, branches, strict=True) if branch is None)
        opened.append(Opened(-number, one))
    nodes = tuple(node._replace(region=home[node.id]) for node in whole.nodes)
    return whole._replace(nodes=nodes, regions=_parents_first(regions), opened=tuple(opened))


def _copied(
    cut: Collection[int], homes: Iterable[int | None], regions: dict[int, Region]
) -> dict[int | None, int | None]:
    """A second region for each that is cut, and for those in it that hold a node: by the id of the first, its own."""
    copies: dict[int | None, int | None] = {}
    ids = count(max(regions) + 1)
    for home in homes:
        way: list[int] = []
        region = home
        while region is not None and region not in copies:
            way.append(region)
            if region in cut:
                break
            region = regions[region].parent
        if region is None:
            continue
        for one in reversed(way):
            copies[one] = copy = next(ids)
            parent = regions[one].parent
            regions[copy] = regions[one]._replace(id=copy, parent=copies.get(parent, parent))
    return copies


def _below(region: int | None, outer: int | None, parents: dict[int, int | None]) -> int | None:
    """The outermost region round something that is within another; None: it stands in that itself."""
    found = None
    while region != outer and region is not None:
        found, region = region, parents[region]
    return found


def _held(
    home: dict[str, int | None], outer: int | None, parents: dict[int, int | None], branches: Collection[int]
) -> Counter[int]:
    """How many nodes of the whole graph are in each of some regions within another."""
    branch_of = {region: _below(region, outer, parents) for region in {*home.values()}}
    found = (branch_of[region] for region in home.values())
    return Counter(branch for branch in found if branch is not None and branch in branches)


def _parents_first(regions: dict[int, Region]) -> tuple[Region, ...]:
    found: dict[int, Region] = {}
    for region in regions.values():
        chain = [region]
        while (parent := chain[-1].parent) is not None and parent not in found:
            chain.append(regions[parent])
        found.update((one.id, one) for one in reversed(chain))
    return tuple(found.values())


def _told(one: Fold) -> str:
    """What the frame of an open fold is called, in any language."""
    if one.call:
        return one.call
    if one.span is not None or one.times > 1:
        often = one.modules.often(one.times) if one.span is None else one.span.text
        where = one.modules.told(one.times if one.span is None else 1)
        return f"{often} \N{MIDDLE DOT} {where}" if where else often
    if one.tensors:
        return one.modules.told(1) or _few([name for tensor in one.tensors for name in tensor.names[:1]])
    return _few(list(dict.fromkeys(map(_name, one.ops))))


def _few(names: list[str]) -> str:
    return ", ".join(names[:_TOLD]) + (" \u2026" if len(names) > _TOLD else "")


def _name(op: Op) -> str:
    return op.call or op.name.partition("::")[2]
