"""Changes in place of views and of their bases: what torch then says is what it says without the recorder."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import OpInfo

from gradviz.model.graph.build import build
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.picture.record.record import Record
from tests.engine.bare import both_runs
from tests.engine.programs import sweep
from tests.engine.recording import grad_fn, record, tensor
from tests.engine.refused import hold_to_what_was_foretold, refused

HEAD = """\
import torch
x = torch.tensor([0.5, 1.0, 1.5, 2.0], requires_grad=True)
y = x * 2
v = y[:2]
"""
OWN = """\
class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.mark_dirty(a)
        return a.mul_(2)
    @staticmethod
    def backward(ctx, g):
        return g * 2
"""


MOVED = """\
w, u = y[1:], y[:1]
{}
with torch.no_grad():
    w.mul_(3)
{}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("u.retain_grad()\nt = u.exp()", "t.sum().backward()"),
        ("w.retain_grad()\nt = w[:1].exp()", "t.sum().backward()"),
        ("u.register_hook(lambda g: print('came by', g))\nt = u.exp()", "t.sum().backward()"),
        ("v.reciprocal_()\nv = v[1:][1:]\nu.grad_fn", "y.sum().backward()"),
        ("n = y[:0]\nn.add_(1)", "y.sum().backward()"),
    ],
)
def test_a_view_keeps_the_grad_fn_that_it_has_though_its_version_has_moved_on(before: str, after: str) -> None:
    """To ask it for that is to have torch make it another: what waits at the first for a gradient would get none."""
    bare, recorded, _ = both_runs(HEAD + MOVED.format(before, after))
    assert recorded == bare


@pytest.mark.parametrize("asked", ["", "v.grad_fn\n", "v.is_leaf\n", "print(v)\n", "v.retain_grad()\n", "v.argmax()\n"])
@pytest.mark.parametrize("change", ["y.add_(1)", "y[1:].add_(1)", "y.data.add_(1)", "y.detach().add_(1)", "v.add_(1)"])
@pytest.mark.parametrize("mode", ["enable_grad", "no_grad"])
@pytest.mark.parametrize("root", ["y", "v"])
def test_an_error_names_the_grad_fn_that_it_names_without_the_recorder(
    asked: str, change: str, mode: str, root: str
) -> None:
    """Torch makes the grad_fn of a view anew when it is asked for it, and an error of backward tells that it did."""
    bare, recorded, _ = both_runs(
        f"{HEAD}v.exp_()\nwith torch.{mode}():\n    {change}\n{asked}{root}.sum().backward()\n"
    )
    assert recorded == bare


def test_a_view_that_a_function_detaches_in_forward_is_not_asked_for_its_grad_fn() -> None:
    call = (
        "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        v.detach()\n"
        "        return a * 2\nF.apply(torch.ones(2))\n"
    )
    bare, recorded, _ = both_runs(f"{HEAD}v.exp_()\ny.add_(1)\n{call}y.sum().backward()\n")
    assert recorded == bare


def test_the_grad_fn_of_a_view_is_that_which_torch_still_has_until_it_is_used() -> None:
    trace = record(HEAD + "v.exp_()\ny.add_(1)\nz = v * 3\n")
    states = [one for one in (*trace.past, *trace.tensors) if one.id == tensor(trace, "v").id]
    changed, made_anew = (one.grad_fn for one in states[-2:])
    assert changed is not None
    assert made_anew is not None
    assert changed != made_anew
    used = trace.grad_fns[tensor(trace, "z").grad_fn or 0]
    assert used.next[0] == (made_anew, 0)
    assert trace.grad_fns[trace.grad_fns[made_anew].next[0][0] or 0].name == "AddBackward0"


