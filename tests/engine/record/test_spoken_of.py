"""An error names the tensors and grad_fns it speaks of, so that the picture can mark them."""

import re

import pytest

from gradviz.model.errors.errors import HINTS, hint
from gradviz.model.errors.fitting import FITTING
from gradviz.model.graph.build import build
from gradviz.model.program import FILE
from gradviz.model.trace import Trace
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from tests.engine.bare import bare_run
from tests.engine.recording import record, tensor
from tests.engine.refused import refused
from tests.engine.typed import TYPED

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


SPOKEN_OF: list[tuple[str, str, set[str] | None, list[str]]] = [
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
    (HEAD + "y = x * 2\nz = y * x\ny.detach_()\nz.sum().backward()", "detached", set(), ["MulBackward0"]),
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
    (HEAD + "y = x.exp()\ny.add_(1)\ny.sum().backward()", "version", {"y"}, ["ExpBackward0"]),
    (HEAD + "torch.autograd.grad(x * 2, x)", "non-scalar", None, []),
    (HEAD + "y = x * 2j\ny[0].backward()", "complex-root", None, []),
    (HEAD + "torch.autograd.grad(x.sum(), [n])", "not-asked", {"n"}, []),
    (HEAD + "k = torch.tensor([1, 2])\nk.requires_grad_()", "int-grad", {"k"}, []),
    (HEAD + "y = x * 2\ng = torch.ones(2)\ny.backward(g)", "grad-shape", {"y", "g"}, []),
    (HEAD + "a = torch.ones(2, 3)\nb = torch.ones(2, 3)\na @ b", "mm", {"a", "b"}, []),
    (HEAD + "a = torch.ones(2, 2)\nb = a.double()\na @ b", "dtype", {"a", "b"}, []),
    (HEAD + "float(x)", "item", {"x"}, []),
    (HEAD + "if x > n:\n    pass", "bool", {"x", "n"}, []),
    (HEAD + "import copy\ny = x * 2\ncopy.deepcopy(y)", "deepcopy", {"y"}, []),
    (HEAD + "y = x * 2\na, b, c = y.unbind()\na.mul_(2)", "multi-view", {"a"}, []),
    (HEAD + "with torch.no_grad():\n    v = x[:2]\nv.mul_(2)", "no-grad-view", {"v"}, []),
    (HEAD + "o = torch.zeros(3)\ntorch.add(x, 1, out=o)", "out-grad", {"x"}, []),
    (HEAD + "e = n[:1].expand(3)\ne.add_(1)", "overlap", {"e"}, []),
    (
        HEAD + "torch.autograd.set_detect_anomaly(True)\ny = x * 0\nz = y / y\nz.sum().backward()",
        "nan",
        set(),
        ["DivBackward0"],
    ),
    (HEAD + "torch.one(3)", "typo", set(), []),
    (HEAD + "x.sum().backward(retain_grap=True)", "keyword", set(), []),
    (HEAD + "x - 0.1 * x.grad", "no-grad-yet", set(), []),
    (HEAD + "y = x * 2\ntorch.optim.SGD([x, y], lr=0.1)", "optimizer-leaf", {"y"}, []),
    (HEAD + "torch.optim.SGD([], lr=0.1)", "optimizer-empty", set(), []),
    (HEAD + "a = torch.ones(2, 3, 4)\nb = torch.ones(2, 3, 4)\ntorch.bmm(a, b)", "bmm", {"a", "b"}, []),
    (HEAD + "a = torch.ones(2, 2)\nb = torch.ones(3, 3)\ntorch.cat([a, b])", "joined", {"a", "b"}, []),
    (HEAD + "n.view(2)", "reshape", {"n"}, []),
    (HEAD + "t = torch.ones(2, 3).t()\nt.view(6)", "not-contiguous", {"t"}, []),
    (HEAD + "torch.tensor([[1., 2.], [3.]])", "ragged", set(), []),
    (HEAD + "x[5]", "index", {"x"}, []),
    (
        HEAD + "a = torch.ones(2, 3)\nb = torch.tensor([0, 3])\ntorch.nn.functional.cross_entropy(a, b)",
        "target",
        {"a", "b"},
        [],
    ),
    (
        HEAD + "a = torch.ones(2, 3)\nb = torch.tensor([0., 1.])\ntorch.nn.functional.cross_entropy(a, b)",
        "target-dtype",
        {"a", "b"},
        [],
    ),
    (
        HEAD + "m = torch.nn.Conv2d(3, 4, 3)\na = torch.ones(1, 1, 8, 8)\nm(a)",
        "channels",
        {"m.weight", "a"},
        [],
    ),
    (HEAD + "x(3)", "called", {"x"}, []),
    (
        HEAD + "torch.autograd.gradcheck(lambda a: a * a.detach(), x.double().detach().requires_grad_())",
        "gradcheck",
        set(),
        [],
    ),
    (HEAD + "a = torch.ones(4)\nb = torch.ones(3)\na @ b", "vector", {"a", "b"}, []),
    (HEAD + "a = torch.ones(3, 5)\nb = torch.ones(4)\na @ b", "mv", {"a", "b"}, []),
    (HEAD + "a = torch.arange(3)\na.mean()", "whole", {"a"}, []),
    (HEAD + "a = torch.arange(3)\na.add_(0.5)", "cast", {"a"}, []),
    (
        HEAD + "a = torch.ones(2, 3)\nb = torch.tensor([[1], [0]])\ntorch.nn.functional.cross_entropy(a, b)",
        "one-class",
        {"a", "b"},
        [],
    ),
    (
        HEAD + "a = torch.ones(1, 3)\ntorch.nn.functional.batch_norm(a, None, None, training=True)",
        "batch-norm",
        {"a"},
        [],
    ),
    (HEAD + "y = x＋1", "full-width", set(), []),
    (HEAD + "torch.empty(10**13)", "memory", set(), []),
    (HEAD + "raise PermissionError(1, 'Operation not permitted')", "denied", set(), []),
    (HEAD + "raise MemoryError", "python-memory", set(), []),
]
# Raised by no line of a program run here: what its process does, or what its keyboard lacks (test_explained.py).
ELSEWHERE = {"input", "stopped", "refused", "died"}


