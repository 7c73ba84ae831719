"""Our own processes, started as the window and the commands start them, in a folder full of a program's neighbours."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from gradviz.drawing.theme import THEMES
from gradviz.export.data import document
from gradviz.export.dot import dot
from gradviz.model.trace import End, Memory, Page, Trace
from gradviz.model.wire import Exit, Frame, FrameReader, Kind, Ready, Request, encode, pack
from gradviz.picture.picture import DataFormat, Options, Picture, Save, Saved
from gradviz.picture.record.record import Record
from gradviz.picture.stage.shown import seen
from gradviz.runs import Engine
from gradviz.ui.processes import commands
from tests.unit.model.traces import square

RUN = pack(Kind.READY, 0, encode(Ready("2.13.0", "3.11.7", ""))) + pack(Kind.RUN, 1, encode(Request("x")))
ENDED = pack(Kind.EXITED, 1, encode(Exit(0, 0)))


def page() -> bytes:
    trace = square().trace()
    steps = tuple(step for step in trace.steps if step.kind != "op")
    states = tuple(state._replace(names=()) for state in (*trace.past, *trace.tensors))
    found = Page(states, trace.ops, trace.grad_fns, steps, trace.backwards, end=End(None, None, Memory(), 0.5))
    return pack(Kind.PAGE, 1, encode(found))


def expected() -> Trace:
    return square().trace()._replace(source="x", seconds=0.5)


@pytest.fixture
def neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs named like libraries, which is where one starts."""
    for name in ("msgspec", "json", "random", "graphviz", "gradviz", "torch", "struct"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write('{name} ')\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answers(data: bytes) -> list[Frame]:
    """What the picture process says before its input ends."""
    done = subprocess.run(commands.picture(), input=data, capture_output=True, check=True)
    assert done.stderr == b""
    return list(FrameReader().feed(done.stdout))


def test_the_picture_process_imports_none_of_them(neighbours: Path) -> None:
    taken, made = answers(RUN + page() + ENDED)
    assert taken.kind is Kind.RUN
    assert msgspec.msgpack.decode(made.payload, type=Picture).drawing is not None
    assert not (neighbours / "imported").exists()


@pytest.mark.slow
def test_the_engine_imports_none_of_them(neighbours: Path) -> None:
    with Engine() as engine:
        trace = engine.trace(Request("import random, json, torch\nx = torch.ones(1) * random.random()"))
    assert trace.error is None
    assert not (neighbours / "imported").exists()


@pytest.mark.parametrize("form", ["dot", "json"])
def test_the_picture_process_writes_the_trace_it_holds(form: DataFormat, tmp_path: Path) -> None:
    path = tmp_path / f"graph.{form}"
    options = Options(view="backward", direction="LR")
    wanted = Save(str(path), form, "dark", options)
    *_, told = answers(RUN + page() + pack(Kind.SAVE, 1, msgspec.msgpack.encode(wanted)))
    assert msgspec.msgpack.decode(told.payload, type=Saved) == Saved(str(path))
    graph, known = seen(Record(expected()), options)
    text = dot(graph, known, THEMES["dark"], direction="LR")
    assert path.read_bytes() == (text.encode() if form == "dot" else b"".join(document(expected())))


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    wanted = Save(str(tmp_path / "none" / "graph.dot"), "dot", "light", Options())
    *_, told = answers(RUN + page() + pack(Kind.SAVE, 1, msgspec.msgpack.encode(wanted)))
    assert msgspec.msgpack.decode(told.payload, type=Saved).reason == "No such file or directory"
    assert list(tmp_path.iterdir()) == []
