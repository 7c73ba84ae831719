"""What the recorder writes down, against what torch itself says of the same program."""

import json

import pytest
import torch

from gradviz.engine.record.ledger.stream import Stream
from gradviz.model.moments.held import Name, bindings
from gradviz.model.moments.moment import History
from gradviz.model.trace import End, Memory, Output, Value
from gradviz.model.wire import MAX_PAYLOAD, Limits
from tests.engine.recording import grad_fn, op, record, tensor
from tests.unit.model.cut import at_step

SQUARE = """\
import torch
x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
y.backward()
"""


def test_what_a_graph_saved_is_freed_where_nothing_leads_to_it_any_more() -> None:
    source = (
        "import torch\nx = torch.ones(2, requires_grad=True)\ny = x.exp()\ny = None\nz = x.sin()\n"
        "for i in range(2):\n    z = x.cos()\ndef f():\n    u = x.tan()\n    return 1\n"
        "f()\nv = x.log()\nv = v.detach()\na = 1\n"
    )
    trace = record(source)
    history = History(trace)
    lines = {step.line: step.id for step in reversed(trace.steps) if step.kind == "line" and step.scope == 0}

    def kept(name: str, line: int | None) -> set[str]:
        moment = history.at(lines[line])
        found = (moment.grad_fn(one.id) for one in trace.grad_fns if one.name == name)
        return {one.saved[0].state for one in found if one is not None}

    told = [("Exp", 4, 5), ("Sin", 6, 8), ("Tan", 11, 12), ("Log", 13, 14)]
    assert [kept(f"{name}Backward0", first) for name, first, _ in told] == [{"kept"}, {"kept"}, set(), {"kept"}]
    assert [kept(f"{name}Backward0", then) for name, _, then in told] == [{"freed"}] * 4
    assert [one.saved[0].state for one in trace.grad_fns if one.name == "CosBackward0"] == ["freed", "kept"]


def test_a_square_has_two_edges_to_one_accumulator() -> None:
    trace = record(SQUARE)
    mul, sink = grad_fn(trace, "MulBackward0"), grad_fn(trace, "AccumulateGrad")
    assert mul.next == ((sink.id, 0), (sink.id, 0))
    assert sink.variable == tensor(trace, "x").id
    assert {saved.name for saved in mul.saved} == {"self", "other"}
    assert {saved.tensor for saved in mul.saved} == {tensor(trace, "x").id}
    assert {saved.state for saved in mul.saved} == {"freed"}


def test_an_op_under_no_grad_is_there_with_its_reason() -> None:
    trace = record(SQUARE)
    add = op(trace, "add")
    assert (add.grad_fn, add.why_unrecorded, add.grad_mode, add.line) == (None, "no_grad", "no_grad", 5)
    assert add.region is not None
    region = trace.regions[add.region]
    assert (region.mode, region.line, region.text) == ("no_grad", 4, "with torch.no_grad():")
    assert op(trace, "mul").region is None


def test_backward_is_recorded_with_the_gradients_that_flowed() -> None:
    trace = record(SQUARE)
    steps = [step for step in trace.steps if step.kind in ("backward", "accumulate")]
    assert [step.kind for step in steps] == ["backward", "accumulate"]
    assert steps[0].arrived == (Value((), (1.0,)),)
    assert steps[0].left == (Value((), (2.0,)), Value((), (2.0,)))
    assert steps[1].arrived == (Value((), (4.0,)),)
    assert tensor(trace, "x").grad == Value((), (4.0,))
    assert tensor(trace, "y").grad is None


def test_a_call_is_told_as_it_was_written() -> None:
    trace = record("import torch\nx = torch.ones(2)\nあ = (x * 3).relu() # 乗算\n")
    assert op(trace, "mul").call == "x * 3"
    assert op(trace, "relu").call == "(x * 3).relu()"
    assert tensor(trace, "あ").names == ("あ",)


