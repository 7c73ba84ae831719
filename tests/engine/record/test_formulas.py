"""What backward computes is what it computes without a recorder: the values to the bit, their graph and versions."""

import pytest

from tests.engine.bare import both_runs
from tests.engine.recording import record

HEAD = """\
import torch
x = torch.tensor([[1.5, 3.0, 3.0], [0.5, 2.0, 1.0]], dtype=torch.float64, requires_grad=True)
def names(tensor):
    todo = [tensor.grad_fn]
    for node in todo:
        todo += [one for one, _ in node.next_functions if one is not None and one not in todo]
    return [node.name() for node in todo]
"""
AGAIN = """\
(g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
print(g, g._version, names(g))
g.sum().backward()
print(x.grad, x.grad._version)
z = ({}).sum()
x.grad = None
z.backward()
print(x.grad, x.grad._version)
"""
DIFFERENT = (
    *("x.max()", "x.min()", "x.median()", "x.nanmedian()", "x.max(1).values", "x.median(0).values", "x.mode(1).values"),
    *("x.prod()", "x.prod(1)", "x.cumprod(1)", "x.cummax(1).values", "x.cummin(0).values", "x.sort(1).values"),
    *("x.topk(2).values", "x.kthvalue(2).values", "x[:, :2].trace()", "x.take(torch.tensor([0, 0]))", "x[[0, 0]]"),
    *("x.gather(1, torch.tensor([[0], [1]]))", "x.index_select(0, torch.tensor([1]))", "x.masked_select(x > 1)"),
    *("torch.linalg.det(x[:, :2])", "torch.matrix_exp(x[:, :2])", "x.aminmax().max", "x.repeat_interleave(2)"),
    "torch.nn.functional.binary_cross_entropy_with_logits(x, torch.ones_like(x))",
    "torch.nn.functional.binary_cross_entropy(x.sigmoid(), torch.ones_like(x))",
)


@pytest.mark.parametrize("made", DIFFERENT)
def test_a_formula_that_goes_other_ways_under_a_mode_goes_the_usual_one(made: str) -> None:
    bare, seen, _ = both_runs(f"{HEAD}y = {made}\n" + AGAIN.format(made))
    assert bare.error is None
    assert seen == bare


def test_an_infinite_gradient_of_a_maximum_is_zero_elsewhere() -> None:
    trace = record(HEAD + "(x.max() * float('inf')).backward()\nprint(x.grad)\n")
    assert "nan" not in trace.output[0].text


def test_the_ops_of_such_a_formula_are_recorded_with_their_grad_fns() -> None:
    trace = record(HEAD + "(g,) = torch.autograd.grad(x.max() ** 2, x, create_graph=True)\n")
    names = {one.name: one.grad_fn is not None for one in trace.ops if one.phase == "backward"}
    assert names["aten::masked_fill_.Tensor"]
    assert not names["aten::eq.Tensor"]


def test_a_formula_that_raises_leaves_the_rest_of_the_run_watched() -> None:
    wrong = "y = x.prod(1)\nx.data = x.data[:, :2]\ntry:\n    y.sum().backward()\nexcept RuntimeError as error:\n"
    bare, seen, trace = both_runs(f"{HEAD}{wrong}    z = x * 3\n")
    assert seen == bare
    assert "z" in bare.tensors
    assert [op.name for op in trace.ops][-1] == "aten::mul.Tensor"


MODE = """\
from torch.utils._python_dispatch import TorchDispatchMode
class Mode(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        print(func)
        return func(*args, **(kwargs or {}))
with Mode():
    x.max().backward()
"""


@pytest.mark.parametrize("line", [MODE, "torch.func.grad(torch.max)(x.detach())\n"])
def test_a_mode_of_the_program_and_a_transform_see_what_they_see_without_a_recorder(line: str) -> None:
    bare, seen, _ = both_runs(HEAD + line)
    assert bare.error is None
    assert seen == bare


ODD = ("x.T[:, None]", "x[:, None].expand(2, 2, 3)", "x[0].repeat(2)[::2]", "x[:, :2].T[None]")


@pytest.mark.parametrize("given", ODD)
def test_linear_of_what_is_not_contiguous_adds_its_bias_in_place(given: str) -> None:
    lines = f"given = {given}\nlin = torch.nn.Linear(given.shape[-1], 4).double()\ny = lin(given)\n"
    more = "print(y._version, names(y))\ny.sum().backward()\nwith torch.no_grad():\n    z = lin(given)\n"
    bare, seen, _ = both_runs(HEAD + lines + more)
    assert bare.error is None
    assert seen == bare
