"""A program recurses as deep as it would by itself, and the recorder, whose frames come on top, loses nothing there.

How deep it gets is asked of a Python without gradviz, in a process of its own.
"""

import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType, TracebackType

import pytest

from gradviz.engine.record.internals import depth
from gradviz.engine.record.watches.recursion import take_out
from gradviz.model.program import FILE
from gradviz.model.trace import Trace
from tests.engine.bare import bare_run
from tests.engine.recording import record, tensor

HEAD = """\
import sys, threading, _thread, traceback, torch
from torch.utils.checkpoint import checkpoint
x = torch.ones(2, requires_grad=True)
deep = 0
def reached(call, *args):
    global deep
    deep = 0
    try:
        call(*args)
    except RecursionError as error:
        return deep, "maximum recursion depth exceeded" in str(error)
def calls(n):
    global deep
    deep = n
    return calls(n + 1)
def ops(n, y):
    global deep
    y = y * 1.0
    deep = n
    return ops(n + 1, y)
def first(n):
    return first(n - 1) if n else x * 2
def most(fits, low, high):
    while low + 1 < high:
        n = (low + high) // 2
        low, high = (n, high) if reached(fits, n) is None else (low, n)
    return low
"""
EXACT = """\
class Net(torch.nn.Module):
    def forward(self, y, n):
        global deep
        deep = n
        return self(y * 1.0, n + 1)
class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y, n):
        global deep
        deep = n
        return Twice.apply(y * 1.0, n + 1)
def nested(y, n):
    global deep
    deep = n
    return checkpoint(nested, y * 1.0, n + 1, use_reentrant=True)
def chain(y, n):
    return checkpoint(chain, y * 1.0, n - 1, use_reentrant=True) if n else y * 2
def generated(n):
    global deep
    deep = n
    yield from generated(n + 1)
def in_c(n):
    global deep
    deep = n
    list(map(in_c, [n + 1]))
class Node:
    def __getattr__(self, name):
        return getattr(self, name + "x")
print(reached(calls, 1), reached(ops, 1, x), most(first, 900, 1000))
print(reached(Net(), x, 1), reached(Twice.apply, x, 1))
print(reached(nested, x, 1), most(lambda n: chain(x, n).sum().backward(), 137, 145))
print(reached(lambda: list(generated(1))), reached(in_c, 1), reached(lambda: Node().a))
for limit in (150, 3000):
    sys.setrecursionlimit(limit)
    print(sys.getrecursionlimit(), reached(calls, 1), reached(Net(), x, 1))
sys.setrecursionlimit(1000)
def within(n):
    if n:
        return within(n - 1)
    try:
        sys.setrecursionlimit(60)
        return reached(calls, 1)
    except RecursionError as error:
        return error
    finally:
        sys.setrecursionlimit(1000)
print([within(n) for n in (40, 56, 57, 58, 59, 60)])
def idle():
    pass
for calls_before in range(20):
    for _ in range(calls_before):
        idle()
    print(within(55), within(56))
for limit in ("1", None, 0, -1, 2**31, 1.5):
    try:
        sys.setrecursionlimit(limit)
    except (TypeError, ValueError, OverflowError) as error:
        print(error, sys.getrecursionlimit())
thread = threading.Thread(target=lambda: print(reached(ops, 1, x)))
thread.start()
thread.join()
done = threading.Event()
def work():
    print(reached(ops, 1, x))
    done.set()
_thread.start_new_thread(work, ())
done.wait()
seen = 0
def counted():
    global seen
    try:
        counted()
    finally:
        seen += 1
print(reached(counted), seen)
try:
    calls(1)
except RecursionError:
    print(traceback.format_exc())
"""
ABOUT = """\
def other(y, n):
    global deep
    deep = n
    return checkpoint(other, y * 1.0, n + 1, use_reentrant=False)
def hooked():
    y = x * 2
    y.register_hook(lambda grad: grad)
    y.sum().backward()
def deeper(n, what):
    return deeper(n - 1, what) if n else what()
print(reached(other, x, 1)[0])
print(most(lambda n: deeper(n, hooked), 900, 1000))
print(most(lambda n: deeper(n, lambda: torch.sin(x)), 900, 1000))
print(most(lambda n: deeper(n, lambda: torch.func.grad(torch.sin)(torch.ones(()))), 900, 1000))
print(most(lambda n: deeper(n, lambda: print(end="")), 900, 1000))
"""


def _bare(source: str, folder: Path) -> str:
    """What a program prints by itself."""
    file = folder / "program.py"
    file.write_text(source)
    done = subprocess.run([sys.executable, "-W", "ignore", str(file)], capture_output=True, text=True, check=True)
    return done.stdout.replace(str(file), FILE)


def _refused(deep: str, told: str) -> Trace:
    """Record what goes too deep, with an op after it; where it is refused the program prints what is to be told."""
    body = "".join(f"    {line}\n" for line in deep.splitlines())
    trace = record(f"{HEAD}try:\n{body}except RecursionError:\n    print({told})\nlast = x * 5\n")
    assert trace.error is None
    return trace


def test_a_program_recurses_as_deep_as_by_itself(tmp_path: Path) -> None:
    source = HEAD + EXACT + "z = x * 3\n"
    bare, trace = _bare(source, tmp_path), record(source)
    assert trace.error is None
    assert "".join(one.text for one in trace.output if one.stream == "stdout") == bare
    made = tensor(trace, "z").made_by
    assert made is not None
    assert trace.ops[made].name == "aten::mul.Tensor"