def test_every_error_that_is_explained_is_raised_here() -> None:
    assert {hint for _, hint, _, _ in SPOKEN_OF} == {row.id for row in (*HINTS, *FITTING)} - ELSEWHERE


@pytest.mark.parametrize(("source", "hint", "tensors", "grad_fns"), SPOKEN_OF)
def test_what_an_error_speaks_of(source: str, hint: str, tensors: set[str] | None, grad_fns: list[str]) -> None:
    trace = record(source + "\n")
    assert trace.error is not None
    assert trace.error.hint == hint
    assert trace.error.line == _line_of(source)
    assert [trace.grad_fns[number].name for number in trace.error.grad_fns] == grad_fns
    if tensors is not None:
        assert set(trace.error.tensors) == {tensor(trace, name).id for name in tensors}
        assert _marked(trace) == tensors
    else:
        assert len(trace.error.tensors) == 1


def _line_of(source: str) -> int | None:
    """The innermost line that the exception leaves the bare program by; that of a syntax error."""
    try:
        compile(source, FILE, "exec")
    except SyntaxError as error:
        return error.lineno
    raised = bare_run(source).error
    assert raised is not None
    return raised[2]


MODULE = """
class M(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(3, 4)
    def forward(self, z):
        return self.a(z)
"""


@pytest.mark.parametrize(
    ("source", "hint", "shapes"),
    [
        ("m = torch.nn.Linear(2, 4)\ny = m(torch.ones(2, 5))", "mm", {(2, 5), (4, 2)}),
        ("m = torch.nn.Linear(2, 4)\ny = m(torch.ones(3))", "mm", {(3,), (4, 2)}),
        ("m = torch.nn.Linear(2, 4)\ny = m(torch.ones(2, 6, 5))", "mm", {(2, 6, 5), (4, 2)}),
        (
            "m = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(5, 1))\ny = m(n[None])",
            "mm",
            {(1, 4), (1, 5)},
        ),
        (MODULE + "y = M()(torch.ones(2, 2))", "mm", {(2, 2), (4, 3)}),
        ("m = torch.nn.Linear(3, 4)\ny = m(n.long())", "dtype", {(3,), (4, 3), (4,)}),
        ("m = torch.nn.PReLU(3)\ny = torch.ones(2, 2) @ torch.ones(3, 1)", "mm", None),
    ],
)
def test_an_error_inside_a_module_speaks_of_the_operands_there(
    source: str, hint: str, shapes: set[tuple[int, ...]] | None
) -> None:
    trace = record(HEAD + source + "\n")
    assert trace.error is not None
    assert trace.error.hint == hint
    assert {trace.tensors[number].shape for number in trace.error.tensors} == (shapes or set())


