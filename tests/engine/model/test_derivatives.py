"""The rule of every grad_fn that has one: against the gradient that PyTorch passed on, and against finite differences.

Each program is generated: the leaves below hold numbers drawn anew for every seed, in float64.
"""

import math
from collections.abc import Iterator

import pytest
import torch

from gradviz.model.derivatives.applied import Applied, applied
from gradviz.model.derivatives.table import RULES
from gradviz.model.trace import Trace, Value
from tests.engine.differentiated import CASES, CHOICES, INEXACT, LEAVES
from tests.engine.recording import record
from tests.unit.model.traces import end

SEEDS = (0, 1)
STEP = 1e-6


def test_every_rule_has_a_case() -> None:
    assert sorted(CASES) == sorted(RULES)
    assert len(RULES) >= 120


def leaves(case: str, seed: int) -> dict[str, torch.Tensor]:
    """Fresh leaves for those that a case speaks of, none of whose numbers are near each other."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    names = set(compile(case, "case", "eval").co_names)
    for name, shape in LEAVES.items():
        if name in names:
            count = math.prod(shape)
            spaced = (torch.randperm(count, generator=generator) + 0.5) / count
            jitter = torch.rand((), generator=generator, dtype=torch.float64) * 0.02 + 0.15
            found[name] = (spaced.double().reshape(shape) * 0.68 + jitter).requires_grad_()
    return found


def program(case: str, values: dict[str, torch.Tensor]) -> str:
    lines = ["import math", "import torch", "import torch.nn.functional as F", "torch.set_default_dtype(torch.float64)"]
    lines += [f"{name} = torch.tensor({leaf.tolist()!r}, requires_grad=True)" for name, leaf in values.items()]
    lines += [
        f"y = {case}",
        "ys = [one for one in (y if isinstance(y, tuple) else (y,)) if one.requires_grad]",
        "weights = [torch.linspace(0.5, 1.5, one.numel()).reshape(one.shape).to(one) for one in ys]",
        "torch.autograd.backward(ys, weights)",
        "torch.set_default_dtype(torch.float32)",
    ]
    return "\n".join(lines) + "\n"


def executed(trace: Trace) -> Iterator[tuple[str, Applied]]:
    """Each grad_fn that backward ran, with its rule."""
    at = end(trace)
    for grad_fn in trace.grad_fns:
        found = applied(at, grad_fn)
        if found is not None and found.step is not None:
            yield grad_fn.name, found


def numbers(value: Value | None) -> list[float]:
    assert value is not None
    assert value.data is not None
    return [float(number) for number in value.data]


def test_a_rule_is_shown_with_the_numbers_of_when_it_ran() -> None:
    """What was saved may change afterwards, as a parameter does in every step of training."""
    head = "import torch\nx = torch.tensor(2.0, requires_grad=True)\nw = torch.tensor(3.0, requires_grad=True)\n"
    trace = record(head + "y = x * w\ny.backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\n")
    (found,) = (found for name, found in executed(trace) if name == "MulBackward0")
    assert [numbers(term.line.comes_to) for term in found.terms] == [[3.0], [2.0]]
    assert all(term.agrees for term in found.terms)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "case"), sorted([*CASES.items(), *CHOICES.items()]))
@pytest.mark.filterwarnings("ignore")
def test_a_rule_comes_to_what_torch_passed_on(name: str, case: str, seed: int) -> None:
    """Every gradient of every grad_fn of the program, computed from what the trace holds."""
    trace = record(program(case, leaves(case, seed)), seed=seed)
    assert trace.error is None, trace.error
    found = list(executed(trace))
    assert name in {one for one, _ in found}
    close = 1e-6 if name in INEXACT else 1e-11
    for ran, rule in found:
        for term in rule.terms:
            if term.passed is None:
                continue
            assert term.line.comes_to is not None, (ran, term.line)
            assert numbers(term.line.comes_to) == pytest.approx(
                numbers(term.passed), rel=close, abs=close, nan_ok=True
            ), ran
            assert term.agrees


@pytest.mark.parametrize("name", sorted(CASES.keys() - INEXACT))
@pytest.mark.filterwarnings("ignore")
def test_torch_passes_on_what_differences_say(name: str) -> None:
    """The gradients of the leaves, which the rules lead to, by central differences."""
    values = leaves(CASES[name], 2)
    trace = record(program(CASES[name], values), seed=0)
    known = {tensor.names[0]: tensor for tensor in trace.tensors if tensor.names}
    for leaf, start in values.items():
        grad = known[leaf].grad
        found = numbers(grad) if grad is not None else [0.0] * start.numel()
        assert found == pytest.approx(differences(name, values, leaf), rel=1e-5, abs=1e-6), leaf


def differences(name: str, values: dict[str, torch.Tensor], leaf: str) -> list[float]:
    found = []
    for place in range(values[leaf].numel()):
        ends = []
        for step in (STEP, -STEP):
            moved = {other: one.detach().clone().requires_grad_() for other, one in values.items()}
            with torch.no_grad():
                moved[leaf].view(-1)[place] += step
            ends.append(total(CASES[name], moved))
        found.append((ends[0] - ends[1]) / (2 * STEP))
    return found


def total(case: str, moved: dict[str, torch.Tensor]) -> float:
    import torch.nn.functional as F

    torch.set_default_dtype(torch.float64)
    try:
        y = eval(case, {"torch": torch, "F": F, "math": math, **moved})
        ys = [one for one in (y if isinstance(y, tuple) else (y,)) if one.requires_grad]
        return sum(float((one * torch.linspace(0.5, 1.5, one.numel()).reshape(one.shape)).sum()) for one in ys)
    finally:
        torch.set_default_dtype(torch.float32)


def test_a_rule_of_one_gradient_does_not_compute_where_others_came_too() -> None:
    source = """import torch
x = torch.randn(2, 4, 3, requires_grad=True)
y, mean, rstd = torch.native_group_norm(x, None, None, 2, 4, 3, 2, 1e-5)
(y.sum() + mean.sum() * 3 + rstd.sum()).backward()
"""
    rules = dict(executed(record(source, seed=0)))
    (term,) = rules["NativeGroupNormBackward0"].terms
    assert term.agrees
    assert (term.line.filled, term.line.comes_to) == ("", None)


def test_what_rounding_leaves_of_terms_that_cancel_is_no_disagreement() -> None:
    source = """import torch
x = torch.randn(2, 4, requires_grad=True)
torch.nn.functional.layer_norm(x, (4,)).sum().backward()
"""
    for seed in range(8):
        (term,) = dict(executed(record(source, seed=seed)))["NativeLayerNormBackward0"].terms
        assert term.line.comes_to is not None
        assert term.agrees


@pytest.mark.parametrize(
    "call", ["y = z * w", "y = z.abs() * 2", "y = torch.polar(r, r) + z", "y = (z + w).sum().expand(2)"]
)
def test_no_rule_is_told_of_complex_numbers_which_torch_conjugates(call: str) -> None:
    head = "import torch\nz, w = (torch.tensor([1 + 2j, 3 - 1j], requires_grad=True) for _ in range(2))\n"
    trace = record(f"{head}r = torch.tensor([1., 2.], requires_grad=True)\n{call}\ny.abs().sum().backward()\n")
    assert trace.error is None
    at, told = end(trace), False
    for grad_fn in trace.grad_fns:
        made, rule = at.made(grad_fn.id), applied(at, grad_fn)
        dtypes = set() if made is None else {trace.tensors[one].dtype for one in (*made.inputs, *made.outputs)}
        assert rule is None or "complex64" not in dtypes
        told = told or rule is not None
    assert told
