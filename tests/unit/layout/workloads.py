"""Diagrams in the shapes of real programs, for tests and measurements of the layout."""

import random
from collections.abc import Iterable, Mapping
from itertools import pairwise

from gradviz.layout.diagram import Cell, Diagram, Frame, Link
from gradviz.layout.geometry import Size

USUAL = Size(110, 44)

Arc = tuple[str, str]  # from a cell to one that uses it, in operand order


def diagram(
    names: Iterable[str],
    arcs: Iterable[Arc],
    frames: Iterable[Frame] = (),
    home: Mapping[str, str] | None = None,
    sizes: Mapping[str, Size] | None = None,
    sideways: bool = False,
) -> Diagram:
    """Cells with one output port in the middle and evenly spaced input ports, along the left side if sideways."""
    names = list(names)
    operands = dict.fromkeys(names, 0)
    used = set()
    links = []
    for number, (tail, head) in enumerate(arcs):
        links.append(Link(f"e{number}", tail, 0, head, operands[head]))
        operands[head] += 1
        used.add(tail)
    cells = []
    for name in names:
        size = (sizes or {}).get(name, USUAL)
        side = size.height if sideways else size.width
        count = operands[name]
        inputs = tuple(side * (at + 1) / (count + 1) for at in range(count))
        cells.append(Cell(name, size, inputs, (side / 2,) if name in used else (), (home or {}).get(name)))
    return Diagram(tuple(cells), tuple(links), tuple(frames))


def chain(length: int) -> Diagram:
    """x = x + 1, again and again."""
    names = [f"c{at}" for at in range(length)]
    return diagram(names, pairwise(names))


def diamond() -> Diagram:
    """Two ways of the same length."""
    return diagram("abcd", [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])


def square() -> Diagram:
    """y = x * x."""
    sizes = {"x": Size(150, 62), "mul": Size(130, 48)}
    return diagram(["x", "mul", "y"], [("x", "mul"), ("x", "mul"), ("mul", "y")], sizes=sizes)


def perceptron(sideways: bool = False) -> Diagram:
    """Two linear layers and a loss."""
    names = ["x", "w1", "b1", "lin1", "relu", "w2", "b2", "lin2", "t", "loss", "y"]
    arcs = [("x", "lin1"), ("w1", "lin1"), ("b1", "lin1"), ("lin1", "relu"), ("relu", "lin2"), ("w2", "lin2")]
    arcs += [("b2", "lin2"), ("lin2", "loss"), ("t", "loss"), ("loss", "y")]
    sizes = {"w1": Size(160, 62), "x": Size(150, 62), "loss": Size(200, 48)}
    return diagram(names, arcs, sizes=sizes, sideways=sideways)


def framed(sideways: bool = False) -> Diagram:
    """Two regions, one of them with a region inside, and links in, out and past."""
    names = ["x", "w", "mul", "y", "c1", "add", "z", "c2", "mul2", "u", "out", "k", "deep", "lone"]
    frames = [
        Frame("F", None, Size(170, 16)),
        Frame("G", "F", Size(120, 16)),
        Frame("H", None, Size(150, 16)),
    ]
    arcs = [("x", "mul"), ("w", "mul"), ("mul", "y"), ("y", "add"), ("c1", "add"), ("add", "z"), ("z", "mul2")]
    arcs += [("c2", "mul2"), ("mul2", "u"), ("y", "out"), ("u", "out"), ("z", "k"), ("k", "deep"), ("x", "lone")]
    arcs += [("lone", "out")]
    home = {"add": "F", "z": "F", "c1": "F", "mul2": "G", "u": "G", "c2": "G", "k": "H", "deep": "H"}
    return diagram(names, arcs, frames, home, sideways=sideways)


def fan(count: int) -> Diagram:
    """One value used by many ops whose results one op takes."""
    middle = [f"o{at}" for at in range(count)]
    arcs = [("x", name) for name in middle] + [(name, "s") for name in middle]
    return diagram(["x", *middle, "s"], arcs, sizes={"s": Size(300, 44)})


def resnet(blocks: int) -> Diagram:
    """Residual blocks of two convolutions."""
    names, arcs, now = ["x"], list[Arc](), "x"
    for block in range(blocks):
        skip = now
        for half in (1, 2):
            conv, norm = f"conv{half}.{block}", f"norm{half}.{block}"
            constants = [f"{name}{half}.{block}" for name in ("w", "g", "b")]
            names += [*constants, conv, norm]
            arcs += [(now, conv), (constants[0], conv), (conv, norm), (constants[1], norm), (constants[2], norm)]
            now = norm
            if half == 2:
                names.append(f"add.{block}")
                arcs += [(norm, f"add.{block}"), (skip, f"add.{block}")]
                now = f"add.{block}"
            names.append(f"relu{half}.{block}")
            arcs.append((now, f"relu{half}.{block}"))
            now = f"relu{half}.{block}"
    return diagram(names, arcs)


