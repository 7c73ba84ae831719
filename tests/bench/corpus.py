"""Pictures of graphs of every size and shape, in files, as the window is sent them.

A program of its own, since what it takes to run, lay out and draw is not the window's. Argument: the folder.
"""

import random
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from gradviz.layout.diagram import Diagram
from gradviz.model.wire import Request
from gradviz.picture.make import picture
from gradviz.picture.picture import Options, Picture
from gradviz.picture.record.record import Record
from gradviz.picture.sent.frames import frames
from gradviz.runs import Engine
from gradviz.state.values.shown import EMPTY
from tests.bench import programs
from tests.bench.drawn import drawing
from tests.unit.layout.workloads import chain, diagram, fan, lstm, synthetic

_ALL = Options(fold="none", most=None)
_HEAT = _ALL._replace(heat="saved", legend=True)
_HEAD = "import torch\nx = torch.tensor(0.5, requires_grad=True)\ny = x\n"
_LOOP = _HEAD + "for i in range({}):\n    y = y * x\n"
_PARTS = "ys = [(x * i).sin() + i for i in range(300)]\nzs = [torch.ones(3, requires_grad=True).exp() for y in ys]\n"
_LONG = "".join(f"{'a_rather_long_name_of_a_tensor' * 3}{i} = y = y * x\n" for i in range(100))
_JAPANESE = "".join(f"勾配を伝える計算の途中の値{i} = y = y * x\n" for i in range(100))

# What is run: a program, and how it is shown.
RUNS: Mapping[str, tuple[str, Options]] = {
    "empty": ("import torch\n", Options()),
    "single node": ("import torch\nx = torch.tensor(0.5, requires_grad=True)\n", Options()),
    "x * x": (_HEAD + "y = x * x\ny.backward()\n", Options()),
    "MLP": (programs.MLP.source, Options(legend=True)),
    "MLP, heat": (programs.MLP.source, _HEAT),
    "ResNet": (programs.RESNET.source, _ALL),
    "GPT-2": (programs.GPT2_THIN.source, _ALL),
    "GPT-2, heat": (programs.GPT2_THIN.source, _HEAT),
    "BERT": (programs.TRANSFORMER.source, _ALL),
    "LSTM x 200": (programs.LSTM.source, _ALL),
    "LSTM x 200, folded": (programs.LSTM.source, Options()),
    "loop of 1,000": (_LOOP.format(1_000), _ALL),
    "loop of 1,000, folded": (_LOOP.format(1_000), Options()),
    "loop of 10,000": (_LOOP.format(10_000), _ALL),
    "600 components": (_HEAD + _PARTS, _ALL),
    "long labels": (_HEAD + _LONG, _ALL),
    "Japanese labels": (_HEAD + _JAPANESE, _ALL._replace(language="ja")),
}


def tangle(count: int) -> Diagram:
    """Ops of which each takes the results of any two before it: most links lead far, past nearly everything."""
    chance = random.Random(1)
    names = [f"n{at}" for at in range(count)]
    arcs = [(names[chance.randrange(at)], names[at]) for at in range(1, count) for _ in range(2)]
    return diagram(names, arcs)


# What is only laid out and drawn.
DIAGRAMS: Mapping[str, Callable[[], Diagram]] = {
    "chain of 100,000": partial(chain, 100_000),
    **{f"fan of {count:,}": partial(fan, count) for count in (1_000, 10_000)},
    "LSTM x 200, weights shared": partial(lstm, 200, shared=True),
    **{f"layers of {count:,}": partial(synthetic, count) for count in (100, 1_000, 10_000, 100_000)},
    **{f"tangle of {count:,}": partial(tangle, count) for count in (100, 1_000, 10_000)},
}


def write(folder: Path) -> None:
    """Make every picture and write it as its frames, in a file of its name."""
    with Engine() as engine:
        for name, (source, options) in RUNS.items():
            made = picture(1, Record(engine.trace(Request(source))), options, complete=True)
            _write(folder / name, made._replace(drawing=made.drawing or EMPTY))
    for name, laid in DIAGRAMS.items():
        _write(folder / name, Picture(1, complete=True, drawing=drawing(laid())))


def _write(path: Path, made: Picture) -> None:
    sent = frames(1, made)
    assert sent is not None, f"{path.name} is too large to send"
    path.write_bytes(sent)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
