"""The grad_fns that backward from some tensors can run, found and put in order without a trace left on any of them.

Where the recorder keeps its ids in the metadata of a grad_fn, this keeps them here: the graph is not ours.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gradviz.engine.record.internals import gradfns

# Of a grad_fn that Python has seen, torch keeps an object, and frees a chain of such by recursion in C++: a stack of
# 8 MiB, as that of the main thread, holds some 40,000. What a graph has beyond this is left unseen, and frees itself
# as it would have.
MOST = 20_000
Edges = tuple[tuple[gradfns.Node | None, int], ...]


class Reached(NamedTuple):
    """Every grad_fn that is reached with its next_functions, in the order in which the program made them."""

    edges: dict[gradfns.Node, Edges]
    unread: frozenset[gradfns.Node]  # the furthest from the roots, of which nobody asked for the next_functions


def reached(roots: Iterable[gradfns.Node], most: int = MOST) -> Reached:
    """Walk from the roots to the leaves, nearest first.

    Args:
        roots: the grad_fns to begin with.
        most: how many grad_fns are looked at.
    """
    edges: dict[gradfns.Node, Edges] = dict.fromkeys(roots, ())
    todo, unread = list(edges), frozenset[gradfns.Node]()
    for place, node in enumerate(todo):  # grows as it is walked
        if len(edges) > most:
            unread = frozenset(one for one in todo[place:] if gradfns.leaf_of(one) is None)
            break
        edges[node] = gradfns.inputs_of(node)
        for target, _ in edges[node]:
            if target is not None and target not in edges:
                edges[target] = ()
                todo.append(target)
    return Reached({node: edges[node] for node in _made(edges)}, unread)


def _made(edges: dict[gradfns.Node, Edges]) -> Iterator[gradfns.Node]:
    """The grad_fns as they were made, by torch's numbers; an AccumulateGrad, which has none, before its first user."""
    told: set[gradfns.Node] = set()
    sinks = [node for node in edges if gradfns.leaf_of(node) is not None]
    others = edges.keys() - set(sinks)
    for node in sorted(others, key=gradfns.number_of):
        for target, _ in edges[node]:
            if target is not None and target not in others and target not in told:
                told.add(target)
                yield target
        yield node
    yield from (node for node in sinks if node not in told)
