"""The headless client with the real engine: whatever a run does, there is a Trace or a plain word."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from gradviz.model.errors.ending import DIED, REFUSED
from gradviz.model.launch import FIXED, clean
from gradviz.model.wire import Kind, Limits, Request, pack
from gradviz.runs import Engine, EngineError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def script(path: Path, text: str) -> str:
    """Return an interpreter made of a shell script."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_engine_says_what_it_is(engine: Engine) -> None:
    assert engine.ready.torch == torch.__version__
    assert engine.ready.python == ".".join(map(str, sys.version_info[:3]))


def test_a_trace_holds_what_torch_computed(engine: Engine) -> None:
    trace = engine.trace(Request("x = torch.arange(3., requires_grad=True)\ny = (x * x).sum()\ny.backward()\n"))
    x = torch.arange(3.0, requires_grad=True)
    torch.autograd.backward((x * x).sum())
    assert trace.error is None
    assert x.grad is not None
    leaf = next(tensor for tensor in trace.tensors if "x" in tensor.names)
    assert leaf.grad is not None
    assert leaf.grad.data == tuple(x.grad.tolist())


def test_frames_end_with_the_exit(engine: Engine) -> None:
    kinds = [frame.kind for frame in engine.frames(Request("1 + 1"))]
    assert set(kinds[:-1]) == {Kind.PAGE}
    assert kinds[-1] is Kind.EXITED


def test_a_limit_is_part_of_the_trace(engine: Engine) -> None:
    trace = engine.trace(Request("x = 1\nwhile True: pass", limits=Limits(seconds=0.5)))
    assert trace.limits is not None
    assert trace.limits == ("time", "line 2")
    assert trace.error is None


def test_a_crash_is_an_error_on_its_line(engine: Engine) -> None:
    trace = engine.trace(Request("import ctypes\n\nctypes.string_at(0)"))
    assert trace.error is not None
    assert (trace.error.type, trace.error.line) == (DIED, 3)
    assert "Segmentation fault" in trace.error.message


def test_what_came_before_a_forged_page_is_kept(engine: Engine) -> None:
    source = (
        "import os, struct\nx = torch.ones(2)\ny = x + 1\nos.write(4, struct.pack('<I', 4) + b'oops')\nwhile True: pass"
    )
    trace = engine.trace(Request(source, limits=Limits(seconds=60.0)))
    assert trace.error is not None
    assert trace.error.type == REFUSED
    assert [tensor.names for tensor in trace.tensors if tensor.names] == [("x",), ("y",)]
    assert engine.trace(Request("1 + 1")).error is None


def test_every_request_is_answered_in_its_own_time() -> None:
    with Engine() as engine, pytest.raises(EngineError, match="does not answer"):
        list(engine.frames(Request("while True: pass", limits=Limits(seconds=10.0)), patience=-9.5))


def test_no_interpreter() -> None:
    with pytest.raises(EngineError, match="/nowhere/python cannot be started: No such file"), Engine("/nowhere/python"):
        pass


def test_an_interpreter_without_torch(tmp_path: Path) -> None:
    bare = script(tmp_path / "python", f'exec {sys.executable} -S "$@"')
    with pytest.raises(EngineError, match=r"torch is not installed for .*--python"), Engine(bare):
        pass


def test_an_interpreter_that_is_none(tmp_path: Path) -> None:
    broken = script(tmp_path / "python", "echo not a python >&2; exit 5")
    with pytest.raises(EngineError, match=r"the engine ended \(status 5\)\nnot a python"), Engine(broken):
        pass


def test_an_interpreter_that_dies(tmp_path: Path) -> None:
    dying = script(tmp_path / "python", "kill -9 $$")
    with pytest.raises(EngineError, match="killed by signal 9"), Engine(dying):
        pass


def test_an_interpreter_that_talks(tmp_path: Path) -> None:
    chatty = script(tmp_path / "python", "echo hello, who is there")
    with pytest.raises(EngineError, match="what is no frame"), Engine(chatty):
        pass


@pytest.mark.parametrize(
    ("frame", "words"), [(pack(Kind.PAGE), "began with PAGE"), (pack(Kind.READY, 0, b"[1]"), "greeting")]
)
def test_an_interpreter_that_greets_wrongly(tmp_path: Path, frame: bytes, words: str) -> None:
    (tmp_path / "frame").write_bytes(frame)
    with pytest.raises(EngineError, match=words), Engine(script(tmp_path / "python", f"cat {tmp_path}/frame")):
        pass


def test_an_engine_that_dies_in_between(engine: Engine) -> None:
    with Engine() as other:
        os.kill(other.pid, 9)
        with pytest.raises(EngineError, match="killed by signal 9"):
            other.trace(Request("1 + 1" + " " * 2**20))


def test_started_with_another_environment_the_engine_starts_itself_again(tmp_path: Path) -> None:
    dirty = script(tmp_path / "python", f'OMP_NUM_THREADS=2 LEAK=secret exec {sys.executable} "$@"')
    with Engine(dirty) as engine:
        trace = engine.trace(Request("import os\nprint(*sorted(os.environ))"))
    assert trace.output[0].text.split() == sorted(clean(os.environ) | FIXED)
