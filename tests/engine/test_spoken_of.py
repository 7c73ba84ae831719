"""An error names the tensors and grad_fns it speaks of, so that the picture can mark them."""

import pytest

from gradviz.model.build import build
from gradviz.model.trace import Trace
from tests.engine.recording import record, tensor

HEAD = "import torch\nx = torch.ones(3, requires_grad=True)\nn = torch.ones(3)\n"
INFERRED = HEAD + "with torch.inference_mode():\n    i = torch.ones(3)\n"
FUNCTION = """\
class Mine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a.sin()
    @staticmethod
    def backward(ctx, g):
        a, = ctx.saved_tensors
        return g * a.cos()
"""


@pytest.mark.parametrize(
    ("source", "hint", "tensors", "grad_fns"),
    [
        (HEAD + "y = x * 2\nz = y.sin()\ny.add_(1)\nz.sum().backward()", "version", {"y"}, ["SinBackward0"]),
        (HEAD + "y = x.exp()\nz = y * 2\ny[0] = 0\nz.sum().backward()", "version", {"y"}, ["ExpBackward0"]),
        (HEAD + "y = x * 2\nz = y * x\ny.add_(1)\nz.sum().backward()", "version", {"y"}, ["MulBackward0"]),
        (
            HEAD + FUNCTION + "y = x * 2\nz = Mine.apply(y).sum()\ny.add_(1)\nz.backward()",
            "version",
            {"y"},
            ["MineBackward"],
        ),
        (
            HEAD + "y = x.sin()\ny.sum().backward()\ny.sum().backward()",
            "second-backward",
            {"x"},
            ["SinBackward0"],
        ),
        (HEAD + "n.sum().backward()", "not-tracked", None, []),
        (HEAD + "y = n * 2\ns = y.sum()\ntorch.autograd.backward([x.sum(), s])", "not-tracked", {"s"}, []),
        (HEAD + "y = x * 2\ntorch.autograd.grad(y.sum(), [x, n.requires_grad_()])", "unused", {"n"}, []),
        (HEAD + "y = x * 2\ny.backward()", "non-scalar", {"y"}, []),
        (HEAD + "x.add_(n)", "leaf-inplace", {"x"}, []),
        (HEAD + "x *= 2", "leaf-inplace", {"x"}, []),
        (HEAD + "def f(a, b):\n    a.mul_(b)\nf(x, n)", "leaf-inplace", {"x"}, []),
        (HEAD + "ws = {'w': x}\nws['w'].add_(1)", "leaf-inplace", {"x"}, []),
        (
            HEAD + "model = torch.nn.Sequential(torch.nn.Linear(3, 1))\nmodel[0].weight.zero_()",
            "leaf-inplace",
            {"model.0.weight"},
            [],
        ),
        (HEAD + "x[0] = 1.0", "view-of-leaf", {"x"}, []),
        (HEAD + "v = x[:2]\nv.add_(1)", "view-of-leaf", {"x", "v"}, []),
        (HEAD + "y = x * 2\ny.requires_grad = False", "flag-non-leaf", {"y"}, []),
        (HEAD + "y = x * 2\ny.requires_grad_(False)", "flag-non-leaf", {"y"}, []),
        (HEAD + "n.retain_grad()", "retain-no-rg", {"n"}, []),
        (INFERRED + "y = x * i", "infer-save", {"i"}, []),
        (INFERRED + "i.add_(1)", "infer-inplace", {"i"}, []),
        (INFERRED + "i.requires_grad = True", "infer-rg", {"i"}, []),
        (HEAD + "m = torch.ones(2)\nn + m", "shape", {"n", "m"}, []),
        (HEAD + "x.numpy()", "numpy", {"x"}, []),
        (HEAD + "n.item()", "item", {"n"}, []),
    ],
)
def test_what_an_error_speaks_of(source: str, hint: str | None, tensors: set[str] | None, grad_fns: list[str]) -> None:
    trace = record(source + "\n")
    if hint is None:
        assert trace.error is None
        return
    assert trace.error is not None
    assert trace.error.hint == hint
    assert [trace.grad_fns[number].name for number in trace.error.grad_fns] == grad_fns
    if tensors is not None:
        assert set(trace.error.tensors) == {tensor(trace, name).id for name in tensors}
        assert _marked(trace) == tensors
    else:
        assert len(trace.error.tensors) == 1


def _marked(trace: Trace) -> set[str]:
    """The first names of the tensors that the picture marks."""
    nodes = [node for node in build(trace, "both").nodes if node.in_error]
    assert {node.grad_fn.id for node in nodes if node.grad_fn is not None} == set(
        trace.error.grad_fns if trace.error else ()
    )
    return {node.tensor.names[0] for node in nodes if node.tensor is not None}


def test_an_error_that_was_caught_is_not_the_one_that_ended_the_program() -> None:
    caught = "y = x.sin()\ny.sum().backward()\ntry:\n    y.sum().backward()\nexcept RuntimeError:\n    pass\n"
    error = record(HEAD + caught + "n + torch.ones(2)\n").error
    assert error is not None
    assert (error.hint, error.grad_fns) == ("shape", ())


def test_the_backward_view_marks_the_grad_fn() -> None:
    trace = record(HEAD + "y = x * 2\nz = y.sin()\ny.add_(1)\nz.sum().backward()\n")
    marked = [node.grad_fn for node in build(trace, "backward").nodes if node.in_error]
    assert [one.name for one in marked if one is not None] == ["SinBackward0"]


def test_a_tensor_without_a_name_is_marked_at_its_op() -> None:
    trace = record(HEAD + "y = (x * 2).exp_()\nz = y.sin()\ny.zero_()\nz.sum().backward()\n")
    assert trace.error is not None
    assert trace.error.tensors == (tensor(trace, "y").id,)
