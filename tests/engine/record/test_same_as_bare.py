"""A recorded program does what the bare interpreter does with it: hypothesis writes the programs.

GRADVIZ_PROGRAMS sets how many; the full sweep is 10,000 and more.
"""

from hypothesis import given

from tests.engine.bare import both_runs
from tests.engine.programs import PROGRAMS, sweep
from tests.engine.recording import tensor


@sweep(300)
@given(PROGRAMS)
def test_the_same_as_the_bare_interpreter(source: str) -> None:
    bare, seen, _ = both_runs(source)
    assert seen == bare


def test_what_is_made_of_a_parameter_of_inference_mode_is_what_torch_makes_of_it() -> None:
    lines = (
        *("import torch", "with torch.inference_mode():", "    p = torch.nn.Parameter(torch.ones(2))"),
        *("a, b, c = p.clone(), p.double(), p + 1", "d = torch.nn.functional.pad(p, (1, 1))", "e = p[None]"),
        *("f, g, h = p.diag(), p.sum(), torch.nn.functional.dropout(p, 0.5)", "i = p.repeat(2)", "c.sum().backward()"),
        *("j = torch.stack([a, torch.cat([h, h])[:2]])", "j.sum().backward()", "print(p.grad)"),
    )
    bare, seen, trace = both_runs("\n".join(lines))
    assert seen == bare
    assert bare.tensors["a"].grad_fn == "CopyBackwards"
    assert [op.name for op in trace.ops if op.grad_fn is not None and op.line == 4] == [
        *("aten::clone.default", "aten::_to_copy.default", "aten::add.Tensor"),
    ]


def test_a_class_of_tensors_makes_them_as_without_gradviz() -> None:
    source = """\
import torch
from torch.utils._python_dispatch import TorchDispatchMode
class Mine(torch.Tensor):
    pass
class Named(torch.Tensor):
    def __new__(cls, data, title):
        made = super().__new__(cls, data)
        made.title = title
        return made
    def __init__(self, data, title):
        self.length = len(self)
class Mode(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))
x = torch.tensor([1.0, 2.0], requires_grad=True)
a, b, c, d = Mine([1.0, 2.0]), Mine(x.detach()), Mine(x * 2), Named(x, "it")
(c * 3).sum().backward()
d.sum().backward()
e, f = torch.Tensor([3.0]), Mine()
print(type(a), type(b), type(c), type(d * 2), d.title, d.length, b._base is None, Mine(2, 3).shape, x.grad)
with torch.no_grad():
    x.data = Mine([5.0, 6.0])
for kinds in ((Mine, "a"), (Mine, 1, "a"), (torch.Tensor, "a")):
    try:
        kinds[0](*kinds[1:])
    except Exception as error:
        print(type(error), error)
with Mode():
    try:
        Mine(x)
    except RuntimeError as error:
        print(error)
"""
    bare, seen, trace = both_runs(source)
    assert bare.error is None
    assert seen == bare
    assert trace.grad_fns[tensor(trace, "c").grad_fn or 0].name == "AliasBackward0"


COMPOSITE = (
    *("x.square()", "x @ x", "x.reshape(4)", "F.linear(x, x)", "F.layer_norm(x, (2,))", "F.dropout(x, 0.0)"),
    *("x.std()", "x.flatten()", "torch.einsum('ij,jk->ik', x, x)", "x.clone().square_()"),
)


def test_where_grad_is_enabled_inside_inference_mode_nothing_is_recorded_that_torch_does_not() -> None:
    lines = (
        *("import torch", "import torch.nn.functional as F", "x = torch.ones(2, 2, requires_grad=True)"),
        *(
            "with torch.inference_mode():",
            "    p = torch.nn.Parameter(torch.ones(2, 2))",
            "    with torch.enable_grad():",
        ),
        *(f"        {made} = {what}" for made, what in zip("abcdefghij", COMPOSITE, strict=True)),
        *(f"        {made}2 = {what.replace('x', 'p')}" for made, what in zip("abcdefghij", COMPOSITE, strict=True)),
    )
    bare, seen, _ = both_runs("\n".join(lines))
    assert seen == bare
    assert not bare.tensors["a"].requires_grad