_NAME = st.sampled_from(("y", "v", "w", "u", "z"))
_CHANGE = st.sampled_from(
    (
        *("add_(1)", "mul_(2)", "exp_()", "sin_()", "tanh_()", "sigmoid_()", "sqrt_()", "relu_()", "neg_()", "zero_()"),
        *("fill_(2)", "square_()", "pow_(2)", "pow_(3)", "abs_()", "clamp_(0.5, 2)", "cumsum_(0)", "mul_(y[0])"),
        *(
            "mul_(x[0])",
            "div_(x[1])",
            "addcmul_(x[0], x[1])",
            "copy_(x[:1])",
            "atan2_(x[0])",
            "log_()",
            "reciprocal_()",
        ),
        *("masked_fill_(torch.ones(1, dtype=torch.bool), x[0])", "addcdiv_(x[0], x[1])", "sub_(v[0])"),
        *(
            "mul_(v.detach()[0])",
            "lerp_(x[0].expand(1), 0.5)",
            "lerp_(x[:1], x[1])",
            "clamp_(min=x[0])",
            "hypot_(x[0])",
        ),
        *("fmod_(x[1])", "index_fill_(0, torch.tensor([0]), 1.0)", "index_add_(0, torch.tensor([0]), x[:1])"),
        *("logit_(0.1)", "__setitem__(0, x[1])", "__setitem__(slice(1), 3.0)", "xlogy_(x[0])"),
    )
)
_LINE = st.one_of(
    st.builds("{}.{}".format, _NAME, _CHANGE),
    st.builds("{}.{}".format, _NAME, _CHANGE),
    st.builds("with torch.no_grad():\n    {}.{}".format, _NAME, _CHANGE),
    st.builds("{} = {}{}".format, _NAME, _NAME, st.sampled_from(("[:1]", "[1:]", ".view(-1)", ".detach()", "[...]"))),
    st.builds("{} = {}.{}()".format, _NAME, _NAME, st.sampled_from(("sin", "exp", "clone", "square"))),
    st.builds("{} = {} * {}[0]".format, _NAME, _NAME, _NAME),
    st.builds("{0}.{1}".format, _NAME, st.sampled_from(("grad_fn", "is_leaf", "retain_grad()", "data.add_(1)"))),
    st.builds("print({})".format, _NAME),
    st.builds("del {}".format, _NAME),
    st.builds("{}.sum().backward(retain_graph={})".format, _NAME, st.sampled_from(("True", "False"))),
)
PROGRAMS = st.lists(_LINE, min_size=2, max_size=10).flatmap(
    lambda lines: st.sampled_from(("y", "v", "w")).map(
        lambda root: HEAD + "\n".join(("w = y[1:]", "u = v[:1]", "z = y.exp()", *lines, f"{root}.sum().backward()", ""))
    )
)


@sweep(150)
@given(PROGRAMS)
def test_the_same_as_the_bare_interpreter(source: str) -> None:
    bare, seen, _ = both_runs(source)
    assert seen == bare


@pytest.mark.parametrize(
    ("lines", "inside", "saved"),
    [
        ("v.exp_()", "ExpBackward0", [("fn.result", "v", 1)]),
        ("v.mul_(x[:2])", "MulBackward0", [("fn.other", None, 0), ("fn.self", None, None)]),
        ("w = x[:2]\nv.mul_(w)", "MulBackward0", [("fn.other", "w", 0), ("fn.self", None, None)]),
        ("v.mul_(3)", "MulBackward0", []),
        ("v = y[0]\nv.mul_(x[1])", "MulBackward0", [("fn.other", None, 0), ("fn.self", None, None)]),
        ("v = y[0]\nv.mul_(3)", "MulBackward0", []),
        ("v = y[0]\nv.sin_()", "SinBackward0", [("fn.self", None, None)]),
        ("v.add_(1)", "AddBackward0", []),
        ("v.copy_(x[:2])", "CopyBackwards", []),
        ("m = torch.ones(2, dtype=torch.bool)\nv.masked_fill_(m, x[0])", "MaskedFillBackward1", [("fn.mask", "m", 0)]),
        ("v.addcmul_(x[:2], value=2, tensor2=v.detach() * 1)", "AddcmulBackward0", [("fn.tensor2", None, 0)]),
    ],
)
def test_what_the_grad_fn_in_a_copy_slices_saved(
    lines: str, inside: str, saved: list[tuple[str, str | None, int | None]]
) -> None:
    trace = record(f"{HEAD}{lines}\n")
    found = grad_fn(trace, "CopySlices")
    assert found.settings == {"fn": inside}
    assert [(one.name, one.version) for one in found.saved] == [(name, version) for name, _, version in saved]
    for one, (_, name, _) in zip(found.saved, saved, strict=True):
        assert name is None or one.tensor == tensor(trace, name).id


def test_what_is_known_of_an_op_on_one_tensor_twice_is_not_told_of_one_on_two() -> None:
    """What an op was once found to save holds for the next only where the same operands are one tensor."""
    for other, saved in (("v", "v"), ("w", "w"), ("v", "v")):
        trace = record(f"{HEAD}w = x[:2] * 1\nv.mul_({other})\ny.sum().backward()\n")
        (told, _) = grad_fn(trace, "CopySlices").saved
        assert (told.name, told.tensor) == ("fn.other", tensor(trace, saved).id)
        assert bool(refused(trace, trace.backwards[-1])) == (trace.error is not None) == (other == "v")