@pytest.mark.parametrize(
    ("source", "name", "saved"),
    [
        ("y = x.exp()", "ExpBackward0", {"result"}),
        ("y = torch.softmax(x, 0)", "SoftmaxBackward0", {"result"}),
        ("y = x.sin()", "SinBackward0", {"self"}),
        ("y = x + 1", "AddBackward0", set()),
        ("y = torch.cat([x, x])", "CatBackward0", set()),
    ],
)
def test_what_a_grad_fn_saves(source: str, name: str, saved: set[str]) -> None:
    trace = record(f"import torch\nx = torch.ones(3, requires_grad=True)\n{source}\n")
    kept = grad_fn(trace, name).saved
    assert {item.name for item in kept} == saved
    known = {tensor(trace, "x").id, tensor(trace, "y").id}
    assert {item.tensor for item in kept} <= known
    assert all(item.nbytes == 12 and item.state == "kept" for item in kept)


def test_a_graph_freed_within_its_line_is_recorded() -> None:
    trace = record("import torch\nx = torch.ones(2, requires_grad=True)\n(x * 2).exp()\n")
    exp, mul = grad_fn(trace, "ExpBackward0"), grad_fn(trace, "MulBackward0")
    assert exp.next == ((mul.id, 0),)


def test_an_inplace_op_keeps_the_tensor_and_changes_its_state() -> None:
    trace = record("import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.add_(1)\n")
    y = tensor(trace, "y")
    assert op(trace, "add_").inputs == op(trace, "add_").outputs == (y.id,)
    assert (y.version, y.value) == (1, Value((2,), (3.0, 3.0)))
    assert [state.version for state in trace.past if state.id == y.id] == [0]


def test_an_inplace_op_on_a_view_is_seen_on_its_base() -> None:
    trace = record("import torch\nx = torch.zeros(3)\nx[0] = 5.0\ny = x + 1\n")
    assert tensor(trace, "x").value == Value((3,), (5.0, 0.0, 0.0))
    assert tensor(trace, "x").version == 1


def test_flags_flipped_later_are_seen() -> None:
    trace = record("import torch\nx = torch.tensor(2.0)\nx.requires_grad = True\ny = x * x\n")
    assert tensor(trace, "x").requires_grad
    assert [state.requires_grad for state in trace.past if state.id == tensor(trace, "x").id] == [False]


def test_a_flag_flipped_later_is_no_change_of_what_has_no_value() -> None:
    trace = record('x = torch.zeros(3, device="meta")\nx.add_(1)\ny = x.view(3)\ny.requires_grad_()\n')
    y = tensor(trace, "y")
    assert (y.value, y.requires_grad) == (None, True)
    assert trace.ops[y.made_by or 0].name == "aten::view.default"


def test_names_of_lists_dicts_and_parameters() -> None:
    source = """\
import torch
ws = [torch.ones(1), torch.zeros(1)]
params = {"w": torch.ones(2)}
model = torch.nn.Linear(2, 1)
w = ws[0]
"""
    trace = record(source)
    assert tensor(trace, "ws[0]").names == ("ws[0]", "w")
    assert tensor(trace, "params['w']").shape == (2,)
    assert tensor(trace, "model.weight").is_parameter
    assert tensor(trace, "model.bias").requires_grad


def test_names_move_with_their_bindings() -> None:
    trace = record("import torch\nx = torch.ones(1)\ny = x\nx = x + 1\ndel y\nx = None\n")
    first, second = (one for one in trace.tensors if "x" in one.names)
    assert (first.names, second.names) == (("x", "y"), ("x",))
    bindings = [step.names for step in trace.steps if step.names]
    assert bindings == [{"x": first.id}, {"y": first.id}, {"x": second.id}, {"y": None}, {"x": None}]


@pytest.mark.parametrize(
    ("block", "mode"),
    [
        ("with torch.no_grad():\n    z = x * 2", "no_grad"),
        ("with torch.inference_mode():\n    z = x * 2", "inference"),
        ("torch.set_grad_enabled(False)\nz = x * 2", "no_grad"),
        ("@torch.no_grad()\ndef f(x):\n    return x * 2\nz = f(x)", "no_grad"),
        ("with torch.no_grad(), torch.enable_grad():\n    z = x * 2", "grad"),
        ("with torch.no_grad():\n    with torch.enable_grad():\n        z = x * 2", "grad"),
        ("with torch.inference_mode():\n    with torch.enable_grad():\n        z = x * 2", "inference"),
        ("torch.no_grad()\nz = x * 2", "grad"),
        ("try:\n    with torch.no_grad():\n        raise ValueError\nexcept ValueError:\n    z = x * 2", "grad"),
    ],
)
def test_the_grad_mode_of_an_op(block: str, mode: str) -> None:
    trace = record(f"import torch\nx = torch.ones(1, requires_grad=True)\n{block}\n")
    mul = op(trace, "mul")
    assert mul.grad_mode == mode
    assert (mul.grad_fn is not None) == (mode == "grad")
    assert mode == "grad" or mul.region is not None


