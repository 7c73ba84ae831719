"""What is told of each entry into the autograd engine: what it was asked for, and whether it adds to .grad."""

import pytest

from gradviz.model.moments.moment import History
from gradviz.model.moments.reach import reachable
from tests.engine.bare import bare_moments, bare_run, both_runs, recorded
from tests.engine.recording import record, tensor

HEAD = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nw = torch.ones(2, requires_grad=True)\n"
DISPATCHED = """\
from torch.utils._python_dispatch import TorchDispatchMode
class Dispatched(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        print(func)
        return func(*args, **(kwargs or {}))
"""
PROFILED = """\
from torch.profiler import profile
def look(seen):
    ran = sorted(seen.events(), key=lambda one: one.time_range.start)
    print(*(one.name for one in ran if one.name in ("aten::add", "aten::add_", "aten::clone")))
"""


@pytest.mark.parametrize(
    ("call", "accumulates"),
    [
        ("(x * w).sum().backward()", [True]),
        ("(x * w).sum().backward(inputs=[w])", [True]),
        ("torch.autograd.backward([x.sum(), w.sum()])", [True]),
        ("torch.autograd.grad((x * w).sum(), [x])", [False]),
        ("torch.autograd.grad((x * w).sum(), [x], create_graph=True)[0].sum().backward()", [False, True]),
        ("torch.autograd.grad(x * w, x, torch.eye(2), is_grads_batched=True)", [False]),
        ("torch.autograd.functional.jacobian(lambda a: a * a, x)", [False, False]),
        ("torch.func.grad(lambda a: (a * a).sum())(x)", [False]),
        (
            "from torch.utils.checkpoint import checkpoint\n"
            "checkpoint(torch.sin, x, use_reentrant=True).sum().backward()",
            [True, True],
        ),
    ],
)
def test_whether_a_call_adds_to_grad(call: str, accumulates: list[bool]) -> None:
    trace = record(HEAD + call + "\n")
    assert trace.error is None
    assert [one.accumulates for one in trace.backwards] == accumulates
    assert (any(one.kind == "accumulate" for one in trace.steps)) == any(accumulates)


def test_batched_gradients_are_those_of_every_row() -> None:
    trace = record(HEAD + "(g,) = torch.autograd.grad(x ** 3, x, torch.eye(2), is_grads_batched=True)\n")
    value = tensor(trace, "g").value
    assert value is not None
    assert value.data == (3.0, 0.0, 0.0, 12.0)  # diag(3 x^2)
    (call,) = trace.backwards
    assert [trace.grad_fns[number].name for number in call.grad_fns if number is not None] == ["PowBackward0"]


def test_each_derivative_has_a_graph_of_its_own() -> None:
    trace = record(
        HEAD + "y = (x ** 4).sum()\n"
        "(g,) = torch.autograd.grad(y, x, create_graph=True)\n"
        "(h,) = torch.autograd.grad(g.sum(), x, create_graph=True)\n"
        "h.sum().backward()\n"
    )
    assert tensor(trace, "x").grad is not None
    assert tensor(trace, "x").grad.data == (24.0, 48.0)  # type: ignore[union-attr]  # just told
    made = [set(reachable(trace.grad_fns, call.grad_fns)) for call in trace.backwards]
    assert len(made) == 3
    lines = [
        {trace.grad_fns[k].line for k in new - old if trace.grad_fns[k].variable is None}
        for old, new in zip([set(), *made[:-1]], made, strict=True)
    ]
    assert lines == [{4}, {5, 6}, {6, 7}]  # the ops of a derivative, and the sum() that the next call starts from