def test_where_nobody_can_know_what_it_saved_it_is_not_told() -> None:
    trace = record(HEAD + OWN + "Own.apply(v)\ny.sum().backward()\n")
    found = grad_fn(trace, "CopySlices")
    assert found.settings is None
    assert [(one.name, one.state) for one in found.saved] == [("fn", "freed")]
    told = str(inspection(Record(trace), Inspect(Subject("grad_fn", found.id))))
    assert "cannot be known" in told


@pytest.mark.parametrize("kept", [True, False])
def test_a_copy_slices_runs_once_unless_the_graph_is_kept(kept: bool) -> None:
    trace = record(f"{HEAD}v.add_(1)\ny.sum().backward(retain_graph={kept})\ny.sum().backward()\n")
    assert (trace.error is None) == kept
    told = {(trace.grad_fns[one.grad_fn].name, one.why) for one in refused(trace, trace.backwards[-1])}
    assert told == (set() if kept else {("CopySlices", "freed"), ("MulBackward0", "freed")})


def test_a_copy_slices_stays_that_of_its_op_when_it_was_freed() -> None:
    trace = record(HEAD + "v.mul_(x[:2])\ny.sum().backward()\n")
    made = [
        node.grad_fn.name for node in build(trace, "both").nodes if node.op is not None and node.grad_fn is not None
    ]
    assert made == ["MulBackward0", "SliceBackward0", "SliceBackward0", "CloneBackward0", "CopySlices", "SumBackward0"]


def _goes_in_place(op: OpInfo) -> bool:
    takes = op.supported_dtypes("cpu")  # type: ignore[no-untyped-call]  # torch's own test tools
    return op.get_inplace() is not None and op.supports_autograd and torch.float64 in takes  # type: ignore[no-untyped-call]  # as above


IN_PLACE = [number for number, op in enumerate(op_db) if _goes_in_place(op)]
OF_TORCH = """\
import torch
from torch.testing._internal.common_methods_invocations import op_db
op = op_db[{}]
samples = list(op.sample_inputs("cpu", torch.float64, requires_grad=True))
sample = samples[{} % len(samples)]
y = sample.input.detach().requires_grad_() * 1.5
v = y[...]
op.get_inplace()(v, *sample.args, **sample.kwargs)
with torch.no_grad():
    {}
y.sum().backward()
"""
ASKS_THE_NUMBERS = {"nn.functional.rrelu"}  # what it saves is made in the middle of its kernel


def test_an_op_that_raised_leaves_what_the_next_one_saves_to_be_foretold() -> None:
    trace = record(
        "import torch\nx = torch.ones(3, requires_grad=True)\nm = torch.ones(3, 3)\ny = x * 2\nv, one = y[...], y[:1]\n"
        "try:\n    one.addmv_(m, x)\nexcept RuntimeError:\n    pass\nv.addmv_(m, x)\n"
    )
    assert [one.settings for one in trace.grad_fns if one.name == "CopySlices"] == [{"fn": "AddmvBackward0"}]


@sweep(40)
@given(st.sampled_from(IN_PLACE), st.integers(0, 5), st.sampled_from(("pass", "y.add_(1)")))
@pytest.mark.filterwarnings("ignore")
def test_what_each_op_of_torch_saves_in_a_copy_slices_is_foretold(number: int, sample: int, change: str) -> None:
    trace = record(OF_TORCH.format(number, sample, change))
    if trace.error is not None and trace.error.hint != "version":
        return  # the sample is none for an op in place
    told = trace.backwards and refused(trace, trace.backwards[-1])
    known = all(one.settings is not None for one in trace.grad_fns if one.name == "CopySlices")
    assert known == (op_db[number].name not in ASKS_THE_NUMBERS)
    assert bool(told) == (trace.error is not None) or not (known or told)


@sweep(150)
@given(PROGRAMS)
def test_a_backward_fails_exactly_where_that_is_foretold(source: str) -> None:
    hold_to_what_was_foretold(record(source))


def test_a_base_is_other_than_it_was_from_the_op_on_that_changed_a_view_of_it() -> None:
    """Also where the next ops, called in the same place, take views: torch may be making the changed one anew."""
    lines = (
        *("import torch", "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence"),
        *("x = torch.ones(3, 4, 2, requires_grad=True)", "packed = pack_padded_sequence(x * 2, [4, 2, 1], True)"),
        "y, lengths = pad_packed_sequence(packed)",
    )
    trace = record("\n".join(lines))
    made = [(state, trace.ops[state.made_by]) for state in (*trace.past, *trace.tensors) if state.made_by is not None]
    changed = [(state.step, op.step) for state, op in made if op.name == "aten::copy_.default" and state.base is None]
    assert len(changed) == 3
    assert all(stamp == step + 1 for stamp, step in changed)
