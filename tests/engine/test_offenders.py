"""Who is told to have made the first nan or inf of programs that torch ran."""

import json

import pytest

from gradviz.export.data import document
from gradviz.model.moments.offenders import offenders
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from tests.engine.bare import bare_run
from tests.engine.recording import record

HEAD = "import torch\nx = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\nm = torch.eye(2).bool()\n"
MASK = "mask = torch.full((2, 2), float('-inf')).triu(1)\n"
RAW = "w = torch.nn.Parameter(torch.empty(20, 20))\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("y = x.masked_fill(m, float('-inf')).softmax(1)\ny.sum().backward()", []),
        (f"{MASK}y = (x + mask).softmax(1)", []),
        ("best = torch.tensor(float('inf'))\nbest = torch.minimum(best, x.sum())", []),
        ("a = torch.nn.MultiheadAttention(2, 1)\ny, _ = a(x, x, x, attn_mask=~m)", []),
        ("y = x.detach().index_fill(0, torch.tensor([0]), -torch.inf).softmax(1).sum()", [("nan", 4)]),
        ("y = x.index_fill(1, torch.tensor([0]), -torch.inf).softmax(1)", []),
        ("y = x.scatter(1, torch.tensor([[0], [1]]), -torch.inf).softmax(1)", []),
        ("y = torch.zeros_like(x).scatter_(1, torch.tensor([[0], [1]]), torch.inf)", []),
        ("y = x.detach().new_full((2, 2), -torch.inf).triu(1) + x", []),
        ("y = x + float('inf')", []),
        ("y = x * float('nan')\nz = y + 1", []),
        ("y = -torch.inf - x\nz = y - y", [("nan", 5)]),
        ("y = (x - x) * torch.inf", [("nan", 4)]),
        ("y = x.clamp(min=torch.inf)\nz = (x * 1e30).exp()", [("inf", 5)]),
        ("y = torch.where(m, x, -torch.inf)", []),
        ("y = torch._foreach_mul([x.detach()], [torch.inf])", []),
        ("y = torch.addcmul(x, x, x, value=torch.nan)", []),
        ("y = x.detach().clone()\ny[m] = torch.inf\ny[0] = torch.nan", []),
        ("y = torch.nn.functional.pad(x, (1, 1), value=-torch.inf)", []),
        ("y = torch.pow(x, torch.inf)", []),
        ("y = x / 0", [("inf", 4)]),
        ("y = torch.logdet(x.detach() @ x.detach().t())", []),
        ("y = x.masked_fill(m | ~m, float('-inf')).softmax(1)", [("nan", 4)]),
        ("y = (x * 1e30).exp()\nz = y - y", [("inf", 4)]),
        ("y = (x - x).log()\nz = y - y", [("inf", 4)]),
        ("y = x - x\nz = y / y", [("nan", 5)]),
        ("y = (x - 1 - ~m * 5).log()\nz = x / 0", [("nan", 4), ("inf", 4)]),
        ("y = torch.complex(x - x, x) / 0\nz = x / 0", [("nan", 4), ("inf", 4)]),
        (f"{RAW}y = w.exp().sum() * torch.inf", []),
        (f"{RAW}torch.nn.init.ones_(w)\ny = (w - w).log()", [("inf", 6)]),
    ],
)
def test_who_made_the_first(body: str, told: list[tuple[str, int]]) -> None:
    trace = record(HEAD + body, seed=0)
    assert trace.error is None
    assert [(one.ill.value, one.line) for one in offenders(trace).forward] == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("y = x * float('inf')", []),
        ("y = x * torch.tensor(float('inf'))", []),
        ("y = (x * 1e30).exp()", []),
        ("y = (x - 1).sqrt()", [("inf", 4)]),
        ("y = (x - 1 - m * 5).sqrt()", [("nan", 4)]),
        ("y = (x - x) * float('inf') * 0", [("nan", 4)]),
        ("y = (x - 1).sqrt() + (x - 1).sqrt() * 0", [("nan", 4), ("inf", 4)]),
    ],
)
def test_which_grad_fn_passed_on_the_first(body: str, told: list[tuple[str, int]]) -> None:
    trace = record(f"{HEAD}{body}\ny.sum().backward()", seed=0)
    assert [(one.ill.value, one.line) for one in offenders(trace).backward] == told


def test_a_number_that_is_given_is_told_of_its_op() -> None:
    trace = record("import torch\nx = torch.ones(2)\ny = x + float('inf')\nz = x * 2\n")
    added, doubled = (op for op in trace.ops if (op.line or 0) > 2)
    assert (added.given, doubled.given) == ("inf", None)
    found = inspection(Record(trace), Inspect(Subject("op", added.id))).sections
    assert any("gave it the number inf" in fact.text for section in found for fact in section.facts)
    ops = json.loads(b"".join(document(trace._replace(torch="2"))))["ops"]
    assert [op.get("given") for op in ops if op["line"] > 2] == ["inf", None]


SPOILT: list[tuple[str, str, str]] = [
    ("v.sqrt()", "inf", "the slope of v.sqrt() is infinite where its input is 0"),
    ("v ** 0.5", "inf", "the slope of v ** 0.5 is infinite where its input is 0"),
    ("v.sqrt() * 0", "nan", "where its input is 0, and 0 times infinity is nan"),
    ("(v * 2).acos() * 0", "nan", "the slope of (v * 2).acos() is infinite where its input is 1 or -1, and 0 times"),
    ("v.log()", "inf", "the logarithm of 0 is -inf"),
    ("v / v", "nan", "v / v divides by 0"),
    ("1 / v", "inf", ""),
    ("(v - 1).log()", "nan", "there is no such number for a negative input"),
    ("(v + 99).exp()", "inf", "the result is larger than float32 can hold"),
    ("v * 1e38 * 1e38 + torch.full((2,), 1e38) * 1e38", "inf", ""),
]


@pytest.mark.parametrize(("call", "ill", "why"), SPOILT)
def test_what_made_the_first_of_it_is_told_where_the_record_shows_that(call: str, ill: str, why: str) -> None:
    source = f"import torch\nv = torch.tensor([0., 0.5], requires_grad=True)\ny = {call}\ny.sum().backward()\n"
    found = problems(Record(record(source)), Options())
    (told, *_) = [one.message for one in found if one.line == 3 and ill in one.message]
    assert why in told
    assert why or ":" not in told
    assert all(not one.message.isascii() for one in problems(Record(record(source)), Options(language="ja")))
    bare = bare_run(source).tensors
    data = [one.data or () for one in (bare["y"].value, bare["v"].grad) if one is not None]
    assert any(isinstance(number, str) and ill in number for numbers in data for number in numbers)
