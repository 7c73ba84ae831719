"""The run as it stood at a step, against the bare interpreter looked at before the same line.

GRADVIZ_PROGRAMS sets how many programs hypothesis writes.
"""

import ast
import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.moments.accumulated import accumulations
from gradviz.model.moments.held import bindings
from gradviz.model.moments.moment import History
from gradviz.resources import Lesson, lessons
from tests.engine.bare import NOT_ASKED, SEED, bare_moments, recorded
from tests.engine.programs import PROGRAMS, sweep
from tests.engine.recording import record
from tests.engine.typed import TYPED


def _inner_lines(source: str) -> set[int | None]:
    """The lines inside functions, and the end."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {None}.union(*(range(one.body[0].lineno, (one.end_lineno or 0) + 1) for one in functions))


@sweep(200)
@given(PROGRAMS, st.randoms(use_true_random=False))
def test_the_state_at_a_line_is_that_of_the_bare_program(source: str, chance: random.Random) -> None:
    _compare(source, chance)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_the_state_at_a_line_of_a_lesson_is_that_of_the_bare_program(lesson: Lesson) -> None:
    _compare(lesson.source, random.Random(lesson.name))


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.filterwarnings("ignore")
def test_the_state_at_a_line_of_what_people_type_is_that_of_the_bare_program(name: str) -> None:
    _compare(TYPED[name], random.Random(name))


def _compare(source: str, chance: random.Random) -> None:
    """Compare five moments at random."""
    moments, trace = bare_moments(source), record(source, seed=SEED)
    history = History(trace)
    inner = _inner_lines(source)
    steps = [one for one in trace.steps if one.kind == "line" and one.scope == 0 and one.line not in inner]
    assert [step.line for step in steps] == [line for line, _ in moments]
    for place in {chance.randrange(len(steps)) for _ in range(5)}:
        moment = history.at(steps[place].id)
        held = bindings(trace).held(moment.begun - 1)
        names = {
            name.text: tensor for name, tensor in held.items() if name.function is None and name.text.isidentifier()
        }
        found = {name: recorded(trace, moment.known_tensor(tensor)) for name, tensor in names.items()}
        expected = moments[place][1]
        for name, facts in expected.items():
            if facts.grad_fn == NOT_ASKED and name in found:
                found[name] = found[name]._replace(is_leaf=facts.is_leaf, grad_fn=NOT_ASKED)
        assert found == expected, f"before line {steps[place].line}"


def test_the_gradient_that_a_tensor_retains_is_there_once_backward_is_done() -> None:
    source = (
        "import torch\nx = torch.ones(2, requires_grad=True)\ny = x.exp()\ny.retain_grad()\ny.sum().backward()\n"
        "z = 1\ny.grad = None\nz = 2\n"
    )
    trace = record(source, seed=SEED)
    for line, expected in bare_moments(source)[3:]:
        step = next(step.id for step in trace.steps if step.kind == "line" and step.line == line)
        moment, names = History(trace).at(step), bindings(trace).held(step)
        tensor = moment.known_tensor(next(number for name, number in names.items() if name.text == "y"))
        assert recorded(trace, tensor) == expected["y"], line
        assert tensor.retains_grad is (line > 4)


def test_each_leaf_has_its_gradient_at_the_step_that_adds_it() -> None:
    source = (
        "import torch\nx = torch.tensor(2., requires_grad=True)\nw = torch.tensor(3., requires_grad=True)\n"
        "v = torch.tensor(5., requires_grad=True)\nv.grad = torch.tensor(1.)\ny = (x * w).exp() * w + v * x\n"
    )
    seen: list[dict[str, float | None]] = []
    names: dict[str, torch.Tensor] = {}
    exec(source, names)
    leaves = {name: names[name] for name in ("x", "w", "v")}

    def look(*_: object) -> None:
        seen.append({name: None if leaf.grad is None else leaf.grad.item() for name, leaf in leaves.items()})

    sinks = [torch.autograd.graph.get_gradient_edge(leaf).node for leaf in leaves.values()]
    handles = [sink.register_hook(look) for sink in sinks]
    exec("y.backward()", names)
    trace = record(source + "y.backward()\n")
    numbers = {name: bindings(trace).last(name) for name in leaves}
    steps = [step.id for step in trace.steps if step.kind == "accumulate"]
    found = []
    for step in steps:
        held = {name: History(trace).at(step).known_tensor(number or 0).grad for name, number in numbers.items()}
        found.append({name: None if one is None or one.data is None else one.data[0] for name, one in held.items()})
    assert found == seen
    assert len(handles) == len(seen) == 3


def test_what_is_added_to_a_grad_is_there_when_its_accumulate_grad_has_run() -> None:
    lines = "".join(f"(x * {factor}).sum().backward()\n" for factor in (2, 3, 5))
    trace = record(f"import torch\nx = torch.ones(2, requires_grad=True)\n{lines}")
    (sink,) = [one for one in trace.grad_fns if one.variable is not None]
    found = accumulations(History(trace).end, sink, 3)
    told = [[one and one.data for one in (each.old, each.new, each.total)] for each in found]
    assert told == [[None, (2, 2), (2, 2)], [(2, 2), (3, 3), (5, 5)], [(5, 5), (5, 5), (10, 10)]]
    assert all(one.adds_up for one in found)


NOT_WRITTEN = """\
import torch
x = torch.ones(2, requires_grad=True)
exec("y = x * 2\\nz = y.sum()")
for k in range(2):
    globals()[f"w{k}"] = x * k
