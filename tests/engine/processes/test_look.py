"""What the engine says of names: all that is there, nothing more, by the torch that runs programs; nothing is run."""

import importlib
import inspect
import sys
from types import FunctionType, ModuleType

import pytest
import torch

from gradviz.engine.processes.docstrings import first_sentence, written
from gradviz.engine.processes.look import look
from gradviz.engine.processes.schemas import by_schema
from gradviz.intake import decoding
from gradviz.model.completion.found import Found, Look, Signature, bounded
from gradviz.model.wire import Exit, Kind, Limits, encode, pack
from tests.engine.client import PATIENCE, Client


def names(path: str) -> set[str]:
    return {one.name for one in look(path).names}


def public(module: ModuleType) -> set[str]:
    """The names that a module has for others: of its own package, and none of those that it imports."""
    own = set()
    for name, value in vars(module).items():
        foreign = isinstance(value, ModuleType) and not value.__name__.startswith(f"{module.__name__}.")
        typing = type(value).__module__ in ("typing", "__future__") or getattr(value, "__module__", "") in (
            "typing",
            "collections.abc",
        )
        if not name.startswith("_") and not foreign and not typing:
            own.add(name)
    return own


@pytest.mark.parametrize("path", ["torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.autograd", "math"])
def test_every_public_name_of_a_module_is_told(path: str) -> None:
    assert public(importlib.import_module(path)) <= names(path)


@pytest.mark.parametrize("path", ["torch", "torch.nn", "torch.optim", "math", "random"])
def test_no_name_is_told_that_is_not_there(path: str) -> None:
    assert names(path) <= set(dir(importlib.import_module(path)))


def test_what_a_module_imports_for_itself_is_not_told() -> None:
    assert not names("torch") & {"os", "sys", "functools", "Any"}


def test_what_can_be_imported() -> None:
    assert {"torch", "numpy", "math"} <= names("") <= set(sys.modules)
    assert {one.kind for one in look("").names} == {"module"}


def test_every_name_of_a_tensor_is_told() -> None:
    assert names("torch.Tensor") == {*dir(torch.Tensor)} - {"__abstractmethods__", "__name__", "__qualname__", "mro"}


def test_kinds() -> None:
    paths = ("torch.nn", "torch.nn.Linear", "torch.add", "torch.float32", "torch.Tensor.grad", "torch.Tensor.add", "no")
    assert [look(path).kind for path in paths] == [
        *("module", "class", "function", "value", "attribute", "function", "")
    ]
    assert look("torch.float32").of == "torch.dtype"
    assert look("math.pi").of == "builtins.float"


def test_signatures_of_c_functions_are_those_of_their_docstrings() -> None:
    assert look("torch.add").signatures == (Signature(("input", "other", "*", "alpha=1", "out=None"), "Tensor"),)
    assert look("torch.Tensor.add").bound == (Signature(("other", "*", "alpha=1"), "Tensor"),)
    assert look("torch.nn.functional.linear").signatures == (Signature(("input", "weight", "bias=None"), "Tensor"),)
    assert [one.parameters[:2] for one in look("torch.max").signatures] == [
        ("input", "*"),
        ("input", "dim"),
        ("input", "other"),
    ]


def test_signatures_of_python_are_those_that_python_knows() -> None:
    wanted = inspect.signature(torch.Tensor.backward)
    found = look("torch.Tensor.backward")
    assert [one.partition("=")[0].partition(":")[0] for one in found.signatures[0].parameters] == [*wanted.parameters]
    assert found.bound[0].parameters == found.signatures[0].parameters[1:]
    linear = look("torch.nn.Linear").signatures[0]
    assert linear.parameters[:3] == ("in_features: int", "out_features: int", "bias: bool = True")
    assert look("torch.nn.Linear.forward").bound == (Signature(("input: Tensor",), "Tensor"),)
    assert "*" in look("torch.optim.SGD").signatures[0].parameters
    assert look("math.sin").signatures[0].parameters == ("x", "/")


def test_the_docstring_of_a_function_that_passes_all_on_knows_better() -> None:
    assert look("torch.einsum").signatures[0].parameters == ("equation", "*operands")
    assert look("torch.nn.functional.max_pool2d").signatures[0].parameters[:2] == ("input", "kernel_size")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("torch.add", "Adds other, scaled by alpha, to input."),
        ("torch.nn.Linear", "Applies an affine linear transformation to the incoming data: y = xA^T + b."),
        ("torch.Tensor.backward", "Computes the gradient of current tensor wrt graph leaves."),
        ("torch.relu", ""),
    ],
)
def test_the_first_sentence_of_a_docstring(path: str, told: str) -> None:
    assert look(path).doc == told