def transformer(blocks: int) -> Diagram:
    """Blocks of attention and of a perceptron, as traced ops."""
    names, arcs, now = ["x"], list[Arc](), "x"
    for block in range(blocks):

        def add(name: str, *operands: str, block: int = block) -> str:
            names.append(f"{name}.{block}")
            arcs.extend((operand, names[-1]) for operand in operands)
            return names[-1]

        norm = add("norm1", now, add("g1"), add("b1"))
        split = add("split", add("addmm1", add("bq"), add("view1", norm), add("tw", add("wq"))))
        attention = add("attend", *[add(f"t{part}", add(f"v{part}", split)) for part in "qkv"])
        out = add("addmm2", add("bo"), add("view2", attention), add("to", add("wo")))
        now = add("add1", now, add("view3", out))
        norm = add("norm2", now, add("g2"), add("b2"))
        wide = add("gelu", add("addmm3", add("bf"), add("view4", norm), add("tf", add("wf"))))
        back = add("addmm4", add("bg"), add("view5", wide), add("tg", add("wg")))
        now = add("add2", now, add("view6", back))
    return diagram(names, arcs)


def lstm(steps: int, shared: bool = False) -> Diagram:
    """An LSTM cell unrolled; its weights drawn once per use, or once if shared."""
    weights = ["wi", "wh", "bi", "bh"]
    names, arcs = ["x", "h", "c", *(weights if shared else [])], list[Arc]()
    h, c = "h", "c"
    for step in range(steps):
        mine = weights if shared else [f"{name}.{step}" for name in weights]
        names += [] if shared else mine
        parts = ["ti", "th", "mi", "mh", "add", "split", "i", "f", "g", "o", "fc", "ig", "c", "tanh", "h"]
        ti, th, mi, mh, add, split, i, f, g, o, fc, ig, c2, tanh, h2 = (f"{name}.{step}" for name in parts)
        names += [ti, th, mi, mh, add, split, i, f, g, o, fc, ig, c2, tanh, h2]
        arcs += [(mine[0], ti), (mine[1], th), (mine[2], mi), ("x" if not step else h, mi), (ti, mi)]
        arcs += [(mine[3], mh), (h, mh), (th, mh), (mi, add), (mh, add), (add, split)]
        arcs += [(split, i), (split, f), (split, g), (split, o), (f, fc), (c, fc), (i, ig), (g, ig)]
        arcs += [(fc, c2), (ig, c2), (c2, tanh), (o, h2), (tanh, h2)]
        h, c = h2, c2
    return diagram(names, arcs)


def synthetic(count: int, seed: int = 1) -> Diagram:
    """A layered graph of ops with skips over 2 to 8 layers and constants, 1.3 to 1.5 links a cell, and one result."""
    chance = random.Random(seed)
    ops, rows = round(count * 0.75), list[list[str]]()
    width = max(2, int(ops**0.5 / 2))
    done = 0
    while done < ops:
        size = min(ops - done, chance.randint(max(1, width // 2), width))
        rows.append([f"n{at}" for at in range(done, done + size)])
        done += size
    names, arcs, used = [name for row in rows for name in row], list[Arc](), set[str]()
    constants = 0
    for number in range(1, len(rows)):
        for at, head in enumerate(rows[number]):
            arcs.append((_near(chance, rows[number - 1], at / len(rows[number])), head))
            kind = chance.random()
            if kind < 0.2 and number > 2:
                source = rows[number - min(number, chance.randint(2, 8))]
                arcs.append((_near(chance, source, at / len(rows[number])), head))
            elif kind < 0.6 and constants < count - ops - 1:
                arcs.append((f"p{constants}", head))
                constants += 1
            used.update(tail for tail, _ in arcs[-2:])
    names += [f"p{at}" for at in range(constants)] + ["end"]
    for number, row in enumerate(rows):
        after = rows[number + 1] if number + 1 < len(rows) else ["end"]
        arcs += [(name, after[at * len(after) // len(row)]) for at, name in enumerate(row) if name not in used]
    return diagram(names, arcs, sizes=dict.fromkeys(names, Size(90, 36)))


def inserted(diagram: Diagram, at: int) -> Diagram:
    """Return the diagram with one more op in a link, written right before the op that takes its result."""
    link = diagram.links[at]
    cells = list(diagram.cells)
    head = next(place for place, cell in enumerate(cells) if cell.id == link.head)
    cells.insert(head, Cell("new", Size(110, 44), (55.0,), (55.0,), cells[head].frame))
    around = (link._replace(id="after", tail="new", tail_port=0), Link("before", link.tail, link.tail_port, "new", 0))
    return diagram._replace(cells=tuple(cells), links=(*diagram.links[:at], *around, *diagram.links[at + 1 :]))


def _near(chance: random.Random, row: list[str], part: float) -> str:
    """A cell of a row at about the given part of its width."""
    return row[min(len(row) - 1, max(0, int(part * len(row)) + chance.randint(-1, 1)))]
