"""The graph of a tensor of one's own process, drawn: in a notebook, or in the middle of a training script.

    from gradviz.notebook import graph

    graph(loss)                                # at the end of a cell: the picture
    graph(loss, logits)                        # of several tensors
    graph(loss, model=model).save("loss.svg")  # or .png, .pdf, .dot, .json
    display(graph(loss), include=["image/png"])  # where no SVG is shown

What gradviz runs itself it sees from the first op on. Here it reads what autograd has ready: the grad_fns that backward
would run, what they saved, and the leaves. No process of gradviz imports this; it alone joins the engine and pictures.
"""

import platform
import sys
import warnings
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from math import inf
from pathlib import Path
from typing import get_args

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import THEMES, ThemeName
from gradviz.engine.ready import named
from gradviz.engine.ready.page import TORCH, Ready, read
from gradviz.engine.ready.reach import MOST
from gradviz.export.aside import Painting, painted_aside
from gradviz.export.data import document
from gradviz.export.dot import dot
from gradviz.export.look import Look
from gradviz.export.svg import svg
from gradviz.export.whole import write_whole
from gradviz.intake.tracebuilder import TraceBuilder
from gradviz.layout.diagram import Direction
from gradviz.model import wire
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Trace
from gradviz.model.uncollected import uncollected
from gradviz.picture.picture import Engine, FoldMode, Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import seen, shown
from gradviz.picture.texts.notices import notices
from gradviz.picture.words import WORDS

FORMATS = ("svg", "png", "pdf", "dot", "json")


class Drawn:
    """The graph of autograd as it stood when it was read. It holds records of that, and no tensor."""

    def __init__(self, trace: Trace, options: Options, look: Look) -> None:
        """Take what was read, and how it is to be shown."""
        self.trace = trace
        self._options = options
        self._look = look

    def __repr__(self) -> str:
        """What there is, in a line."""
        trace, leaves = self.trace, sum(one.variable is not None for one in self.trace.grad_fns)
        told = _counted(len(trace.grad_fns) - leaves, "grad_fn", "grad_fns")
        told += ", " + _counted(leaves, "leaf that requires grad", "leaves that require grad")
        told += f", {byte_text(trace.memory.saved_bytes)} saved for backward"
        return f'<graph of {told}; .save("graph.svg") writes its picture>'

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        return svg(self._drawing(), self._look.colours, self._look.ground, scale=self._look.scale)

    def _repr_mimebundle_(self, include: Collection[str] | None = None, **_: object) -> dict[str, str]:
        """What a notebook shows where it is asked for something else: `display(drawn, include=["image/png"])`.

        A PNG is painted by a process of its own, and only then.
        """
        if include is None or "image/png" not in include:
            return {}
        return {"image/png": b64encode(b"".join(self._pieces("png", ""))).decode()}

    def save(self, path: str | Path) -> None:
        """Write the picture, or the record of the graph, to a file.

        Args:
            path: the file; its ending says what it is to be: .svg, .png, .pdf, .dot or .json.

        Raises:
            ValueError: it has another ending.
            OSError: it could not be written; what was there before is untouched.
        """
        file = Path(path)
        write_whole(file, self._pieces(file.suffix.removeprefix(".").lower(), file.name))

    def _pieces(self, form: str, name: str) -> Iterable[bytes]:
        match form:
            case "svg":
                return [self._repr_svg_().encode()]
            case "png" | "pdf":
                return [painted_aside(Painting(self._drawing(), form, self._look))]
            case "dot":
                return [self._dot().encode(errors="replace")]
            case "json":
                return document(self.trace)
        raise ValueError(f"{name} ends in none of .{', .'.join(FORMATS)}")

    def _drawing(self) -> Drawing:
        with uncollected():
            return shown(Record(self.trace), self._options).drawing

    def _dot(self) -> str:
        options = self._options
        what = *seen(Record(self.trace), options), THEMES[self._look.theme], WORDS[options.language]
        return dot(*what, values=options.values, direction=options.direction)


def graph(
    *outputs: object,
    model: object = None,
    names: Mapping[str, object] | None = None,
    fold: FoldMode = "auto",
    layout: Engine = "layered",
    direction: Direction = "TB",
    theme: ThemeName = "light",
    lang: Language = "en",
    scale: float = 1.0,
    transparent: bool = False,
    legend: bool = False,
    values: bool = True,
    badges: bool = True,
) -> Drawn:
    """Read the graph of autograd that leads to some tensors, as it stands now, to be looked at or saved.

    Leaves are called what `names` says, else what `model` calls them, else what variables do that the caller sees.
    No tensor, version, hook, random state or grad mode is changed, and nothing is kept alive. Torch alone keeps an
    object for each grad_fn that was looked at, while that lives, and frees a chain of those by recursion: so of more
    than 20,000 the nearest to the outputs are read, and a graph that grows without end is not for every step.

    Args:
        outputs: tensors, as a loss, or what a model returns: a list, tuple, dict or dataclass of tensors, of which
            all else is passed over. No model is run: that would draw from random states and change its buffers.
        model: the torch.nn.Module whose parameters, buffers and other tensors are meant.
        names: what tensors are to be called: {"weight": w}.
        fold: "auto" draws repeated parts once, with a count; "none" every grad_fn.
        layout: "layered" or "graphviz".
        direction: "TB" or "LR".
        theme: "light" or "dark".
        lang: "en" or "ja".
        scale: size of the picture.
        transparent: whether to leave out the ground.
        legend: whether to explain the shapes.
        values: whether to read and write values: of up to a million elements on the CPU, of up to 64 elsewhere.
        badges: whether a leaf is named where it is used far away.

    Raises:
        TypeError: what is given is no tensor and holds none.
        ValueError: an option is none of those.
    """
    _check(fold=(fold, FoldMode), layout=(layout, Engine), direction=(direction, Direction), theme=(theme, ThemeName))
    _check(lang=(lang, Language))
    if not 0 < scale < inf:
        raise ValueError(f"scale is to be a number above 0, not {scale!r}")
    found = named.outputs_in(outputs)
    sources = named.sources(found, model, names, sys._getframe(1))
    with uncollected():
        ready = read([tensor for _, tensor in found], sources, values=values)
        trace = _trace(ready)
    for sentence in notices(Record(trace), lang, MOST if ready.left_out else None):
        warnings.warn(sentence, stacklevel=2)
    shown_as = Options("backward" if trace.grad_fns else "both", fold, layout, direction, language=lang)
    options = shown_as._replace(legend=legend, values=values, badges=badges, most=None)
    return Drawn(trace, options, Look(theme, transparent, scale))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _check(**chosen: tuple[str, object]) -> None:
    """Hold what a person chose to the words that there are for it: a notebook checks no types."""
    for option, (value, words) in chosen.items():
        if value not in get_args(words):
            raise ValueError(f"{option} is to be {' or '.join(map(repr, get_args(words)))}, not {value!r}")


def _trace(ready: Ready) -> Trace:
    """What was read, by the door that what a run sends comes in by: the same laws are held against it."""
    builder = TraceBuilder(wire.Request("", ready.mode), wire.Ready(TORCH, platform.python_version(), ""))
    builder.page(wire.encode(ready.page))
    return builder.trace()._replace(seen=False)