VERSIONS = {
    "y = x * 2\nz = y.sin()\ny.add_(1)\n": (6, "SinBackward0", 5),
    "y = x.exp()\nz = y * 2\ny[0] = 0\n": (6, "ExpBackward0", 4),
    "y = x * 2\nz = y * x\nfor _ in range(2):\n    y.mul_(2)\n": (7, "MulBackward0", 5),
    "y = x * 2\nz = y.sin()\nwith torch.no_grad():\n    y.view(-1)[0].zero_()\n": (7, "SinBackward0", 5),
    "y = x * 2\nz = y.sin()\nd = y.detach()\ntorch._foreach_mul_([d], 2.0)\n": (7, "SinBackward0", 5),
    "y = x * 2\nz = y.sin()\ntorch.zeros(3, out=y.detach())\n": (6, "SinBackward0", 5),
}


@pytest.mark.parametrize("change", VERSIONS)
def test_a_version_error_tells_what_was_saved_where_and_what_changed_it(change: str) -> None:
    trace = record(HEAD + change + "z.sum().backward()\n")
    changed_on, name, saved_on = VERSIONS[change]
    assert trace.error is not None
    assert (trace.error.hint, trace.error.line) == ("version", 4 + change.count("\n"))
    told = {one.grad_fn: one for one in refused(trace, trace.backwards[-1])}
    one = told[trace.error.grad_fns[0]]
    assert one.saved.tensor in trace.error.tensors
    assert (trace.grad_fns[one.grad_fn].name, trace.grad_fns[one.grad_fn].line) == (name, saved_on)
    assert one.changed_by is not None
    assert trace.ops[one.changed_by].line == changed_on
    message = trace.error.message
    assert f"is at version {one.now}; expected version {one.saved.version} instead" in message


@pytest.mark.parametrize("change", VERSIONS)
def test_the_problem_names_what_changed_a_saved_tensor(change: str) -> None:
    source = HEAD + change + "z.sum().backward()"
    for run in (record(source + "\n"), record(_catching(source))):
        (told,) = problems(Record(run), Options())
        assert re.search(rf"Here y\b.* was changed by .* on line {VERSIONS[change][0]}\.$", told.message), told.message


def test_the_problem_names_what_changed_a_saved_tensor_on_no_line_of_the_program() -> None:
    thread = "import threading\nt = threading.Thread(target=y.add_, args=(1,))\nt.start()\nt.join()\n"
    trace = record(HEAD + "y = x.exp()\nz = y * 2\n" + thread + "z.sum().backward()\n")
    (told,) = problems(Record(trace), Options())
    assert told.message.endswith(" Here y was changed by add_.")


def test_the_problem_names_the_step_of_an_optimizer_that_changed_a_weight() -> None:
    trace = record(TYPED["a GAN that updates between two backwards"])
    (told,) = problems(Record(trace), Options())
    assert told.message.endswith("Here D.2.weight was changed by add_ · opt_d.step() on line 10.")


def _marked(trace: Trace) -> set[str]:
    """The first names of the tensors that the picture marks."""
    nodes = [node for node in build(trace, "both").nodes if node.in_error]
    assert {node.grad_fn.id for node in nodes if node.grad_fn is not None} == set(
        trace.error.grad_fns if trace.error else ()
    )
    return {node.tensor.names[0] for node in nodes if node.tensor is not None}


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "SystemExit", "ValueError"])
def test_whatever_left_a_backward_call_is_told_where_it_was_caught(kind: str) -> None:
    hook = f"def stop(g):\n    raise {kind}\ny = x * 2\ny.register_hook(stop)\n"
    trace = record(f"{HEAD}{hook}try:\n    y.sum().backward()\nexcept {kind}:\n    pass\n")
    assert trace.error is None
    assert [(one.type, one.line) for one in trace.caught] == [(kind, HEAD.count("\n") + 2)]


