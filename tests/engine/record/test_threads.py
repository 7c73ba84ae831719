"""Threads the program starts are recorded as its own is: exactly, in order, each with the grad mode it has."""

import sys
import threading

import pytest

from gradviz.model.trace import Trace
from gradviz.model.wire import Limits
from tests.engine.bare import both_runs
from tests.engine.recording import op, record, tensor

HEAD = """\
import threading, time
from concurrent.futures import ThreadPoolExecutor
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
def run(*works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
held = {}
"""

PROGRAMS = {
    "ops": """\
def work():
    y = x * 2
    held['y'] = y.sin()
run(work)
z = held['y'].sum()
z.backward()
print(x.grad)
""",
    "a lambda": """\
run(lambda: held.update(y=(x * 2).sin()))
z = held['y'].sum()
z.backward()
print(x.grad)
""",
    "ops at once": """\
def work(name, a):
    for _ in range(50):
        a = a * 1.01 + 0.1
    held[name] = a
run(*[lambda k=k: work(k, x if k % 2 else w) for k in range(6)])
y = torch.stack([held[k] for k in range(6)]).sum()
y.backward()
print(x.grad, w.grad)
""",
    "modes apart": """\
ready, done = threading.Event(), threading.Event()
def plain():
    ready.wait()
    held['y'] = x * 2
    print(torch.is_grad_enabled())
    done.set()
def still():
    with torch.no_grad():
        ready.set()
        done.wait()
        held['z'] = x * 3
with torch.inference_mode():
    run(plain, still)
    i = x + 1
print(held['y'].requires_grad, held['z'].requires_grad)
y = held['y'].sum()
y.backward()
print(x.grad)
""",
    "backward in a thread": """\
y = (x * w).sum()
run(lambda: y.backward())
print(x.grad, w.grad)
""",
    "backwards at once": """\
def train(k):
    for _ in range(5):
        loss = (x * (k + 1)).sin().sum()
        held[k] = torch.autograd.grad(loss, x)[0]
run(*[lambda k=k: train(k) for k in range(4)])
y = torch.stack([held[k] for k in range(4)])
print(y)
""",
    "backwards through one leaf": """\
lock = threading.Lock()
def train(k):
    for _ in range(5):
        loss = (x * (k + 1)).sum()
        with lock:
            loss.backward()
run(*[lambda k=k: train(k) for k in range(4)])
print(x.grad)
""",
    "a pool": """\
with ThreadPoolExecutor(3) as pool:
    parts = list(pool.map(lambda k: (x * k) ** 2, range(8)))
y = torch.stack(parts).sum()
y.backward()
print(x.grad)
""",
    "a result met at once": """\
with ThreadPoolExecutor(2) as pool:
    for k in range(20):
        y = pool.submit(torch.mul, x, 2.0).result() + 1
y.sum().backward()
print(x.grad)
""",
    "a Function": """\
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a * 2
    @staticmethod
    def backward(ctx, g):
        return g * 2
def work(k):
    a = Double.apply(x * k)
    held[k] = Double.apply(a.sin())
run(*[lambda k=k: work(k) for k in range(4)])
y = sum(held[k].sum() for k in range(4))
y.backward()
print(x.grad)
""",
    "hooks that pack": """\
def work(k):
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 1, lambda t: t):
        held[k] = (x * k).exp().sin()
run(*[lambda k=k: work(k) for k in range(4)])
y = sum(held[k].sum() for k in range(4))
y.backward()
print(x.grad)
""",
    "a subclass of Thread": """\
class Worker(threading.Thread):
    def run(self):
        y = x * 2
        self.result = y.sin()
worker = Worker()
worker.start()
worker.join()
y = worker.result
print(y)
""",
    "a generator that changes threads": """\
def numbers():
    for k in range(4):
        y = x * k
        yield y
found = numbers()
held['a'] = next(found)
run(lambda: held.update(b=next(found)))
held['c'] = next(found)
y = (held['a'] + held['b'] + held['c']).sum()
y.backward()
print(x.grad)
""",
    "an error in a thread": """\
threading.excepthook = lambda args: print(args.exc_type.__name__)
def work():
    y = x * 2
    y.backward()
run(work)
threading.excepthook = threading.__excepthook__
y = x * 3
print(y)
""",
    "a warning and prints": """\
import warnings
def work():
    print('in', torch.is_grad_enabled())
    warnings.warn('mind')
run(work)
print('out')
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_the_same_as_the_bare_interpreter(name: str) -> None:
    bare, recorded, trace = both_runs(HEAD + PROGRAMS[name])
    assert recorded == bare
    assert trace.error is None


def _made_by(trace: Trace, name: str) -> list[tuple[str, str | None]]:
    return [(one.phase, one.why_unrecorded) for one in trace.ops if one.name.startswith(f"aten::{name}.")]


def test_every_op_is_there_with_its_grad_fn() -> None:
    trace = record(HEAD + PROGRAMS["ops at once"])
    assert _made_by(trace, "mul").count(("forward", None)) == 300
    assert _made_by(trace, "add").count(("forward", None)) == 300
    assert sum(step.kind == "accumulate" for step in trace.steps) == 2


def test_a_backward_is_recorded_once_where_threads_share_a_leaf() -> None:
    trace = record(HEAD + PROGRAMS["backwards through one leaf"])
    assert sum(step.kind == "accumulate" for step in trace.steps) == 20
    assert len(trace.backwards) == 20


def test_a_backward_inside_another_is_recorded_once() -> None:
    source = """\
import torch
from torch.utils.checkpoint import checkpoint
w = torch.tensor(2.0, requires_grad=True)
x = torch.tensor(3.0, requires_grad=True)
y = checkpoint(lambda a: a * w, x, use_reentrant=True) * w
y.backward()
print(w.grad)
"""
    trace = record(source)
    assert trace.output[0].text == "tensor(12.)\n"
    assert sum(step.kind == "accumulate" for step in trace.steps) == 4  # w twice, x, and its detached copy


def test_grad_modes_do_not_leak_between_threads() -> None:
    trace = record(HEAD + PROGRAMS["modes apart"])
    muls = [one for one in trace.ops if one.phase == "forward" and one.name == "aten::mul.Tensor"]
    assert [(one.grad_mode, one.region is None) for one in muls] == [("grad", True), ("no_grad", False)]
    assert op(trace, "add").grad_mode == "inference"
    assert [(region.mode, region.parent) for region in trace.regions] == [("inference", None), ("no_grad", None)]


def test_names_in_a_thread_are_those_of_its_functions() -> None:
    trace = record(HEAD + PROGRAMS["ops"])
    assert op(trace, "mul").line == 14
    assert trace.tensors[op(trace, "mul").outputs[0]].names == ("y",)
    names = [(step.names["y"], step.depth) for step in trace.steps if step.names and "y" in step.names]
    assert names == [(op(trace, "mul").outputs[0], 1)]
    assert tensor(trace, "held['y']").grad_fn is not None


def test_an_error_in_a_thread_is_printed_and_the_program_goes_on() -> None:
    trace = record(HEAD + "run(lambda: x.backward())\ny = x * 2\n")
    assert trace.error is None
    assert "RuntimeError: grad can be implicitly created" in "".join(one.text for one in trace.output)
    assert op(trace, "mul").line == 14


def test_a_limit_reached_in_a_thread_is_told() -> None:
    source = HEAD + "def work():\n    y = x\n    while True:\n        y = y + 1\nrun(work)\n"
    trace = record(source, limits=Limits(ops=100))
    assert trace.limits is not None
    assert (trace.limits.reached, len(trace.ops)) == ("ops", 100)
    assert trace.output == ()


def test_a_thread_left_behind_ends_and_nothing_comes_after_the_end() -> None:
    source = HEAD + "def work():\n    y = x\n    while True:\n        y = y.detach() + 1\n"
    trace = record(source + "threading.Thread(target=work, name='left').start()\ntime.sleep(0.05)\n")
    assert trace.error is None
    for thread in threading.enumerate():
        if thread.name == "left":
            thread.join(10.0)
            assert not thread.is_alive()


RAW = """\
import torch
import _thread
x = torch.tensor([1.0, 2.0], requires_grad=True)
found, done = [], _thread.allocate_lock()
done.acquire()
def work(times):
    with torch.no_grad():
        kept = x * times
    found.append((x * times).sin())
    done.release()
_thread.start_new_thread(work, (3,))
done.acquire()
found[0].sum().backward()
print(x.grad)
"""


def test_a_thread_that_is_started_without_the_threading_module_is_recorded() -> None:
    bare, recorded, trace = both_runs(RAW)
    assert recorded.printed == bare.printed
    assert recorded.error is bare.error is None
    forward = [(op.name, op.line, op.grad_mode, op.grad_fn is None) for op in trace.ops if op.line in (8, 9)]
    assert forward == [
        ("aten::mul.Tensor", 8, "no_grad", True),
        ("aten::mul.Tensor", 9, "grad", False),
        ("aten::sin.default", 9, "grad", False),
    ]
    lines = [step.line for step in trace.steps if step.kind == "line"]
    assert [line for line in lines if line in range(7, 11)] == [7, 8, 7, 9, 10]


def test_an_error_in_such_a_thread_is_printed_and_the_program_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)  # pytest has its own
    source = RAW.replace("    found.append", "    done.release()\n    1 / 0\n    found.append")
    source = source[: source.index("found[0]")] + "import time\ntime.sleep(0.1)\nprint('on')\n"
    trace = record(source)
    assert trace.error is None
    assert [one.text for one in trace.output if one.stream == "stdout"] == ["on\n"]
    said = "".join(one.text for one in trace.output if one.stream == "stderr")
    assert "work" in said
    assert "ZeroDivisionError" in said


# Torch goes on with a backward inside 60 others in a thread of its own.
DEEP = """\
import torch
from torch.utils.checkpoint import checkpoint
w = torch.tensor(0.9, requires_grad=True)
x = torch.tensor([1.0, 2.0], requires_grad=True)
index, norms = torch.tensor([1, 0]), []
def wrong():
    pass
def f(depth, x):
    y = x * w
    if not depth:
        y = y.index_add(0, index, y)
    if y.requires_grad:
        y.register_hook(lambda g: norms.append(round(g.norm().item(), 4)))
    if not depth and y.requires_grad:
        wrong()
    return checkpoint(f, depth - 1, y, use_reentrant=True) if depth else y
z = checkpoint(f, 60, x, use_reentrant=True).sum()
z.backward()
print(x.grad, w.grad, norms)
"""
REFUSED = DEEP.replace("    pass", "    index.data.fill_(7)  # refused by the backward of index_add()")
CAUGHT = REFUSED.replace("z.backward()", "try:\n    z.backward()\nexcept RuntimeError as error:\n    print(error)")


@pytest.mark.parametrize(
    "source",
    [DEEP, DEEP.replace("60", "70"), REFUSED, REFUSED.replace("60", "63"), CAUGHT],
    ids=["one", "several", "refused there", "refused within", "caught"],
)
def test_a_backward_in_a_thread_of_torchs_own_is_the_same(source: str) -> None:
    bare, recorded, _ = both_runs(source)
    assert recorded == bare


def test_what_runs_in_a_thread_of_torchs_own_is_recorded_as_elsewhere() -> None:
    few, many = record(DEEP.replace("60", "10")), record(DEEP.replace("60", "70"))

    def lines(trace: Trace) -> set[tuple[str, int | None]]:
        found = {(one.name, one.line) for one in trace.ops}
        return found | {(step.kind, step.line) for step in trace.steps if step.kind in ("backward", "accumulate")}

    assert lines(many) == lines(few)
    assert [(one.line, one.call) for one in many.backwards] == [(18, "z.backward()")] * 72
    assert [len(trace.hook_calls) for trace in (few, many)] == [11, 71]
    accumulated = [sum(step.kind == "accumulate" for step in trace.steps) for trace in (few, many)]
    assert accumulated == [11 * 2 + 1, 71 * 2 + 1]  # w and a detached copy at each depth, and x


def test_a_limit_reached_in_a_thread_of_torchs_own_is_told() -> None:
    whole = record(DEEP)
    (there,) = [one.id for one in whole.ops if one.name.startswith("aten::index_select")]
    trace = record(DEEP, limits=Limits(ops=there))
    assert trace.error is None
    assert trace.limits is not None
    assert (trace.limits.reached, len(trace.ops)) == ("ops", there)