def test_modes_nest_and_come_back() -> None:
    source = """\
import torch
x = torch.ones(1, requires_grad=True)
with torch.no_grad():
    a = x.sin()
    with torch.enable_grad():
        b = x.cos()
    c = x.tan()
d = x.exp()
"""
    trace = record(source)
    regions = {name: op(trace, name).region for name in ("sin", "cos", "tan", "exp")}
    assert regions["sin"] == regions["tan"]
    assert regions["exp"] is None
    inner = trace.regions[regions["cos"] or 0]
    assert (inner.parent, inner.mode, inner.line) == (regions["sin"], "grad", 5)


@pytest.mark.parametrize("mode", ["no_grad", "inference"])
def test_the_ambient_mode_holds_for_the_whole_run(mode: str) -> None:
    trace = record(
        "import torch\nx = torch.ones(1, requires_grad=True)\ny = x * 2\nprint(torch.is_grad_enabled())\n",
        "no_grad" if mode == "no_grad" else "inference",
    )
    assert op(trace, "mul").why_unrecorded == mode
    assert trace.output[0].text == "False\n"
    assert trace.regions[0].line is None


def test_prints_and_warnings_stand_on_their_lines() -> None:
    source = """\
import torch
import warnings
print("one", 2)
y = (torch.ones(1, requires_grad=True) * 2)
y.grad
warnings.warn("mind")
"""
    trace = record(source)
    assert [(one.line, one.text) for one in trace.output] == [(3, "one 2\n")]
    assert [(one.line, one.category) for one in trace.warnings] == [(5, "UserWarning"), (6, "UserWarning")]


@pytest.mark.parametrize(
    ("source", "kind", "line", "hint"),
    [
        ("import torch\nm = torch.autograd.get_grad_mode()", "AttributeError", 2, "typo"),
        ("x = (1,\ny = 2", "SyntaxError", 1, "never-closed"),
        ("import torch\nx = torch.tensor(1, requires_grad=True)", "RuntimeError", 2, "int-grad"),
        ("def f():\n    1 / 0\n\nf()", "ZeroDivisionError", 2, None),
        ("import torch\ntorch.empty(10**13)", "RuntimeError", 2, "memory"),
        ("raise SystemExit('bye')", "SystemExit", 1, None),
        ("import torch\nx = torch.ones(1)\nx.backward()", "RuntimeError", 3, "not-tracked"),
    ],
)
def test_an_error_stands_on_its_line(source: str, kind: str, line: int, hint: str | None) -> None:
    error = record(source + "\n").error
    assert error is not None
    assert (error.type, error.line, error.hint) == (kind, line, hint)


def test_get_grad_mode_points_to_the_name_that_exists() -> None:
    error = record("import torch\ntorch.autograd.get_grad_mode()\n").error
    assert error is not None
    assert error.suggestion == "torch.is_grad_enabled"


def test_what_ran_before_an_error_is_kept() -> None:
    trace = record("import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward()\n")
    assert trace.error is not None
    assert trace.error.hint == "non-scalar"
    assert tensor(trace, "y").grad_fn is not None


def test_limits_end_a_run_with_what_it_had() -> None:
    trace = record("import torch\nx = torch.ones(1)\nwhile True:\n    x = x + 1\n", limits=Limits(ops=100))
    assert trace.limits is not None
    assert (trace.limits.reached, len(trace.ops)) == ("ops", 100)
    flood = record("while True:\n    print('x' * 100)\n", limits=Limits(output=1000))
    assert flood.limits is not None
    assert flood.limits.reached == "output"
    assert sum(len(one.text) for one in flood.output) == 1000