def test_nothing_is_imported_or_run_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("statistics_of_nobody")
    asked: list[str] = []

    class Trap:
        @property
        def value(self) -> None:
            asked.append("property")

        @property  # type: ignore[misc]  # a lie, as torch.distributed tells one
        def __class__(self) -> type:
            asked.append("class")
            return int

        def __getattr__(self, name: str) -> None:
            asked.append(name)

        def __call__(self) -> None:
            asked.append("call")

    vars(module).update(__getattr__=asked.append, Trap=Trap, trap=Trap())
    monkeypatch.setitem(sys.modules, "torch.statistics_of_nobody", module)
    monkeypatch.setattr(torch, "statistics_of_nobody", module, raising=False)
    before = set(sys.modules)
    for path in ("", ".late", ".Trap", ".Trap.value", ".trap", ".trap.value"):
        assert bounded(look(f"torch.statistics_of_nobody{path}"))
    assert asked == []
    assert set(sys.modules) == before


@pytest.mark.parametrize("path", [".", "torch.", "torch..nn", "gradviz", "tests", "x" * 1000, "os.system.x", "é"])
def test_paths_that_lead_nowhere(path: str) -> None:
    found = look(path)
    assert found == Found(path[:400])
    assert decoding.found(encode(found)) == found


def test_whatever_torch_holds_can_be_told() -> None:
    waiting, seen = ["torch", "math", "random", "builtins", "numpy"], set[str]()
    while waiting:
        path = waiting.pop()
        found = look(path)
        assert decoding.found(encode(found)) == found
        deep = path.count(".") > 1 or (found.kind == "class" and path.count("."))
        for one in found.names if not deep else ():
            name = f"{path}.{one.name}"
            if one.name.startswith("_") or name in seen:
                continue
            seen.add(name)
            waiting.append(name)
    assert len(seen) > 3000


def test_signatures_in_docstrings() -> None:
    assert written("f(a, (b, c), *[, key=d]) -> x\nf(e)\n\nText f(g).", "f") == (
        Signature(("a", "(b, c)", "*", "key=d"), "x"),
        Signature(("e",)),
    )
    assert written("\nrand(*size, out=None, \\\n    dtype=None) -> Tensor\n", "rand") == (
        Signature(("*size", "out=None", "dtype=None"), "Tensor"),
    )
    assert written("Text.\n\n.. function:: m.f(x) -> y\n   :noindex:\n.. method:: f(z)\n", "f") == (
        Signature(("x",), "y"),
        Signature(("z",)),
    )
    assert written("Text\nf(x)", "f") == ()
    assert written("f(x", "f") == ()
    assert written("g(x)", "f") == ()


@pytest.mark.parametrize("name", ["relu", "detach", "clamp_min", "log_softmax", "prelu", "resize_as_sparse_"])
def test_an_op_without_a_docstring_is_called_as_its_schema_says(name: str) -> None:
    found = look(f"torch.Tensor.{name}")
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{name}")
    wanted = [[one.name for one in schema.arguments if one.name != "self"] for schema in schemas]
    assert found.bound
    for way in found.bound:
        assert [one.partition("=")[0] for one in way.parameters if one != "*"] in wanted
    assert found.bound[0].returns == "Tensor"


def test_what_is_no_op_is_told_no_schema() -> None:
    assert by_schema("no_such_op") == by_schema("") == ()
    assert by_schema("__and__") == (Signature(("self", "other"), "Tensor"),)  # and not that of two whole numbers
    assert look("torch.Tensor.is_distributed").bound == (Signature((), ""),)


def test_first_sentences() -> None:
    assert first_sentence("f(x)\nf(y) -> z\nSays this. And that.", "f") == "Says this."
    assert first_sentence(".. note:: no\n\n``a`` :attr:`b` :class:`~c.D` :ref:`e <f>`", "f") == "a b c.D e"
    assert first_sentence(r"Of :math:`\frac{a}{b}` it is. So.") == "Of … it is."
    assert first_sentence("f(x") == "f(x"
    assert first_sentence("f(x", "f") == ""
    assert first_sentence("f(x)\n.. note:: y", "f") == ""
    assert first_sentence("") == ""


def test_a_function_of_python_without_a_namespace_of_its_own() -> None:
    assert isinstance(torch.nn.functional.relu, FunctionType)
    assert look("torch.nn.functional.relu.__globals__") == Found("torch.nn.functional.relu.__globals__")


@pytest.mark.slow
@pytest.mark.parametrize("options", [()])
def test_the_engine_answers_while_a_program_runs(options: tuple[str, ...]) -> None:
    with Client(*options) as client:
        run = client.start("while True: pass", Limits(seconds=PATIENCE))
        for path in ("torch.nn", "torch.nn.Linear"):
            client._in.write(pack(Kind.LOOK, 0, encode(Look(path))))
        answers: list[Found] = []
        while len(answers) < 2:
            frame = client.next()
            if frame.kind is Kind.FOUND:
                answers.append(decoding.found(frame.payload))
        assert answers == [look("torch.nn"), look("torch.nn.Linear")]
        client.cancel(run)
        assert client.finish(run)[1] == Exit(0, 9, None, "cancelled")
        client.works()
