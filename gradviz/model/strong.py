"""Strongly connected components, found without recursion (Tarjan 1972)."""

from collections.abc import Iterable, Iterator, Mapping


def components(links: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of nodes that reach each other, heads before tails; a node alone is a group of one.

    Args:
        links: every node with the nodes it links to, all of which are nodes themselves.
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in links:
        if root in number:
            continue
        work: list[tuple[str, Iterator[str]]] = [_open(root, links, number, low, stack, on_stack)]
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
    node: str,
    links: Mapping[str, Iterable[str]],
    number: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    on_stack: set[str],
) -> tuple[str, Iterator[str]]:
    number[node] = low[node] = len(number)
    stack.append(node)
    on_stack.add(node)
    return node, iter(links[node])


def _close(node: str, stack: list[str], on_stack: set[str]) -> list[str]:
    group = [stack.pop()]
    while group[-1] != node:
        group.append(stack.pop())
    on_stack.difference_update(group)
    return group[::-1]