def bind():
    globals()["g"] = x.exp()
    return 1
n = bind()
exec("y = y + 1")
vars()["v"] = y.sin()
from math import *
exec("z.backward()")
n = 2
"""


def test_what_is_bound_to_names_that_no_statement_writes_is_there_from_the_next_line_on() -> None:
    trace = record(NOT_WRITTEN, seed=SEED)
    history, held = History(trace), bindings(trace)
    steps = [step for step in trace.steps if step.kind == "line" and step.scope == 0 and step.line is not None]
    for step, (line, expected) in zip(steps, bare_moments(NOT_WRITTEN), strict=True):
        moment = history.at(step.id)
        found = {name.text: number for name, number in held.held(moment.begun - 1).items() if name.function is None}
        assert {name: recorded(trace, moment.known_tensor(number)) for name, number in found.items()} == expected, line


def test_a_view_that_died_when_the_program_was_done_has_the_version_of_those_it_shared_memory_with() -> None:
    source = (
        "import torch\nwith torch.no_grad():\n    a, c = torch.ones(2).unbind()\na *= 2.0\nz = 1\n"
        "def f(x):\n    y = x * 2\n    return y\nc = f(c)\n"
    )
    for seed in range(4):
        _compare(source, random.Random(seed))


NOT_BY_NAME = """\
import torch, copy
from torch import nn
m = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
w, b = m[0].weight, m[1].bias
def train():
    m(torch.ones(1, 1)).sum().backward()
def freeze(module):
    for parameter in module.parameters():
        parameter.requires_grad_(False)
train()
g = w.grad
z = 1
g.mul_(2)
z = 2
g.view(-1)[0] = 7
z = 3
g.data.add_(1)
z = 4
torch._foreach_mul_([g], 2)
z = 5
n = g.numpy()
n += 1
z = 6
x = copy.deepcopy(w)
z = 7
c = copy.deepcopy(m)
y = c[0].weight
z = 8
clear = torch.optim.SGD(m.parameters(), 0.1).zero_grad
clear()
z = 9
w._grad = g
z = 10
freeze(m[0])
z = 11
m[0].train().requires_grad_(True)
z = 12
train()
(lambda name: delattr(w, name))('gr' + 'ad')
z = 13
acc = torch.zeros(1)
b.grad = acc
acc += 1
z = 14
b.grad = None
acc += 1
z = 15
"""


def test_a_grad_or_a_flag_that_changes_without_being_named_is_told_at_the_next_line() -> None:
    trace, lines = record(NOT_BY_NAME, seed=SEED), NOT_BY_NAME.splitlines()
    steps = [step for step in trace.steps if step.kind == "line" and step.scope == 0 and step.line]
    for step, (line, expected) in zip(steps, bare_moments(NOT_BY_NAME), strict=True):
        moment = History(trace).at(step.id)
        held = {
            name.text: number
            for name, number in bindings(trace).held(moment.begun - 1).items()
            if name.function is None
        }
        for name, facts in expected.items():
            found = recorded(trace, moment.known_tensor(held[name]))
            assert found == facts, f"{name} before line {line}: {lines[line - 1]}"


@pytest.mark.parametrize(("grad", "change"), [(True, "b.detach_()"), (False, "b.requires_grad_()")])
def test_a_view_that_autograd_has_not_recorded_has_the_flag_of_its_leaf(grad: bool, change: str) -> None:
    source = (
        f"import torch\nb = torch.ones(3, requires_grad={grad})\nwith torch.no_grad():\n    a = b[0]\n"
        f"z = 1\n{change}\nz = 2\nz = 3\n"
    )
    trace = record(source, seed=SEED)
    for line, expected in bare_moments(source)[-4:-1]:
        step = next(step.id for step in trace.steps if step.kind == "line" and step.line == line)
        moment = History(trace).at(step)
        names = {name.text: number for name, number in bindings(trace).held(moment.begun - 1).items()}
        for name in ("a", "b"):
            assert recorded(trace, moment.known_tensor(names[name])) == expected[name], (name, line)


def test_what_is_printed_stands_there_from_the_next_step_on() -> None:
    trace = record("import torch\nprint('a')\nx = torch.ones(2)\nprint('b')\n")
    begun = {step.line: step.id for step in trace.steps if step.kind == "line"}
    assert [(one.text, one.step) for one in trace.output] == [("a\n", begun[3]), ("b\n", begun[None])]