def test_gradients_over_several_backwards() -> None:
    source = """\
import torch
x = torch.tensor(2.0, requires_grad=True)
for _ in range(3):
    (x * x).backward()
x.grad = None
"""
    trace = record(source)
    x = tensor(trace, "x")
    grads = [state.grad.data for state in trace.past if state.id == x.id and state.grad]
    assert grads == [(4.0,), (8.0,), (12.0,)]
    assert x.grad is None
    assert len(trace.backwards) == 3


def test_retained_and_functional_gradients() -> None:
    source = """\
import torch
x = torch.tensor(3.0, requires_grad=True)
y = x ** 3
y.retain_grad()
y.backward(retain_graph=True)
g, = torch.autograd.grad(y, x)
"""
    trace = record(source)
    assert tensor(trace, "y").grad == Value((), (2.0,))  # autograd.grad runs the hook of retain_grad, too
    assert tensor(trace, "g").value == Value((), (27.0,))
    assert [call.keep_graph for call in trace.backwards] == [True, False]


def test_large_and_odd_values() -> None:
    source = """\
import torch
big = torch.arange(100.0)
big[3] = float("nan")
odd = torch.tensor([float("inf"), float("-inf"), float("nan"), 1.5])
z = torch.tensor([1 + 2j])
b = torch.tensor([True, False])
i = torch.tensor(7)
"""
    trace = record(source)
    big = tensor(trace, "big").value
    assert big is not None
    assert (big.data, big.nan, big.min) == (None, 1, "nan")
    assert tensor(trace, "odd").value == Value((4,), ("inf", "-inf", "nan", 1.5))
    assert tensor(trace, "z").value == Value((1,), ("(1+2j)",))
    assert tensor(trace, "b").value == Value((2,), (True, False))
    assert tensor(trace, "i").value == Value((), (7,))


def test_bytes_saved_and_live() -> None:
    source = """\
import torch
x = torch.ones(1000, requires_grad=True)
y = x.exp()
z = y.exp()
del y, z
a = torch.ones(10)
"""
    trace = record(source)
    assert trace.memory.saved_bytes == 8000
    assert trace.memory.peak_bytes == 12000


def test_a_composite_op_under_inference_mode_is_what_it_is_made_of() -> None:
    source = """\
import torch
x = torch.ones(2, 2, requires_grad=True)
with torch.inference_mode():
    y = x.flatten()
    z = torch.nn.functional.linear(x, x)
print(y.requires_grad, y.is_inference(), z.is_inference())
"""
    trace = record(source)
    assert trace.output[0].text == "True False True\n"  # a view of a normal tensor is no inference tensor
    assert [one.name for one in trace.ops if one.region is not None] == [
        "aten::view.default",
        "aten::t.default",
        "aten::mm.default",
    ]


def test_a_local_name_is_that_of_one_call() -> None:
    source = """\
import torch
y = torch.zeros(1)
def f(n):
    y = torch.ones(n)
    if n > 1:
        f(n - 1)
    z = y
    return z
f(3)
x = y
"""
    trace = record(source)
    shapes = {one.id: one.shape for one in trace.tensors}
    bound = [
        (step.scope, step.function, step.depth, (step.names or {})["y"])
        for step in trace.steps
        if "y" in (step.names or ())
    ]
    assert [(*where, shapes[number or 0]) for *where, number in bound] == [
        (0, None, 0, (1,)),
        (1, "f", 1, (3,)),
        (2, "f", 2, (2,)),
        (3, "f", 3, (1,)),
    ]
    assert tensor(trace, "x").id == bound[0][-1]


def test_a_name_bound_by_the_last_line_of_a_function_is_told() -> None:
    trace = record("import torch\ndef f():\n    y = torch.ones(3)\nf()\n")
    (made,) = [one for one in trace.tensors if one.names]
    assert made.names == ("y",)
    assert [(step.function, step.names) for step in trace.steps if step.names] == [("f", {"y": made.id})]


GENERATOR = """\
import torch
def numbers():
    y = torch.ones(2)
    try:
        yield y
        y = y + 1
        yield y
    finally:
        y = y * 3
        z = y
def twice(x):
    y = x * 2
    return y
g = numbers()
a = next(g)
b = twice(a)
c = next(g)
{}
d = twice(c)
"""


