"""Reasons for an absent .grad and their fixes, of generated programs: what a fix changes, torch then runs."""

from typing import get_args

import pytest
from hypothesis import given

from gradviz.model.moments.moment import History
from gradviz.model.source.place import Edit
from gradviz.model.source.toggles import Toggles
from gradviz.model.trace import Trace
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes
from gradviz.model.why.why import Why, WhyNoGrad, why
from tests.engine.bare import bare_run
from tests.engine.programs import sweep
from tests.engine.recording import record, tensor
from tests.engine.why_programs import REASONS, Told, programs
from tests.unit.model.traces import known

MOST = 4  # reasons that hide each other in these programs
WITHOUT = {"not differentiable", "unrecorded", "failed", "no gradient", "unused"}  # no change of the text is safe


def fixes(trace: Trace, name: str) -> tuple[Fix, ...]:
    return Fixes(known(trace), Toggles(History(trace))).of(tensor(trace, name))


def reason(trace: Trace, name: str) -> Why:
    return why(known(trace), tensor(trace, name))


def test_every_reason_has_generated_programs() -> None:
    others = {"under way", "unseen"}  # it goes away by itself; no program was seen to make it
    assert {*REASONS, *others} == set(get_args(WhyNoGrad))


@pytest.mark.parametrize("wanted", REASONS)
def test_the_reason_names_the_line_and_the_fix_makes_it_true(wanted: WhyNoGrad) -> None:
    seen: set[str] = set()

    @sweep(8)
    @given(programs(wanted))
    def hold(told: Told) -> None:
        seen.add(told.source)
        trace = record(told.source)
        assert tensor(trace, told.name).grad is None
        assert reason(trace, told.name) == told.why
        if wanted in WITHOUT:
            assert fixes(trace, told.name) == ()
        else:
            follow(trace, told.name)

    hold()
    assert len(seen) >= 5


def follow(trace: Trace, name: str) -> None:
    """Take one fix after another until torch fills the .grad, which each brings nearer."""
    gone, bare = set[Why](), bare_run(trace.source)
    while len(gone) < MOST and tensor(trace, name).grad is None:
        before = reason(trace, name)
        assert before not in gone, (before, trace.source)
        gone.add(before)
        (fix,) = fixes(trace, name)
        source = fix.edit.applied(trace.source)
        bare, trace = bare_run(source), record(source)
        assert bare.error is None, (bare.error, source)
    assert tensor(trace, name).grad is not None, trace.source
    found = bare.tensors.get(name)
    assert found is None or found.grad is not None  # None: the local of a function


HEAD = "import torch\nx = torch.tensor(2., requires_grad=True)\nw = torch.tensor(3., requires_grad=True)\n"


def test_inputs_that_are_no_list_become_one() -> None:
    trace = record(HEAD + "y = x * w\ny.backward(inputs=w)")
    (fix,) = fixes(trace, "x")
    assert fix.edit.applied(trace.source).splitlines()[-1] == "y.backward(inputs=[w, x])"
    follow(trace, "x")


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        ("from torch import no_grad as quiet\nwith quiet():\n    y = x * 2; v = 1", "y", "no_grad"),
        ("n, m = torch.tensor(1), torch.tensor(1)", "n", "dtype"),
        ("for y in [x * 2]:\n    y.backward()\n    y.retain_grad()\n    v = 1", "y", "too late"),
        ("y = x * w\ny.backward()\nsetattr(x, 'gr' + 'ad', None)", "x", "cleared"),
        ("def f():\n    (x * w).backward()\nf()\nx.grad = None\nv = 1", "x", "cleared"),
        ("y = x * w\ng = torch.autograd.grad([y], x)", "x", "returned"),
        ("def f(a):\n    global inner; inner = a\n    return a * a\ng = torch.func.grad(f)(x)", "inner", "returned"),
        (
            "from torch.func import grad, vmap\ndef f(a):\n    global inner; inner = a\n    return a * a\n"
            "g = vmap(grad(f))(torch.ones(3))",
            "inner",
            "returned",
        ),
        ("with torch.no_grad():\n    y = x.argmax()", "y", "dtype"),
        ("y = x * w\ny.backward(**dict(inputs=[x]))", "w", "left out"),
        ("y = x * 2\nd = getattr(y, 'detach')()", "d", "detach"),
        ("def f(a):\n    h = a.exp()\n    return h * 2\nz = f(x)\nz.backward()", "h", "not a leaf"),
        ("(x * 2).backward()\nz = w", "w", "unused"),
        ("for c in [torch.ones(1) for _ in 'ab']: pass", "c", "flag off"),
        ("if True: v = 1\nwith torch.no_grad(), torch.no_grad():\n    y = x * 2", "y", "no_grad"),
        ("with torch.no_grad():\n    with torch.set_grad_enabled(False):\n        y = x * 2", "y", "no_grad"),
        ("@torch.no_grad()\ndef f(a):\n    return a * 2\nwith torch.no_grad():\n    y = f(x)", "y", "no_grad"),
        ("torch.set_grad_enabled(False)\nwith torch.no_grad():\n    y = x * 2", "y", "no_grad"),
        ("y = x * w\n1 / 0", "x", "not run"),
        ("class A:\n    pass\na = A()\na.y = x * w", "x", "not run"),
    ],
)
def test_no_fix_is_guessed(body: str, name: str, expected: WhyNoGrad) -> None:
    trace = record(HEAD + body)
    assert reason(trace, name).reason == expected
    assert fixes(trace, name) == ()


