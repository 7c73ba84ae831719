"""Who is told to have made the first nan or inf of programs that torch ran."""

import json

import pytest

from gradviz.export.data import document
from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import offender_name
from gradviz.model.source.place import Edit
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Subject
from gradviz.picture.picture import Options
from gradviz.picture.record.record import Record
from gradviz.picture.texts.problems import problems
from tests.engine.bare import bare_run
from tests.engine.recording import record

HEAD = "import torch\nx = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\nm = torch.eye(2).bool()\n"
MASK = "mask = torch.full((2, 2), float('-inf')).triu(1)\n"
CTC = "p, t = x.detach().expand(3, 1, 2, 2)[:, :, 0].log_softmax(2), torch.tensor([[1]])\n"
MASKED = (
    "from torch.masked import masked_tensor\nimport warnings\nwarnings.simplefilter('ignore')\n"
    "data = masked_tensor(torch.tensor([1.0, torch.nan]), torch.tensor([True, False]))\n"
)
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
        (f"{CTC}y = torch.nn.functional.ctc_loss(p, t, (3,), (1,))", []),
        ("y = (x - x).log().max(1)", [("inf", 4)]),
        ("y = (x / 0).sum(1).max(0)", [("inf", 4)]),
        (f"{MASKED}y = data.sum()", []),
        (f"{RAW}y = w.exp().sum() * torch.inf", []),
        (f"{RAW}torch.nn.init.ones_(w)\ny = (w - w).log()", [("inf", 6)]),
    ],
)
def test_who_made_the_first(body: str, told: list[tuple[str, int]]) -> None:
    trace = record(HEAD + body, seed=0)
    assert trace.error is None
    assert [(one.ill.value, one.line) for one in History(trace).offenders.forward] == told


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
    assert [(one.ill.value, one.line) for one in History(trace).offenders.backward] == told


HOOKED = [
    ("a.grad_fn.register_hook(lambda i, o: (i[0] * torch.nan, i[1]))", "nan", "grad_fn.register_hook(<lambda>)", 5),
    ("a.grad_fn.register_prehook(lambda o: (o[0] / 0,))", "inf", "grad_fn.register_prehook(<lambda>)", 5),
    ("a.register_hook(lambda g: g * torch.nan)", "nan", "register_hook(<lambda>)", 5),
    ("x.register_hook(lambda g: g * torch.nan)", "nan", "register_hook(<lambda>)", 5),
    ("a = a.sqrt(); a.grad_fn.register_hook(lambda i, o: (i[0] * 0 + 1,))", "inf", "SqrtBackward0", 5),
]


@pytest.mark.parametrize(("hook", "ill", "by", "line"), HOOKED)
def test_a_hook_that_made_the_first_is_told_and_not_the_grad_fn_that_it_is_on(
    hook: str, ill: str, by: str, line: int
) -> None:
    trace = record(f"{HEAD}a = x * 2 - 2\n{hook}\ny = a * 3\ny.sum().backward()", seed=0)
    (first,) = History(trace).offenders.backward
    assert (first.ill.value, offender_name(trace, first), first.line) == (ill, by, line)
    (problem,) = problems(Record(trace), Options())
    assert problem.message.startswith(f"The first {ill} came from {by}")
    assert ("slope" in problem.message) is (first.hook is None)


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
    ("1 / v", "inf", "1 / v divides by 0"),
    ("1 / v * 0", "nan", "the slope of 1 / v is infinite where its input is 0, and 0 times"),
    ("v.rsqrt()", "inf", "v.rsqrt() divides by 0"),
    ("v ** -1", "inf", "v ** -1 divides by 0"),
    ("v ** torch.tensor(0.5)", "inf", "the slope of v ** torch.tensor(0.5) is infinite where its input is 0"),
    ("(v - 1) ** 0.5", "nan", "there is no such number for a negative input"),
    ("(v * -2).log1p()", "inf", "(v * -2).log1p() is infinite where its input is -1"),
    ("(v * -4).log1p()", "nan", "(v * -4).log1p() has no value where its input is below -1"),
    ("(v * 2).logit()", "inf", "(v * 2).logit() is infinite where its input is 0 or 1"),
    ("(v * 2).atanh()", "inf", "(v * 2).atanh() is infinite where its input is 1 or -1"),
    ("(v * 4).acos()", "nan", "(v * 4).acos() has no value where its input is not between -1 and 1"),
    ("v.acosh()", "nan", "v.acosh() has no value where its input is below 1"),
    ("v[:1].std()", "nan", "less correction, which is 1 if not given, and nothing is left of that"),
    (
        "(v * 0).std(correction=2)",
        "nan",
        "divides by how many numbers there are less correction",
    ),
    ("v[v > 9].std()", "nan", "and nothing is left of that"),
    ("torch.nn.functional.nll_loss(v, torch.tensor(0), torch.zeros(len(v)))", "nan", "the sum of the weights of the"),
    ("torch.nn.functional.nll_loss(v, torch.tensor(-100))", "nan", "is the mean of no numbers at all"),
    ("v[v > 9].mean()", "nan", "v[v > 9].mean() is the mean of no numbers at all"),
    ("v % 0", "nan", "v % 0 divides by 0"),
    ("(v.half() + 300) ** 2", "inf", "the result is larger than float16 can hold: at most 65504"),
    ("(v * 1e30).bfloat16() * 1e30", "inf", "the result is larger than bfloat16 can hold"),
    ("v.half() * 1e4 * 1e4", "inf", "the result is larger than float16 can hold"),
    ("(v + 7e4).half()", "inf", "the result is larger than float16 can hold"),
    ("v.masked_fill(v < 9, float('-inf')).softmax(0)", "nan", "a row of nothing but -inf"),
    ("v * 0 * torch.tensor([float('inf'), 1.])", "nan", "multiplies 0 by inf"),
    ("torch.tensor(float('inf')) - (v + 1) * torch.tensor(float('inf'))", "nan", "takes inf away from inf"),
    ("torch.tensor(float('inf')) / ((v + 1) * torch.tensor(float('inf')))", "nan", "divides inf by inf"),
    ("(v + 99).exp() * 0", "nan", "result, which it saved, holds inf already"),
    ("v.lgamma()", "inf", ""),
    ("(v + 1) / v", "inf", "(v + 1) / v divides by 0"),
    ("((v + 0j) / 0).real", "nan", ""),
    ("((v + 1) * torch.tensor(float('inf'))).sin()", "nan", ""),
    ("torch.ones(100) * (v + 1).sum() * 1e38 / torch.full((100,), 1e-3)", "inf", "larger than float32 can hold"),
    ("torch.ones(100) * (v + 1).sum() / (torch.ones(100).cumsum(0) - 50)", "inf", ""),
    ("(v - 1).log()", "nan", "there is no such number for a negative input"),
    ("(v + 99).exp()", "inf", "the result is larger than float32 can hold"),
    ("v * 1e38 * 1e38 + torch.full((2,), 1e38) * 1e38", "inf", "larger than float32 can hold: at most 3.403e+38"),
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