@pytest.mark.parametrize("end", ["g.close()", "del g", "next(g, None)"])
def test_a_generator_keeps_its_names_while_others_run(end: str) -> None:
    trace = record(GENERATOR.format(end))
    where = {step.line: (step.depth, step.scope, step.function) for step in trace.steps if step.kind == "line"}
    assert [where[line] for line in (3, 6, 9, 10)] == [(1, 1, "numbers")] * 4
    assert [(step.depth, step.scope) for step in trace.steps if step.kind == "line" and step.line == 13] == [
        (1, 2),
        (1, 3),
    ]
    held = [(step.line, bindings(trace).held(step.id)) for step in trace.steps if step.line in (7, 13)]
    inside = [[name.text for name in names if name.function] for _, names in held]
    assert inside == [["x", "y"], ["y"], ["x", "y"]]
    (here,) = {names[Name("numbers", "y")] for line, names in held if line == 7}
    assert trace.tensors[here].value == Value((2,), (2.0, 2.0))


def test_functions_are_told_by_the_class_or_the_function_that_they_are_in() -> None:
    source = """\
import torch
class Net:
    def forward(self, x):
        h = x * 2
        def inner():
            nonlocal h
            h = h + 1
            return h
        inner()
        return h
y = Net().forward(torch.ones(1))
"""
    trace = record(source)
    functions = {step.line: step.function for step in trace.steps if step.kind == "line"}
    assert [functions[line] for line in (3, 4, 7, 10, 11)] == [
        "Net",
        *["Net.forward", "Net.forward.inner"],
        "Net.forward",
        None,
    ]
    (changed,) = [step for step in trace.steps if step.elsewhere]
    assert (changed.line, list((changed.elsewhere or {}).values())) == (8, [{"h": tensor(trace, "y").id}])
    assert bindings(trace).held(changed.id)[Name("Net.forward", "h")] == tensor(trace, "y").id


def test_a_closure_whose_function_has_returned_has_the_name_itself() -> None:
    source = """\
import torch
def counter():
    total = torch.zeros(1)
    def add():
        nonlocal total
        total = total + 1
        return total
    return add
add = counter()
x = add()
"""
    trace = record(source)
    (last,) = [step for step in trace.steps if step.line == 7]
    assert (last.function, last.names, last.elsewhere) == ("counter.add", {"total": tensor(trace, "x").id}, None)


def test_attributes_of_the_programs_own_objects_have_names() -> None:
    source = """\
import torch
class Net:
    def __init__(self):
        self.w = torch.ones(2)
    def double(self):
        self.w = self.w * 2
net = Net()
net.double()
net.b = torch.zeros(1)
del net.b
x = 1
"""
    trace = record(source)
    names = [(name, number is not None) for step in trace.steps for name, number in (step.names or {}).items()]
    assert names == [*[("self.w", True), ("net.w", True)] * 2, ("net.b", True), ("net.b", False)]
    assert tensor(trace, "net.w").value == Value((2,), (2.0, 2.0))


def test_a_long_list_has_names_for_its_first_entries() -> None:
    trace = record("import torch\nws = [torch.ones(1) for _ in range(300)]\nws.pop()\nws.clear()\n")
    assert sum(bool(one.names) for one in trace.tensors) == 256
    last = [step.names for step in trace.steps if step.names][-1]
    assert last == {f"ws[{k}]": None for k in range(256)}


def test_a_name_bound_in_a_function_for_all() -> None:
    source = (
        "import torch\nws = []\ndef f():\n    global x\n    x = torch.ones(2)\n    ws.append(x)\n    return 1\nf()\n"
    )
    trace = record(source)
    assert [one.names for one in trace.tensors if one.names] == [("x", "ws[0]")]
    told = [(step.line, step.function, *(step.elsewhere or {}).items()) for step in trace.steps if step.elsewhere]
    number = tensor(trace, "x").id
    assert told == [(6, "f", (0, {"x": number})), (7, "f", (0, {"ws[0]": number}))]
    assert not any(step.names for step in trace.steps)


def test_a_name_of_the_module_that_a_function_bound_last_is_told_by_the_module() -> None:
    trace = record("import torch\ndef f():\n    global x\n    x = torch.ones(2)\nf()\n")
    (told,) = [step for step in trace.steps if step.names or step.elsewhere is not None]
    assert (told.scope, told.names, told.elsewhere) == (0, {"x": tensor(trace, "x").id}, None)


