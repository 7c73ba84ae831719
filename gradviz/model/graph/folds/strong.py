"""Strongly connected components, found without recursion (Tarjan 1972)."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)  # of a node


def components(links: Mapping[Name, Iterable[Name]]) -> list[list[Name]]:
    """Return the groups of nodes that reach each other, heads before tails; a node alone is a group of one.

    Args:
        links: every node with the nodes it links to, all of which are nodes themselves.
    """
    number: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    on_stack: set[Name] = set()
    found: list[list[Name]] = []
    for root in links:
        if root in number:
            continue
        work: list[tuple[Name, Iterator[Name]]] = [_open(root, links, number, low, stack, on_stack)]
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in number:
                    work.append(_open(target, links, number, low, stack, on_stack))
                    break
                if target in on_stack:
                    low[node] = min(low[node], number[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    found.append(_close(node, stack, on_stack))
    return found


def _open(
    node: Name,
    links: Mapping[Name, Iterable[Name]],
    number: dict[Name, int],
    low: dict[Name, int],
    stack: list[Name],
    on_stack: set[Name],
) -> tuple[Name, Iterator[Name]]:
    number[node] = low[node] = len(number)
    stack.append(node)
    on_stack.add(node)
    return node, iter(links[node])


def _close(node: Name, stack: list[Name], on_stack: set[Name]) -> list[Name]:
    group = [stack.pop()]
    while group[-1] != node:
        group.append(stack.pop())
    on_stack.difference_update(group)
    return group[::-1]
