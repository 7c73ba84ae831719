"""Reading a graph that is there: the walk of the grad_fns, and the whole way from the end of a forward to a picture."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from types import ModuleType
from typing import TypeVar

import msgspec
import torch

from gradviz.drawing.compose import compose
from gradviz.drawing.draft import draft
from gradviz.drawing.theme import LIGHT
from gradviz.export.svg import svg
from gradviz.layout import layered
from gradviz.model.graph.graph import View
from gradviz.picture.make import picture
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import seen
from tests.bench import peers, programs
from tests.bench.programs import Measured
from tests.bench.rows import Row, main
from tests.bench.torch_runs import forget, fresh_run, one_thread, read, reader, run_bare, run_recorded, whole
from tests.bench.turns import Timed, busy, clock, in_ms, ratio, take_turns, uncollected

PATIENCE = 20.0  # seconds after which a peer is stopped
VIEWS: tuple[View, ...] = ("both", "backward")
Stage = TypeVar("Stage")


def ready_graph(most: int) -> Iterator[Row]:
    """The grad_fns of a forward that has been run, written down; torchviz makes DOT text of the same."""
    one_thread()
    names = run_bare(programs.GPT2_THIN.source)
    model, result = names["model"], names["y"]
    assert isinstance(model, torch.nn.Module)
    assert isinstance(result, torch.Tensor)
    counted = fresh_run()
    counted.nodes.see(result.grad_fn, None)
    what = f"reading a ready graph of {len(counted.stream.grad_fns)} grad_fns, against torchviz.make_dot"
    ways: dict[str, Timed] = {
        "recorder": lambda: _recorded(result, tuple(model.parameters())),
        "edges alone": clock(lambda: _edges(result)),
    }
    torchviz = peers.load("torchviz")
    if torchviz is not None:
        ways["torchviz"] = clock(lambda: torchviz.make_dot(result, params=dict(model.named_parameters())))
        ways["torchviz with saved"] = clock(lambda: torchviz.make_dot(result, show_saved=True))
    spent = take_turns(ways, min(15, most))
    figures = in_ms(spent) | {"grad_fns": float(len(counted.stream.grad_fns))}
    if torchviz is None:
        yield Row("capture", what, None, "x", 1 / 8, figures, peers.absent("torchviz"))
        return
    saved = ratio(spent["recorder"], spent["torchviz with saved"])
    note = f"the recorder also reads what each grad_fn saved: 1/{1 / saved:.1f} of torchviz where that is asked to"
    yield Row("capture", what, ratio(spent["recorder"], spent["torchviz"]), "x", 1 / 8, figures, note)


def _recorded(result: torch.Tensor, parameters: tuple[torch.Tensor, ...]) -> float:
    """Have a new recorder read the graph. It knows the parameters, which it sees as they are made."""
    fresh = fresh_run()
    for parameter in parameters:
        fresh.ledger.see(parameter, None)
    return clock(lambda: fresh.nodes.see(result.grad_fn, None))()


def _edges(result: torch.Tensor) -> int:
    """Follow next_functions and read nothing else: what any tool needs at the least."""
    seen, todo = {result.grad_fn}, [result.grad_fn]
    while todo:
        for target, _ in getattr(todo.pop(), "next_functions", ()):
            if target is not None and target not in seen:
                seen.add(target)
                todo.append(target)
    return len(seen)


def model_capture(most: int) -> Iterator[Row]:
    """Peers that run the model again in order to see it: their whole capture against a recorded forward."""
    one_thread()
    names = run_bare(programs.GPT2_THIN.source)
    model, x = names["model"], names["x"]
    ways: dict[str, Timed] = {"recorder": lambda: _forward(programs.GPT2_THIN)}
    for name, capture in (("torchview", _view), ("torchlens", _lens)):
        peer = peers.load(name)
        if peer is not None:
            ways[name] = clock(capture(peer, model, x))
    spent = take_turns(ways, min(5, most))
    what = "running and recording a forward, against {}"
    for name in ("torchview", "torchlens"):
        known = {key: spent[key] for key in ("recorder", name) if key in spent}
        value = ratio(spent["recorder"], spent[name]) if name in spent else None
        note = "" if name in spent else peers.absent(name)
        yield Row(f"peers-{name}", what.format(name), value, "x", None, in_ms(known), note)


def _view(peer: ModuleType, model: object, x: object) -> Callable[[], object]:
    return lambda: peer.draw_graph(model, input_data=x, depth=50, mode="train")


def _lens(peer: ModuleType, model: object, x: object) -> Callable[[], object]:
    return lambda: peer.trace(model, x)


def _forward(measured: Measured) -> float:
    forget()
    run_recorded(measured.timed, lambda _: None)
    names = vars(sys.modules["__main__"])
    return float(names["ended"] - names["began"])


def gpt2(most: int) -> Iterator[Row]:
    """From the end of the forward to a picture: what is left of the recording, the graph, its layout, its drawing."""
    one_thread()
    result = run_bare(programs.GPT2.source)["y"]
    torchviz = peers.load("torchviz")
    every = Options(fold="none", most=None)
    ways: dict[str, Timed] = {
        "every node": _pictured(programs.GPT2, every),
        "every node, read afterwards": _pictured(programs.GPT2, every, afterwards=True),
        "folded": _pictured(programs.GPT2, Options()),
        "folded, read afterwards": _pictured(programs.GPT2, Options(), afterwards=True),
        "every node to SVG": _pictured(programs.GPT2, every, to_svg=True),
        "end of recording": lambda: _ending(programs.GPT2),
    }
    if torchviz is not None:
        ways["torchviz and dot"] = clock(lambda: peers.dot(torchviz.make_dot(result).source, "svg"))
    spent = take_turns(ways, min(3, most))
    overlap = "its pages are read as they come, which another process does while the program runs"
    note = overlap if torchviz else peers.absent("torchviz")
    pages: list[bytes] = []
    run_recorded(programs.GPT2.source, pages.append)
    for name, said, options in (
        ("every node", "of every op", every),
        ("folded", "of it folded, as the window shows it", Options()),
    ):
        what = f"GPT-2 small, from the end of its forward to a picture {said}, against torchviz and dot"
        value = ratio(spent[name], spent["torchviz and dot"]) if torchviz else None
        known = {way: each for way, each in spent.items() if way.startswith((name, "end", "torchviz"))}
        figures = in_ms(known) | _parts(programs.GPT2.source, pages, options)
        yield Row(f"gpt2-{name.split()[0]}", what, value, "x", 1 / 15, figures, note)


def _pictured(measured: Measured, options: Options, *, to_svg: bool = False, afterwards: bool = False) -> Timed:
    """Return what runs a program recorded, and tells how long after its forward there was a picture of it.

    Args:
        measured: the program.
        options: how it is shown.
        to_svg: as a file, not for the window.
        afterwards: whether its pages are read when it has run, in place of as they come.
    """

    def timed() -> float:
        forget()
        pages: list[bytes] = []
        taken = reader(measured.timed)
        run_recorded(measured.timed, pages.append if afterwards else taken.page)
        ended = float(vars(sys.modules["__main__"])["ended"])
        with uncollected():
            trace = read(measured.timed, pages) if afterwards else whole(taken)
            made = picture(1, Record(trace), options, complete=True)
            assert made.drawing is not None
            if to_svg:
                svg(made.drawing, LIGHT, LIGHT.ground)
            else:
                msgspec.msgpack.encode(made)
        return time.process_time() - ended

    return timed


def _ending(measured: Measured) -> float:
    """What recording still takes after the forward: the state of what lives, and the last page."""
    forget()
    run_recorded(measured.timed, lambda _: None)
    return time.process_time() - float(vars(sys.modules["__main__"])["ended"])


def lstm(most: int) -> Iterator[Row]:
    """A graph whose weights are shared by 200 steps, all of it drawn."""
    one_thread()
    pages: list[bytes] = []
    run_recorded(programs.LSTM.source, pages.append)
    ways = {f"view {view}": clock(partial(_drawn, pages, Options(view=view, fold="none", most=None))) for view in VIEWS}
    spent = take_turns(ways, min(3, most))
    note = _torchviz_of_lstm()
    for view in VIEWS:
        each = spent[f"view {view}"]
        what = f"200 steps of an LSTMCell, every grad_fn drawn (view {view}), after the run"
        options = Options(view=view, fold="none", most=None)
        figures = in_ms({"all": each}) | _parts(programs.LSTM.source, pages, options)
        yield Row(f"lstm-{view}", what, each.median, "s", 1.0, figures, note)


def _parts(source: str, pages: list[bytes], options: Options) -> dict[str, float]:
    """What each stage on the way to a drawing takes, once, one after the other."""
    ended = [busy()]

    def stage(result: Stage) -> Stage:
        ended.append(busy())
        return result

    with uncollected():
        record = stage(Record(read(source, pages)))
        graph, known = stage(seen(record, options))
        sized = stage(draft(graph, known))
        placed = stage(layered.place(sized.diagram))
        drawn = stage(compose(sized, placed))
        stage(msgspec.msgpack.encode(drawn))
    names = ("reading", "graph", "draft", "layout", "drawing", "encoding")
    spent = zip(names, (1000 * (after - before) for before, after in pairwise(ended)), strict=True)
    return {f"{name}, ms": each for name, each in spent} | {"nodes": float(len(drawn.nodes))}


def _drawn(pages: list[bytes], options: Options) -> int:
    """Make the whole picture, as bytes for the window; return how many nodes it has."""
    with uncollected():
        made = picture(1, Record(read(programs.LSTM.source, pages)), options, complete=True)
        assert made.drawing is not None
        msgspec.msgpack.encode(made)
        return len(made.drawing.nodes)


def _torchviz_of_lstm() -> str:
    """What becomes of the same graph elsewhere."""
    result = run_bare(programs.LSTM.source)["y"]
    torchviz = peers.load("torchviz")
    if torchviz is None:
        return peers.absent("torchviz")
    began = busy()
    try:
        peers.dot(torchviz.make_dot(result).source, "svg", PATIENCE)
    except RecursionError:
        return "torchviz ends in a RecursionError"
    except subprocess.TimeoutExpired:
        return f"torchviz and dot were stopped after {PATIENCE:.0f} s"
    return f"torchviz and dot take {busy() - began:.1f} s"


if __name__ == "__main__":
    main({"capture": ready_graph, "peers": model_capture, "gpt2": gpt2, "lstm": lstm})
