"""What is foretold of backward from the records, against what torch then raises. GRADVIZ_PROGRAMS sets how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.moments.foretold import foretold
from gradviz.model.moments.moment import History
from gradviz.model.moments.reach import runs
from tests.engine.programs import sweep
from tests.engine.recording import record, tensor
from tests.engine.refused import hold_to_what_was_foretold, refused
from tests.unit.model.traces import end

HEAD = "import torch\nx = torch.ones(3, requires_grad=True)\n"


def test_a_change_after_the_save_is_foretold_with_the_op_that_made_it() -> None:
    trace = record(HEAD + "y = x * 2\nz = y.sin()\ny.add_(1)\n")
    (one,) = foretold(end(trace))
    assert one.why == "version"
    assert (trace.grad_fns[one.grad_fn].name, one.saved.name) == ("SinBackward0", "self")
    assert (one.saved.tensor, one.saved.version, one.now) == (tensor(trace, "y").id, 0, 1)
    assert one.changed_by is not None
    assert trace.ops[one.changed_by].call == "y.add_(1)"
    before = trace.ops[one.changed_by].step
    assert list(foretold(History(trace).at(before - 1))) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("v = y[0]\nv.zero_()", ["version"]),
        ("y.detach().zero_()", ["version"]),
        ("with torch.no_grad():\n    y.view(-1).zero_()", ["version"]),
        ("torch._foreach_add_([y], 1.0)", ["version"]),
        ("torch.ones(3, out=y.detach())", ["version"]),
        ("torch.autograd.graph.increment_version(y)", ["version"]),
        ("torch.autograd.graph.increment_version([y.detach()])", ["version"]),
        ("y.data.zero_()", []),  # wrong gradients without a word: .data has a counter of its own
        ("y = y + 1", []),
        ("v = y[:2]\ndel y\nv.zero_()", ["version"]),
        ("z.sum().backward()", ["freed"]),
        ("z.sum().backward(retain_graph=True)", []),
        ("y.detach_()", ["detached"]),
        ("y.data.detach_()", []),
        ("z.retain_grad()", []),
    ],
)
def test_what_moves_a_counter(change: str, expected: list[str]) -> None:
    trace = record(HEAD + f"y = x * 2\nz = y.sin()\n{change}\nz.sum().backward()\n")
    call = trace.backwards[-1]
    told = [one for one in refused(trace, call) if trace.grad_fns[one.grad_fn].name == "SinBackward0"]
    assert [one.why for one in told] == expected
    assert (trace.error is not None) == bool(expected)


@pytest.mark.parametrize("before", ["", "y.add_(1)\n"])
def test_what_the_program_itself_moved_on_is_blamed_on_no_op(before: str) -> None:
    trace = record(HEAD + f"y = x * 2\n{before}z = y.sin()\ntorch.autograd.graph.increment_version(y)\n")
    (one,) = foretold(end(trace))
    assert (one.why, one.changed_by) == ("version", None)


@pytest.mark.parametrize("asked", ["x", "y", "w"])
def test_only_what_leads_to_the_inputs_runs(asked: str) -> None:
    trace = record(
        HEAD + "w = torch.ones(3, requires_grad=True)\n"
        "y = x * 2\nz = (y * y + w.exp()).sum()\n"
        f"torch.autograd.grad(z, [{asked}])\n"
    )
    ran = {step.grad_fn for step in trace.steps if step.kind == "backward"}
    assert runs(trace, trace.backwards[0]) == ran


_NAME = st.sampled_from(("a", "b", "c", "d"))
_LINE = st.one_of(
    st.builds(
        "{} = {}.{}()".format, _NAME, _NAME, st.sampled_from(("sin", "exp", "tanh", "clone", "detach", "square"))
    ),
    st.builds("{} = {} {} {}".format, _NAME, _NAME, st.sampled_from("*+/"), _NAME),
    st.builds("{} = {}[0:2]".format, _NAME, _NAME),
    st.builds("{} = {}.view(-1)".format, _NAME, _NAME),
    st.builds("{} = {}.data".format, _NAME, _NAME),
    st.builds("with torch.no_grad():\n    {}.{}".format, _NAME, st.sampled_from(("add_(1)", "mul_(2)", "sin_()"))),
    st.builds("with torch.no_grad():\n    {}[0:1].{}".format, _NAME, st.sampled_from(("add_(1)", "zero_()"))),
    st.builds("{}[1] = 2.0".format, st.sampled_from("cd")),
    st.builds("{}.mul_({})".format, st.sampled_from("cd"), _NAME),
    st.builds("{}.sum().backward(retain_graph={})".format, _NAME, st.sampled_from(("True", "False"))),
    st.builds("torch.autograd.grad({}.sum(), [{}], allow_unused=True)".format, _NAME, _NAME),
    st.builds("del {}".format, _NAME),
    st.builds("{}.detach_()".format, st.sampled_from("cd")),
)
_PROGRAMS = st.lists(_LINE, min_size=2, max_size=12).map(
    lambda lines: "\n".join(
        [
            "import torch",
            "a = torch.tensor([1.0, 2.0], requires_grad=True)",
            "b = torch.tensor([0.5, 1.5], requires_grad=True)",
            "c = a * b",
            "d = c.exp()",
            *lines,
            "d.sum().backward()",
            "",
        ]
    )
)


@sweep(100)
@given(_PROGRAMS)
def test_what_is_foretold_is_what_torch_raises(source: str) -> None:
    hold_to_what_was_foretold(record(source))