IDLE = """\
import torch
x = torch.ones(1)
for i in range(200_000):
    pass
y = x + 1
while i:
    i -= 1
z = y + 1
for i in range(100): i = i
"""


def test_lines_that_bring_nothing_are_told_up_to_a_bound() -> None:
    trace = record(IDLE)
    lines = [step.line for step in trace.steps]
    assert len(lines) < 60_000
    assert lines.count(4) > 5_000
    assert lines.count(7) > 5_000
    assert sum(line == 9 for line in lines) > 100
    assert tensor(trace, "z").value == Value((1,), (3.0,))


@pytest.mark.parametrize(("body", "told"), [("x = ws[i % 2]", 12_000), ("if i > 11_000: x = ws[i % 2]", 999)])
def test_every_line_that_binds_a_name_elsewhere_is_told(body: str, told: int) -> None:
    trace = record(
        "import torch\nws = [torch.ones(1), torch.ones(1)]\ndef f():\n    global x\n"
        f"    for i in range(12_000):\n        {body}\nf()\n"
    )
    assert sum(step.elsewhere is not None for step in trace.steps) == told
    assert [step.line for step in trace.steps].count(6) >= told


def test_the_last_line_told_is_in_the_loop_that_idles() -> None:
    trace = record("for i in range(100_000):\n    a = i\nfor i in range(100_000):\n    b = i\n1 / 0\n")
    lines = [step.line for step in trace.steps if step.line is not None]
    assert lines[-3:] == [3, 4, 5]


def test_very_many_warnings_are_counted() -> None:
    trace = record(
        "import warnings\nfor k in range(5000):\n    warnings.warn(f'{k}' * 10)\nwarnings.warn('x' * 10**7)\n"
    )
    assert len(trace.warnings) == 1001
    assert trace.warnings[-1].message == "4,001 more warnings"


def test_a_page_is_no_larger_than_a_frame() -> None:
    pages: list[bytes] = []
    stream = Stream(pages.append)
    for _ in range(30):
        stream.output.append(Output(1, "x" * 1024 * 1024))
    stream.flush(End(None, None, Memory(), 0.0))
    assert len(pages) > 3
    assert max(map(len, pages)) <= MAX_PAYLOAD
    ends = [json.loads(page)[-1] is not None for page in pages]
    assert ends == [False] * (len(pages) - 1) + [True]


def test_a_grad_that_is_set_or_cleared_is_so_from_the_next_line_on() -> None:
    lines = (
        *("(x * x).sum().backward()", "x.grad = None", "pass", "x.grad = torch.ones(2)", "pass", "x.grad.zero_()"),
        *("pass", "clear()", "pass"),
    )
    head = "import torch\ndef clear():\n    del x.grad\nx = torch.ones(2, requires_grad=True)\n"
    trace = record(head + "\n".join(lines))
    found = []
    for step in trace.steps:
        if step.kind == "line" and step.line is not None and step.line > 4:
            grad = tensor(at_step(trace, step.id), "x").grad
            found.append((step.line, None if grad is None else grad.data))
    assert found == [
        *((5, None), (6, (2.0, 2.0)), (7, None), (8, None), (9, (1.0, 1.0)), (10, (1.0, 1.0))),
        *((11, (0.0, 0.0)), (12, (0.0, 0.0)), (13, None)),
    ]


@pytest.mark.parametrize(("retain", "last"), [(False, "freed"), (True, "kept")])
def test_what_a_grad_fn_saved_is_freed_when_it_has_run(retain: bool, last: str) -> None:
    trace = record(
        "import torch\nx = torch.ones(2, requires_grad=True)\n"
        f"(x.exp() * x.sin()).sum().backward(retain_graph={retain})\n"
    )
    ran = [step for step in trace.steps if step.kind == "backward"]
    assert [trace.grad_fns[number].name for step in ran if (number := step.grad_fn) is not None][:2] == [
        *("SumBackward0", "MulBackward0"),
    ]
    for place, step in enumerate(ran):
        done = {one.grad_fn for one in ran[: place + 1]}
        for node in at_step(trace, step.id).grad_fns:
            for saved in node.saved:
                assert saved.state == (last if node.id in done else "kept")