def test_an_error_that_was_caught_is_not_the_one_that_ended_the_program() -> None:
    caught = "y = x.sin()\ny.sum().backward()\ntry:\n    y.sum().backward()\nexcept RuntimeError:\n    pass\n"
    error = record(HEAD + caught + "n + torch.ones(2)\n").error
    assert error is not None
    assert (error.hint, error.grad_fns) == ("shape", ())


def _catching(source: str) -> str:
    """The program with what its last line raises caught."""
    *lines, last = source.split("\n")
    return "\n".join([*lines, "try:", f"    {last}", "except RuntimeError:", "    pass", ""])


@pytest.mark.parametrize(
    "source",
    [
        source
        for source, hint, _, _ in SPOKEN_OF
        if hint
        in (
            "non-scalar",
            "grad-shape",
            "complex-root",
            "version",
            "second-backward",
            "not-tracked",
            "unused",
            "not-asked",
            "nan",
        )
    ],
)
def test_an_error_of_backward_that_was_caught_speaks_of_the_same(source: str) -> None:
    trace, raised = record(_catching(source)), record(source + "\n")
    assert (trace.error, raised.caught) == (None, ())
    assert raised.error is not None
    assert trace.caught == (
        raised.error._replace(line=_line_of(_catching(source).replace("except RuntimeError:", "finally:"))),
    )


def test_what_refuses_a_root_speaks_of_the_root_itself() -> None:
    error = record(HEAD + "torch.autograd.grad(x * 2, x)\n")
    assert error.error is not None
    assert [error.ops[error.tensors[one].made_by or 0].name for one in error.error.tensors] == ["aten::mul.Tensor"]


def test_each_error_of_backward_speaks_of_its_own() -> None:
    lines = ["y = x.sin()", "z = x.exp()", "(y + z).sum().backward()"]
    trace = record(_catching(HEAD + "\n".join([*lines, "y.sum().backward()"])) + "z.sum().backward()\n")
    assert trace.error is not None
    names = [[trace.grad_fns[one].name for one in error.grad_fns] for error in (*trace.caught, trace.error)]
    assert names == [["SinBackward0"], ["ExpBackward0"]]


def test_an_error_of_a_backward_inside_another_is_told_once() -> None:
    source = (
        "from torch.utils.checkpoint import checkpoint\ndef f(a):\n    b = a * 2\n    c = b.exp()\n    b.add_(1)\n"
        "    return c * b.sin()\ny = checkpoint(f, x, use_reentrant=True)\nf = None\ny.sum().backward()"
    )
    changed = source.replace("    return c", "    d = b.sin()\n    b.add_(1)\n    return d + c")
    (error,) = record(_catching(HEAD + changed)).caught
    assert hint(error) == "version"


def test_an_error_that_a_hook_caught_hides_none_of_the_call_that_ran_the_hook() -> None:
    hook = "def hook(g):\n    try:\n        n.sum().backward()\n    except RuntimeError:\n        pass\n"
    trace = record(f"{HEAD}{hook}y = x * 2\nz = y.sin() * 3\nz.register_hook(hook)\ny.add_(1)\nz.sum().backward()\n")
    assert trace.error is not None
    assert [one.hint for one in trace.caught] == ["not-tracked"]
    assert [trace.grad_fns[one].name for one in trace.error.grad_fns] == ["SinBackward0"]


def test_the_backward_view_marks_the_grad_fn() -> None:
    trace = record(HEAD + "y = x * 2\nz = y.sin()\ny.add_(1)\nz.sum().backward()\n")
    marked = [node.grad_fn for node in build(trace, "backward").nodes if node.in_error]
    assert [one.name for one in marked if one is not None] == ["SinBackward0"]


def test_a_tensor_without_a_name_is_marked_at_its_op() -> None:
    trace = record(HEAD + "y = (x * 2).exp_()\nz = y.sin()\ny.zero_()\nz.sum().backward()\n")
    assert trace.error is not None
    assert trace.error.tensors == (tensor(trace, "y").id,)


def test_in_japanese_no_gap_is_between_sentences() -> None:
    run = record(next(source for source, name, _, _ in SPOKEN_OF if name == "version"))
    (told,) = problems(Record(run), Options(language="ja"))
    assert "。変更されたのは y で" in told.message