BRANCHES = [
    ("torch.where(v > 0, v.sqrt(), v)", "torch.where(v > 0, v, 1)"),
    ("torch.where(v > 0, torch.log(v * 2) + 1, 0.)", "torch.where(v > 0, v * 2, 1)"),
    ("torch.where(v == 0, v, -(2 / v))", "torch.where(v == 0, 1, v)"),
    ("torch.where(v < 9e-1, 0., torch.acos(v * 2 + 1))", "torch.where(v < 9e-1, 0, v * 2 + 1)"),
    ("th.where(v > 0, th.log(v * 2), 0.)", "th.where(v > 0, v * 2, 1)"),
    ("torch.where(v > 0, v, v.sqrt())", None),
    ("torch.where(v.gt(0), v.sqrt(), v)", None),
    ("torch.where(v > 0, (v - 0).sqrt(), v)", None),
    ("torch.where((v > 0).all(), v.sqrt(), v)", None),
    ("torch.where(v[None] > 0, v.sqrt(), v)", None),
    ("torch.where(v > 0, v.sqrt().log1p(), v)", None),
    ("v.sqrt().masked_fill(v == 0, 0.)", None),
]


@pytest.mark.parametrize(("call", "written"), BRANCHES)
def test_a_branch_that_was_not_taken_is_told_and_given_a_harmless_input(call: str, written: str | None) -> None:
    torch = "import torch as th\nv = th" if call.startswith("th.") else "import torch\nv = torch"
    source = f"{torch}.tensor([0., 0.5], requires_grad=True)\ny = {call}\ny.sum().backward()\n"
    found = [one for one in problems(Record(record(source)), Options()) if "first nan came" in one.message]
    told = [one.message for one in found if f"The 0 comes from {call}, which took other values there" in one.message]
    offers = [offer for one in found for offer in one.offers]
    assert [offer.text for offer in offers] == ([] if written is None else [f"Write {written} on line 3"])
    for offer in offers:
        assert told
        assert isinstance(offer.edit, Edit)
        was, bare = (bare_run(text).tensors for text in (source, offer.edit.applied(source)))
        assert (bare["y"].value, "nan" in str(was["v"].grad)) == (was["y"].value, True)
        assert not {"nan", "inf"}.intersection(map(str, ((grad := bare["v"].grad) and grad.data) or ("nan",)))


@pytest.mark.parametrize("call", ["v * v.log()", "v.sqrt() * (v > 0)"])
def test_noughts_that_a_product_sent_are_said_to_come_from_there(call: str) -> None:
    source = f"import torch\nv = torch.tensor([0., 0.5], requires_grad=True)\ny = {call}\ny.sum().backward()\n"
    (told,) = (one.message for one in problems(Record(record(source)), Options()) if "first nan" in one.message)
    assert told.endswith(f"and 0 times infinity is nan. The 0 comes from {call}")
    assert "nan" in str(bare_run(source).tensors["v"].grad)


@pytest.mark.parametrize(
    "body",
    [
        "y = v.sqrt()\nz = y.clone()\n(y * 0 + z * 0).sum().backward()",
        "w = torch.zeros(100, requires_grad=True)\ny = w.sqrt()\n(y * 0).sum().backward()",
        "(v.sqrt() * torch.tensor([0., 1.]) * torch.tensor([1., 0.])).sum().backward()",
    ],
)
def test_what_noughts_came_from_is_left_unsaid_where_that_is_not_known(body: str) -> None:
    source = f"import torch\nv = torch.tensor([0., 0.5], requires_grad=True)\n{body}\n"
    (told,) = (one.message for one in problems(Record(record(source)), Options()) if "first nan" in one.message)
    assert told.endswith("0 times infinity is nan")