CALLED = """\
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 3)
    def forward(self, x, *rest, scale, shift=torch.zeros(3), **more):
        keeps = lambda: x
        return self.layer(x) * scale + shift
class Scaled:
    def __init__(self, by):
        self.by = by
    def call(self, h):
        return h * self.by
def doubled(w):
    return w * 2
net = Net()
data = torch.ones(1, 2)
out = net(data, torch.ones(1), scale=torch.ones(3), other=data)
end = Scaled(torch.ones(3)).call(out * 2)
two = doubled(torch.ones(4, requires_grad=True))
"""


def test_a_call_binds_its_parameters() -> None:
    trace = record(CALLED)
    held = bindings(trace)
    found = {step.line: held.held(step.id) for step in trace.steps if step.kind == "line"}
    given = {name.text: number for name, number in found[7].items() if name.function == "Net.forward"}
    assert list(given) == ["x", "scale", "shift", "rest[0]", "more['other']"]
    assert given["x"] == given["more['other']"] == tensor(trace, "data").id
    assert [trace.tensors[given[name]].shape for name in ("rest[0]", "scale", "shift")] == [(1,), (3,), (3,)]
    (product,) = (op.outputs[0] for op in trace.ops if op.call == "out * 2")
    assert found[13][Name("Scaled.call", "h")] == product
    assert trace.tensors[found[13][Name("Scaled.call", "self.by")]].shape == (3,)
    assert {name.function for name in found[19]} == {None}  # it has returned


def test_an_argument_names_a_box_only_where_a_leaf_has_no_other_name() -> None:
    trace = record(CALLED)
    held = bindings(trace)
    given = {name.text: one for step in trace.steps for name, one in held.held(step.id).items() if name.function}
    names = {name: trace.tensors[number].names for name, number in given.items()}
    assert names["x"] == ("data",)
    assert names["h"] == ()
    assert names["w"] == ("w",)


def test_a_parameter_is_told_by_the_path_to_its_module_and_not_by_what_that_calls_its_own() -> None:
    trace = record("""\
import torch
class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(2, 2)
    def forward(self, x):
        return self.a(x)
net = torch.nn.Sequential(Block())
net(torch.ones(1, 2)).sum().backward()
lost = Block()(torch.ones(1, 2))
""")
    told = [one.names for one in trace.tensors if one.is_parameter and one.shape == (2, 2)]
    assert told == [("net.0.a.weight",), ("self.a.weight",)]
    (weight, _) = (one for one in trace.tensors if one.is_parameter and one.shape == (2, 2))
    assert weight.grad_tensor is not None
    assert trace.tensors[weight.grad_tensor].names == ("net.0.a.weight.grad",)


def test_a_hook_that_packs_in_the_middle_of_an_op_leaves_that_its_grad_fn() -> None:
    source = """\
import torch
def pack(kept):
    return kept.shape
x = torch.ones(2, requires_grad=True)
with torch.autograd.graph.saved_tensors_hooks(pack, lambda kept: torch.ones(kept)):
    y = x.exp()
"""
    trace = record(source)
    assert tensor(trace, "y").grad_fn == grad_fn(trace, "ExpBackward0").id


STRIDED = {
    "x.t()": (1, 4),
    "x[:, 1]": (4,),
    "x[1]": None,
    "x.view(4, 3)": None,
    "x[:1].expand(5, 4)": (0, 1),
    "torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last)": (60, 1, 15, 3),
    "torch.nn.Parameter(x.detach().t())": (1, 4),
    "x.to_sparse()": None,
    "torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(1, 3)]).transpose(1, 2)": None,
}


@pytest.mark.parametrize("made", STRIDED)
def test_strides_are_told_of_what_is_not_contiguous(made: str) -> None:
    trace = record(f"import torch\nx = torch.ones(3, 4, requires_grad=True)\ny = {made}\n")
    assert tensor(trace, "y").strides == STRIDED[made]
    bare: torch.Tensor = eval(made, {"torch": torch, "x": torch.ones(3, 4)})
    has_strides = not (bare.is_sparse or bare.is_nested)
    assert STRIDED[made] == (bare.stride() if has_strides and not bare.is_contiguous() else None)
