"""What is the same in two runs: lines of their programs, and things by what they are and how many such came before.

Ids say nothing from one run to another. A line, a name and an op do, and where those are alike the order does.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from itertools import takewhile

from gradviz.model.graph.graph import Graph, Node
from gradviz.model.trace import Tensor

Key = tuple[object, ...]
Lines = dict[int, int]  # a line of a program -> the line of the other program that it is; what is not there is none


def lines_alike(before: str, after: str) -> Lines:
    """Return which line of the program before each line of the program after is; linear, and the same both ways.

    What is alike at both ends is the same. Between, a line is the one with the same text; what is left over goes by
    order, as an edit within a line leaves it.
    """
    old, new = before.split("\n"), after.split("\n")
    least = min(len(old), len(new))
    above = _alike(old, new)
    below = min(_alike(reversed(old), reversed(new)), least - above)
    found = {n: n for n in range(1, above + 1)}
    found |= {len(new) - n: len(old) - n for n in range(below)}
    places: dict[str, deque[int]] = defaultdict(deque)
    for n in range(above + 1, len(old) - below + 1):
        places[old[n - 1]].append(n)
    left = []
    for n in range(above + 1, len(new) - below + 1):
        same = places[new[n - 1]]
        if same:
            found[n] = same.popleft()
        else:
            left.append(n)
    found.update(zip(left, sorted(n for same in places.values() for n in same), strict=False))
    return found


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def numbered(keys: Iterable[Key]) -> list[Key]:
    """Return each key with how often it had come before, which makes all of them different."""
    seen: Counter[Key] = Counter()
    found: list[Key] = []
    for key in keys:
        found.append((*key, seen[key]))
        seen[key] += 1
    return found


def line_in(line: int | None, lines: Lines | None) -> object:
    """Return what a line is called: its number in the other program, or that it is in this one alone."""
    if line is None or lines is None:
        return line
    return lines.get(line, ("new", line))


def node_keys(graph: Graph, lines: Lines | None = None) -> list[Key]:
    """Return what tells each node of a graph from all others, in any run.

    Args:
        graph: of one run, folded or not.
        lines: of its program, in the program whose numbers are used; None: these are.
    """
    return numbered(_node_key(node, lines) for node in graph.nodes)


def _node_key(node: Node, lines: Lines | None) -> Key:
    fold, tensor = node.fold, node.tensor
    if fold is not None:
        span: Sequence[int] = fold.lines or ()
        names = (first_name(tensor) for tensor in fold.tensors)
        return (node.kind, *(line_in(line, lines) for line in span), *(op.name for op in fold.ops), *names)
    what = None if node.op is None else node.op.name
    grad_fn = None if node.grad_fn is None or what is not None else node.grad_fn.name
    return (node.kind, line_in(node.line, lines), what, grad_fn, None if tensor is None else first_name(tensor))


def first_name(tensor: Tensor) -> str | None:
    """Return the name that a tensor was first bound to."""
    return tensor.names[0] if tensor.names else None