@pytest.mark.parametrize("mode", ["enable_grad", "no_grad", "inference_mode"])
def test_a_leaf_that_backward_starts_from_has_a_step_in_which_its_grad_is_added(mode: str) -> None:
    trace = record(HEAD + f"with torch.{mode}():\n    x.backward(torch.tensor([3.0, 4.0]))\n")
    assert trace.error is None
    (call,) = trace.backwards
    (entered,) = [trace.grad_fns[number] for number in call.grad_fns if number is not None]
    assert (entered.name, entered.variable) == ("AccumulateGrad", tensor(trace, "x").id)
    assert entered.variable is not None
    (step,) = [one for one in trace.steps if one.grad_fn is not None]
    assert (step.kind, step.grad_fn, [one and one.data for one in step.arrived]) == (
        "accumulate",
        entered.id,
        [(3.0, 4.0)],
    )
    history = History(trace)
    before, after = (history.at(number).known_tensor(entered.variable) for number in (step.id - 1, step.id))
    assert before.grad is None
    assert after.grad is not None
    assert after.grad.data == (3.0, 4.0)


def test_the_grad_of_a_leaf_that_has_no_views_is_told_after_backward_from_it() -> None:
    trace = record(
        "import torch\nx = torch.eye(2).to_sparse().requires_grad_()\nx.backward(torch.eye(2).to_sparse())\n"
    )
    assert trace.error is None
    assert tensor(trace, "x").grad_tensor is not None


def test_asking_where_backward_enters_a_leaf_is_no_op_of_the_program() -> None:
    trace = record(
        HEAD + DISPATCHED + "ones = torch.ones(2)\nwith Dispatched():\n    x.backward(ones)\n    x.backward(ones)\n"
    )
    assert "view" not in "".join(piece.text for piece in trace.output)
    assert not [op for op in trace.ops if "view" in op.name]
    grad = tensor(trace, "x").grad
    assert grad is not None
    assert grad.data == (2.0, 2.0)


@pytest.mark.parametrize(
    "made",
    ["(x * 2 + x * 3).sum()", "(x * 2 + x * 3 + x * 4).sum()", "(x * x).sum()", "(x * (w @ x)).sum()", "x[0] + x[1]"],
)
def test_gradients_are_added_and_copied_only_where_torch_does(made: str) -> None:
    bare = bare_run(
        HEAD + PROFILED + f"y = {made}\nwith profile() as seen:\n    y.backward()\nlook(seen)\n"
    ).printed.split()
    trace = record(HEAD + f"y = {made}\ny.backward()\n")
    ran = [op.name.partition(".")[0] for op in trace.ops if op.phase == "backward"]
    assert [name for name in ran if name in ("aten::add", "aten::add_", "aten::clone")] == bare


def test_what_is_asked_for_and_no_leaf_has_its_gradient_when_the_call_is_done() -> None:
    source = (
        HEAD + "y = x * w\nz = (y.exp() * x).sum()\nz.backward(inputs=[x, y], retain_graph=True)\nv = 1\nv = 2\nv = 3\n"
    )
    trace, moments = record(source), bare_moments(source)
    (line,) = [step for step in trace.steps if step.line == 7]
    y = History(trace).at(line.id).known_tensor(tensor(trace, "y").id)
    assert y.retains_grad
    assert recorded(trace, y) == dict(moments)[7]["y"]
    assert y.grad is not None


def test_what_a_function_of_a_library_computes_before_its_own_backward_is_forward() -> None:
    step = "def step(x):\\n    y = (x * x).sum()\\n    y.item()\\n    y.backward()\\n"
    trace = record(f"{HEAD}names = {{}}\nexec(compile('{step}', 'library.py', 'exec'), names)\nnames['step'](x)\n")
    ran = [(op.name.partition(".")[0], op.phase) for op in trace.ops if op.line == 6]
    assert ran[:4] == [
        *(("aten::mul", "forward"), ("aten::sum", "forward")),
        *(("aten::_local_scalar_dense", "forward"), ("aten::ones_like", "backward")),
    ]
    assert {phase for _, phase in ran[4:]} == {"backward"}


def test_an_error_that_is_caught_keeps_nothing_alive() -> None:
    bare, seen, _ = both_runs(
        HEAD
        + """import gc, weakref
gc.disable()
def f():
    y = (x * w).exp()
    s = y.sum()
    s.backward()
    try:
        s.backward()
    except RuntimeError:
        return weakref.ref(y)
print(f()() is None)
gc.enable()
"""
    )
    assert seen == bare
    assert bare.printed == "True\n"
