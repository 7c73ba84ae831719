"""A crowd of tensors in a row that can be read: by the modules that they belong to, level by level, or else by tens."""

import re
from collections.abc import Iterator, Sequence

from gradviz.model.graph.folds.contract import Stretch
from gradviz.model.graph.graph import Node
from gradviz.model.graph.modules import Modules

ROW = 12  # boxes next to each other that are read at once
_PATH = re.compile(r"\w+(\.\w+)*")


def crowds(nodes: Sequence[Node], key: str, modules: Modules) -> list[Stretch]:
    """Return what becomes one box of a crowd that is opened; what stays a box of its own is in none. Linear.

    Args:
        nodes: of tensors, in program order.
        key: of the fold that they are.
        modules: that take those which have no name.
    """
    if len(nodes) <= ROW:
        return []
    groups = list(_by_module(nodes))
    together = 1
    while len(groups) > ROW * together:
        together *= 10
    found = []
    for at in range(0, len(groups), together):
        some = groups[at : at + together]
        members = tuple(node for _, part in some for node in part)
        name = ".".join(some[0][0]) if len(some) == 1 else f"{at + 1}-{at + len(some)}"
        if len(members) > 1:
            found.append(Stretch(members, key=f"{key}/{name}", modules=modules))
    return found


def _by_module(nodes: Sequence[Node]) -> Iterator[tuple[tuple[str, ...], list[Node]]]:
    """The tensors of each module below the one that all are in; one that is in none of them, or has no path, alone."""
    paths = [_path(node) for node in nodes]
    level = 0
    while all(len(path) > level + 1 for path in paths) and len({path[level] for path in paths}) == 1:
        level += 1
    groups: dict[tuple[str, ...], list[Node]] = {}
    for node, path in zip(nodes, paths, strict=True):
        # No step of a path is empty: a module may be called what the id of a node is.
        steps = tuple(path[: level + 1]) if len(path) > level + 1 else ("", node.id)
        groups.setdefault(steps, []).append(node)
    yield from groups.items()


def _path(node: Node) -> list[str]:
    names = () if node.tensor is None else node.tensor.names
    return names[0].split(".") if names and _PATH.fullmatch(names[0]) else []