def test_what_takes_levels_in_c_is_refused_within_three_of_where_it_is_by_itself(tmp_path: Path) -> None:
    source = HEAD + ABOUT
    trace = record(source)
    seen = [int(line) for line in "".join(one.text for one in trace.output).split()]
    bare = [int(line) for line in _bare(source, tmp_path).split()]
    assert seen == [pytest.approx(one, abs=3) for one in bare]


def test_at_the_limit_no_op_no_line_and_no_name_is_lost() -> None:
    source = f"{HEAD}print(reached(ops, 1, x))\ndone = deep\nlast = x * 5\nafter = last + 1\n"
    trace = record(source)
    assert trace.error is None
    (told,) = [one.text for one in trace.output if one.text.startswith("(")]
    ran = int(told[1:].partition(",")[0])
    muls = [op for op in trace.ops if op.name == "aten::mul.Tensor"]
    assert len(muls) == ran + 1
    chain = [op.inputs[0] for op in muls[1:ran]]
    assert chain == [op.outputs[0] for op in muls[: ran - 1]]
    rows = source.splitlines()
    lines = [step.line for step in trace.steps if step.kind == "line"]
    told_so = rows.index("    y = y * 1.0") + 2
    assert rows[told_so - 1] == "    deep = n"
    assert lines.count(told_so) == ran
    assert lines[-3:] == [len(rows) - 1, len(rows), None]
    assert (tensor(trace, "last").value, tensor(trace, "after").value) != (None, None)


def test_an_error_at_the_limit_is_told_where_the_call_is() -> None:
    trace = record("import torch\nx = torch.ones(2)\ndef f(n):\n    y = n\n    return f(n + 1)\nf(1)\n")
    assert trace.error is not None
    assert (trace.error.type, trace.error.message) == ("RecursionError", "maximum recursion depth exceeded")
    assert trace.error.line == 5


def test_a_refused_call_is_taken_out_however_often_it_is_told() -> None:
    def refuse() -> FrameType:
        return sys._getframe()

    def called() -> FrameType:
        return sys._getframe()

    here, refused, last = sys._getframe(), called(), refuse()
    for frames in ((refused,), (refused, refused)):
        told = TracebackType(None, last, -1, 1)
        for frame in (*frames, here):
            told = TracebackType(told, frame, -1, 1)
        take_out(told, refuse.__code__)
        assert told.tb_next is None


UNSEEN = (
    "def pack(_):\n    calls(1)\nwith torch.autograd.graph.saved_tensors_hooks(pack, pack):\n    x * x\n",
    "def pack(_):\n    ops(1, x)\nwith torch.autograd.graph.saved_tensors_hooks(pack, pack):\n    x * x\n",
    "@torch.library.custom_op('gradviz_test::deep', mutates_args=())\n"
    "def deep_op(a: torch.Tensor) -> torch.Tensor:\n    return deep_op(a)\ndeep_op(x.detach())\n",
    "class Mine(torch.Tensor):\n    @classmethod\n"
    "    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):\n        return args[0] + 1\n"
    "torch.Tensor._make_subclass(Mine, torch.ones(2)) + 1\n",
)


TRACED = (
    "sys.settrace(lambda *_: None)\nops(1, x)\n",
    "sys.settrace(None)\nops(1, x)\n",
    "sys.settrace(lambda *_: None)\nlist(map(lambda y: ops(1, y), [x]))\n",
)


@pytest.mark.parametrize("deep", TRACED)
def test_a_trace_function_of_the_program_s_own_is_in_nobody_s_way(deep: str) -> None:
    trace = _refused(deep, "deep > 990")
    assert [one.text for one in trace.output] == ["True\n"]
    assert trace.ops[-1].name == "aten::mul.Tensor"


@pytest.mark.parametrize("deep", UNSEEN)
def test_where_torch_calls_the_program_in_the_middle_of_an_op_it_is_refused_too(deep: str) -> None:
    trace = _refused(deep, "'refused'")
    assert [one.text for one in trace.output] == ["refused\n"]
    assert tensor(trace, "last").made_by is not None


def test_a_program_that_sets_no_limit_finds_the_one_that_was_there() -> None:
    before = sys.getrecursionlimit()
    record("import sys\nsys.setrecursionlimit(5000)\nassert sys.getrecursionlimit() == 5000\n")
    assert sys.getrecursionlimit() == before == depth.limits.most


def test_what_is_asked_for_the_limit_names_itself_as_by_itself() -> None:
    source = """\
import inspect, pickle, sys
for one in (sys.getrecursionlimit, sys.setrecursionlimit):
    print(one.__name__, one.__module__, one.__doc__, inspect.signature(one))
    print(pickle.loads(pickle.dumps(one)) is one)
"""
    bare = bare_run(source)
    assert bare.error is None
    assert "".join(one.text for one in record(source).output) == bare.printed


def test_a_level_is_that_of_the_frame() -> None:
    found: list[int] = []

    def level(n: int) -> None:
        found.append(depth.level())
        if n:
            level(n - 1)

    thread = threading.Thread(target=level, args=(3,))
    thread.start()
    thread.join()
    assert found == [4, 5, 6, 7]  # beneath it are three of threading's own


def test_a_module_nested_deeper_than_the_limit_is_looked_through() -> None:
    nested = "functools.reduce(lambda inner, _: torch.nn.Sequential(inner), range(2000), torch.nn.Linear(2, 2))"
    trace = record(f"import functools, torch\nnet = {nested}\nx = torch.ones(2)\n")
    assert trace.error is None
    assert len(trace.modules) == 2001
    assert [one.path for one in trace.modules[:3]] == ["net", "net.0", "net.0.0"]
    assert tensor(trace, "x").made_by is not None