@pytest.mark.parametrize(
    "body",
    [
        "with torch.no_grad():\n    y = (x *\n2)\n    v = 1",  # a line further out than the block
        "with torch.no_grad():\n    y = x * 2; v = 1",
        "with torch.no_grad():\n    t = '''\n    one'''\n    y = x * 2",
        "@torch.no_grad()\ndef f(a):\n    return a * 2\ny = f(x)\nwith torch.no_grad():\n    v = 1",
    ],
)
def test_what_cannot_be_moved_out_of_its_block_is_recorded_there(body: str) -> None:
    trace = record(HEAD + body)
    (fix,) = fixes(trace, "y")
    assert fix.does == "enable"
    assert fix.edit.text == "enable_grad"


@pytest.mark.parametrize("readout", ["float(y)", "float((y))", "y.item()", "y.data", "torch.tensor(y)"])
def test_a_number_read_out_of_a_tensor_is_put_back_into_the_graph(readout: str) -> None:
    trace = record(f"{HEAD}y = x * w\nz = {readout} * w\nz.backward()\n")
    assert reason(trace, "x") == Why("cut off", 5)
    (fix,) = fixes(trace, "x")
    fixed = bare_run(fix.edit.applied(trace.source))
    wanted = bare_run(f"{HEAD}y = x * w\nz = y * w\nz.backward()\n")
    assert fixed.error is wanted.error is None
    assert fixed.tensors["x"].grad == wanted.tensors["x"].grad is not None


def test_a_text_that_is_no_program_has_no_fixes() -> None:
    trace = record(HEAD + "with torch.no_grad():\n    y = x * 2\nn = torch.tensor(1)\n")
    torn = Fixes(known(trace), Toggles(History(trace._replace(source="x = ="))))
    found = tensor(trace, "n")
    assert torn.of(found) == ()
    assert torn.floats(found) is torn.retained(found) is torn.no_inference((found.id,)) is None
    assert all(torn.recording(op) is None for op in trace.ops)
    whole = Fixes(known(trace), Toggles(History(trace)))
    op = next(op for op in trace.ops if op.why_unrecorded == "no_grad")
    assert whole.recording(op._replace(region=None)) is None
    assert whole.recording(op._replace(line=None, why_unrecorded="detach")) is None


@pytest.mark.parametrize(
    ("body", "name", "does"),
    [
        ("n = torch.tensor([1, 2])", "n", "floats"),
        ("y = x * w", "y", "cut"),
        ("with torch.inference_mode():\n    y = torch.ones(2)", "y", "no inference"),
    ],
)
def test_a_locked_flag_can_be_switched_once_its_fix_is_made(body: str, name: str, does: str) -> None:
    trace = record(HEAD + body)
    toggles, found = Toggles(History(trace)), tensor(trace, name)
    locked = toggles.edit(found.id, name, "requires_grad")
    assert not isinstance(locked, Edit)
    fix = Fixes(known(trace), toggles).unlocked(found, name, locked)
    assert fix is not None
    assert fix.does == does
    again = record(fix.edit.applied(trace.source))
    assert isinstance(Toggles(History(again)).edit(tensor(again, name).id, name, "requires_grad"), Edit)


@pytest.mark.parametrize(
    "body",
    ["from torch import inference_mode as q\nwith q():\n    y = torch.ones(1)", "for y in [torch.ones(1) * 2]: pass"],
)
def test_a_locked_flag_without_a_fix_has_none(body: str) -> None:
    trace = record(HEAD + body)
    toggles, found = Toggles(History(trace)), tensor(trace, "y")
    locked = toggles.edit(found.id, "y", "requires_grad")
    assert not isinstance(locked, Edit)
    assert Fixes(known(trace), toggles).unlocked(found, "y", locked) is None


def test_the_gradient_that_a_retaining_tensor_was_not_given() -> None:
    body = FUNCTION + "y = x * 2\ny.retain_grad()\nF.apply(y).backward()"
    assert reason(record(HEAD + body), "y").reason == "no gradient"


FUNCTION = (
    "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        return a * 1\n"
    "    @staticmethod\n    def backward(ctx, g):\n        return None\n"
)


def test_an_entry_that_is_not_there_in_every_round_is_not_asked_to_retain_its_grad() -> None:
    loop = "ys = []\nfor i in range(3):\n    ys.append((x * i).exp())\n"
    trace = record(f"{HEAD}{loop}sum(ys).backward()\n")
    assert fixes(trace, "ys[1]") == ()
    assert bare_run(trace.source.replace("exp())", "exp())\n    ys[1].retain_grad()")).error is not None
    once = record(f"{HEAD}ys = [x.exp(), x * w]\nsum(ys).backward()\n")
    follow(once, "ys[1]")
