"""Answers to why and what if, of programs that torch ran: each claim is held against torch itself."""

import re
from typing import get_args

import pytest
from hypothesis import given

from gradviz.model.moments.foretold import foretold
from gradviz.model.moments.held import bindings
from gradviz.model.moments.moment import History
from gradviz.model.source.toggles import Toggles
from gradviz.model.trace import GradMode, Trace
from gradviz.model.why.answers import Answer, Question, of_op, of_tensor
from gradviz.model.why.answerwords import FIXES, QUESTIONS, SAID, answer_text, fix_text
from gradviz.model.why.fixes.fix import Does
from gradviz.model.why.fixes.fixes import Fixes
from gradviz.model.why.why import WhyNoGrad
from tests.engine.bare import bare_run
from tests.engine.programs import PROGRAMS, sweep
from tests.engine.recording import op, record, tensor
from tests.unit.model.traces import end, known

HEAD = "import torch\nx = torch.tensor(2., requires_grad=True)\nw = torch.tensor(3., requires_grad=True)\n"


def answers(trace: Trace, name: str, step: int | None = None) -> tuple[Answer, ...]:
    history = History(trace)
    moment = history.end if step is None else history.at(step)
    fixes = Fixes(known(trace), Toggles(history))
    return of_tensor(known(trace).at(moment), moment.known_tensor(tensor(trace, name).id), fixes)


def asked(trace: Trace, name: str, question: Question) -> list[Answer]:
    return [answer for answer in answers(trace, name) if answer.question == question]


def words(answer: Answer) -> str:
    text = answer_text(answer, "en")
    assert not re.search(r"[{}]|\b0\)", text)
    assert answer_text(answer, "ja")
    return text


@pytest.mark.parametrize(
    ("body", "name", "said", "line"),
    [
        ("y = x * w", "y", "y is not a leaf: backward() fills .grad of leaves, and of others after retain_grad().", 4),
        ("c = torch.ones(1)\nd = c * 2", "d", "Nothing that d was computed from requires grad. "
         "requires_grad of c is False: backward() leaves it out.", 4),
        ("y = x.detach()\nz = y * 2", "z", "Nothing that z was computed from requires grad. "
         "x.detach() on line 4 cuts its result off from what it was computed from.", 4),
        ("y = x * 2\nz = y.detach() * w\nz.backward()", "x",
         "y.detach() on line 5 cuts the way from the root of backward back to x.", 5),
        ("with torch.no_grad():\n    y = x * 2", "y",
         "x * 2 ran under no_grad (line 4): autograd recorded nothing there.", 4),
        ("class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, t):\n        z = t * 2\n"
         "        ctx.mark_non_differentiable(z)\n        return t * 3, z\n    @staticmethod\n"
         "    def backward(ctx, g, _):\n        return g * 3\ny, z = F.apply(x)", "z",
         "The op on line 13 has no derivative for z, only for others of its results.", 13),
        ("y = x * w\ny.backward()\nsetattr(x, 'gr' + 'ad', None)", "x",
         "The .grad of x was there, and was set back to None.", 2),
    ],
)  # fmt: skip
def test_why_grad_is_none_in_words(body: str, name: str, said: str, line: int) -> None:
    (answer,) = asked(record(HEAD + body), name, "grad")
    assert words(answer) == said
    assert answer.line == line


def test_what_a_change_in_place_would_spoil_is_told_with_the_version_it_was_saved_at() -> None:
    (answer,) = asked(record(HEAD + "v = torch.ones(3)\ny = x * v"), "v", "in place")
    assert words(answer) == (
        "Backward through MulBackward0 (line 5) would fail after it: that saved this memory as other, at version 0."
    )


def test_a_tensor_with_a_gradient_is_not_asked_why_it_has_none() -> None:
    assert asked(record(HEAD + "y = x * w\ny.backward()"), "x", "grad") == []


@pytest.mark.parametrize("name", ["y", "v"])
@pytest.mark.parametrize("question", ["again", "in place"])
def test_where_nobody_knows_what_was_saved_nothing_is_foretold(name: str, question: Question) -> None:
    body = "y = torch.ones(3) * x\nv = y[1:]\ntorch.nn.functional.rrelu(v, training=True, inplace=True)\n"
    trace = record(HEAD + body + "v.mul_(2)\nz = w * 1")
    assert bare_run(trace.source + "\ny.sum().backward()").error is not None
    (answer,) = asked(trace, name, question)
    assert "cannot be known" in words(answer)
    assert answer.line == 6
    assert "cannot be known" not in words(asked(trace, "z", "again")[0])


SCRIPTED = """\
import warnings
warnings.simplefilter("ignore")
@torch.jit.script
def f(a, b):
    return torch.sigmoid(a * b)
for _ in range(4):
    y = f(x, w)
    y.backward()
"""


def test_what_a_scripted_grad_fn_saved_nobody_knows() -> None:
    """A freed one refuses, and so does one whose operand was changed: none of it is on its record."""
    trace = record(HEAD + SCRIPTED)
    assert trace.grad_fns[tensor(trace, "y").grad_fn or 0].name == "DifferentiableGraphBackward"
    assert "second time" in str(bare_run(trace.source + "y.backward()").error)
    (answer,) = asked(trace, "y", "again")
    assert words(answer) == "That cannot be known: torch shows nobody what DifferentiableGraphBackward (line 10) saved."


@pytest.mark.parametrize(
    ("body", "call"), [("y = x * (1 + 1j)", "y.abs().sum()"), ("y = x * torch.tensor([1j, 2])", "y.abs().sum()")]
)
def test_backward_begins_at_no_complex_number(body: str, call: str) -> None:
    trace = record(HEAD + body)
    (answer,) = asked(trace, "y", "again")
    assert words(answer) == f"From {call} it would work, and add to the .grad of x."
    assert "real scalar outputs" in str(bare_run(f"{trace.source}\ny.sum().backward()").error)
    bare = bare_run(f"{trace.source}\n{call}.backward()")
    assert bare.error is None
    assert bare.tensors["x"].grad is not None


@pytest.mark.parametrize(
    "call", ["torch.autograd.grad(x * x, x)", "torch.func.grad(f)(x)", "torch.func.vjp(f, x)[1](w)"]
)
def test_the_call_that_returned_gradients_is_told_as_it_was_written(call: str) -> None:
    trace = record(f"{HEAD}def f(a):\n    global inner; inner = a\n    return a * a\ng = {call}\n")
    (answer,) = asked(trace, "x" if "autograd" in call else "inner", "grad")
    assert words(answer) == f"{call} on line 7 returns gradients: it adds nothing to any .grad."


def test_a_tensor_is_told_by_what_it_was_computed_from_and_not_by_what_became_of_that() -> None:
    body = "(x * w).backward()\nn = torch.stack([x.grad, w.grad]).norm()\n"
    step = "o = torch.optim.SGD([x, w], 0.1, momentum=0.9, fused=True)\no.step()"
    told = [words(asked(record(HEAD + body + after), "n", "grad")[0]) for after in ("", step)]
    assert told[0] == told[1]
    assert "x.grad" in told[0]


@pytest.mark.parametrize(("mode", "said"), [("no_grad", "not recorded"), ("inference", "not recorded")])
def test_the_grad_mode_of_the_whole_run_is_named(mode: GradMode, said: str) -> None:
    trace = record(HEAD + "y = x * w", mode)
    (answer,) = asked(trace, "y", "grad")
    assert said in words(answer)
    assert answer.fixes == ()
    (unrecorded,) = of_op(known(trace), op(trace, "mul"))
    assert words(unrecorded) == f"The grad mode of the whole run is {mode}: autograd records nothing."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("with torch.no_grad():\n    y = x.mul(2)",
         "x.mul(2) ran under line 4, with torch.no_grad(): autograd records nothing there."),
        ("c = torch.ones(1)\ny = c.mul(2)", "Nothing that c.mul(2) took requires grad."),
        ("y = x.mul(2)", ""),
    ],
)  # fmt: skip
def test_why_an_op_was_not_recorded(body: str, said: str) -> None:
    trace = record(HEAD + body)
    found = of_op(known(trace), op(trace, "mul"), Fixes(known(trace), Toggles(History(trace))))
    assert [words(answer) for answer in found] == ([said] if said else [])
    assert [fix.does for answer in found for fix in answer.fixes] == (["move out"] if "no_grad" in body else [])


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        ("y = x * 2", "x", "x is a leaf that was told to: requires_grad was set where it was made (line 2)."),
        ("p = torch.nn.Linear(1, 1)", "p.weight", "p.weight is a parameter of a module, and parameters require grad."),
        ("y = (x * 2).exp()", "y",
         "It was computed from x (line 2), which requires grad, by ExpBackward0 → MulBackward0."),
        ("y = x\nfor _ in range(9):\n    y = y.exp()", "y",
         f"It was computed from x (line 2), which requires grad, by {'ExpBackward0 → ' * 5}… → ExpBackward0."),
        ("c = torch.ones(1, requires_grad=True)\n"
         "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        return a * 1\n"
         "    @staticmethod\n    def backward(ctx, g):\n        return g\ny = F.apply(c)", "y",
         "It was computed from c (line 4), which requires grad, by FBackward."),
    ],
)  # fmt: skip
def test_why_it_requires_grad(body: str, name: str, said: str) -> None:
    (answer,) = asked(record(HEAD + body), name, "requires_grad")
    assert words(answer) == said


@pytest.mark.parametrize(
    ("body", "path", "said", "line"),
    [
        ("y = torch.ones(2)\nz = 1\ny.requires_grad_()", "y", "flag line", 6),
        ("y = torch.ones(2)\ny.requires_grad = True\ny * 2", "y", "flag line", 5),
        ("y = torch.ones(2)\nfor t in [y]:\n    t.requires_grad_(False)\n    t.requires_grad_()", "y", "flag line", 7),
        ("x.backward()\ny = x.grad\ny.requires_grad_()", "y", "flag line", 6),
        ("y = x.detach().requires_grad_()", "y", "own flag", 4),
        ("y = torch.ones(2, requires_grad=True)", "y", "own flag", 4),
    ],
)
def test_a_leaf_is_told_where_its_flag_was_set(body: str, path: str, said: str, line: int) -> None:
    (answer,) = asked(record(HEAD + body), path, "requires_grad")
    assert (answer.said, answer.line) == (said, line)
    assert str(line) in words(answer)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("y = x * w", "MulBackward0 (line 4) keeps 4 B of it as self: its backward is computed from this operand, "
         "and it stays until backward() has run through, or all that leads there is gone."),
        ("y = x * w\ny.backward()", "MulBackward0 (line 4) keeps 4 B of it as self: its backward is computed from this "
         "operand. The backward on line 5 freed it."),
    ],
)  # fmt: skip
def test_why_it_is_saved_and_until_when(body: str, said: str) -> None:
    trace = record(HEAD + body)
    (answer,) = asked(trace, "x", "saved")
    assert words(answer) == said
    assert trace.grad_fns[answer.grad_fn or 0].name == "MulBackward0"


def test_a_result_that_is_saved_is_told_as_one() -> None:
    (answer,) = asked(record(HEAD + "y = x.exp()"), "y", "saved")
    assert "from this result" in words(answer)


@sweep(60)
@given(PROGRAMS)
def test_backward_from_here_does_what_is_foretold(source: str) -> None:
    trace = record(source)
    if trace.error is not None or "torch.set_grad_enabled" in source:
        return
    names = {name.text: number for name, number in bindings(trace).held().items() if name.function is None}
    ended, fixes = known(trace), Fixes(known(trace), Toggles(History(trace)))
    for name, number in names.items():
        if not name.isidentifier() or not trace.tensors[number].requires_grad:
            continue
        found = [one for one in of_tensor(ended, trace.tensors[number], fixes) if one.question == "again"]
        if found:
            call = f"{name}.backward()" if found[0].said == "adds" else f"{name}.sum().backward()"
            error = bare_run(f"{source}{call}\n").error
            assert (error is not None) == (found[0].said in ("freed", "version")), (words(found[0]), error)


@pytest.mark.parametrize(
    "body",
    [
        "y = (x * w).exp()\nz = y * 2\nz.backward()\n§z.backward()",
        "y = (x * w).exp()\nfor _ in range(1):\n    y.backward()\n§y.backward()",
        "y = (x * w).exp()\nz = y * w\ny.mul_(2)\n§z.backward()",
        "y = x * w\nz = y.exp() * y\ny += 1\n§z.backward()",
    ],
)
def test_the_fix_of_what_is_foretold_lets_backward_run(body: str) -> None:
    before, _, call = body.partition("§")
    trace = record(HEAD + before)
    (answer,) = asked(trace, call.partition(".")[0], "again")
    assert bare_run(HEAD + before + call).error is not None
    (fix,) = answer.fixes
    assert bare_run(fix.edit.applied(trace.source) + call).error is None


@pytest.mark.parametrize("name", ["x", "y", "z", "v"])
@pytest.mark.parametrize(
    "body", ["y = x * w\nz = y.exp()\nv = y.view(1)\nu = v * z", "y = x * 2\nz = y + 1\nv = z[None]"]
)
def test_a_change_in_place_spoils_what_is_foretold(body: str, name: str) -> None:
    found = asked(record(HEAD + body), name, "in place")
    assert all(words(answer) for answer in found)
    changed = record(f"{HEAD}{body}\nwith torch.no_grad():\n    {name}.mul_(2)\n")
    assert {one.grad_fn for one in foretold(end(changed))} == {one.grad_fn for one in found if one.said == "spoils"}
    refused = bare_run(f"{HEAD}{body}\n{name}.mul_(2)\n").error is not None
    assert refused == ("leaf" in {one.said for one in found})


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("around", ["with torch.no_grad():", "with torch.inference_mode():"])
def test_an_inference_tensor_may_be_changed_where_it_says(around: str, flag: bool) -> None:
    body = f"{HEAD}with torch.inference_mode():\n    v = torch.ones(2, requires_grad={flag})\n"
    (answer,) = asked(record(body), "v", "in place")
    assert words(answer) == "torch would refuse it outside of torch.inference_mode(): v is an inference tensor."
    refused = bare_run(f"{body}{around}\n    v.mul_(2)\n").error is not None
    assert refused == ("inference_mode" not in around)


def test_at_a_step_a_fix_is_offered_only_for_what_lasts() -> None:
    trace = record(HEAD + "y = x * w\ny.backward()\nx.grad = None\nz = y")
    line = next(step.id for step in trace.steps if step.kind == "line" and step.line == 5)
    at = {answer.question: answer for answer in answers(trace, "x", line)}
    assert (at["grad"].said, at["grad"].fixes) == ("not run", ())
    kept = {answer.question: answer for answer in answers(trace, "y", line + 8)}
    assert [fix.does for fix in kept["grad"].fixes] == ["retain"]


def test_everything_has_its_words_in_both_languages() -> None:
    assert set(QUESTIONS["en"]) == set(QUESTIONS["ja"]) == set(SAID["en"]) == set(get_args(Question))
    for question, texts in SAID["en"].items():
        assert set(texts) == set(SAID["ja"][question])
        for key, text in texts.items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", SAID["ja"][question][key])), key
    assert set(get_args(WhyNoGrad)) <= set(SAID["en"]["grad"])
    for language in ("en", "ja"):
        assert set(FIXES[language]) == set(get_args(Does))


def test_a_fix_says_what_it_does() -> None:
    trace = record(HEAD + "y = x * w\ny.backward()")
    (answer,) = asked(trace, "y", "grad")
    assert [fix_text(fix, "en") for fix in answer.fixes] == ["Add y.retain_grad() after line 4"]


def test_without_fixes_a_claim_is_made_all_the_same() -> None:
    trace = record(HEAD + "y = x * w\ny.backward()")
    told = of_tensor(known(trace), tensor(trace, "y"))
    assert {answer.question for answer in told} == {"grad", "requires_grad", "again", "in place"}
    assert all(answer.fixes == () for answer in told)


def test_a_graph_without_leaves_is_told_by_its_grad_fn() -> None:
    trace = record(HEAD + "y = x * w")
    bare = trace._replace(grad_fns=tuple(one._replace(next=(), variable=None) for one in trace.grad_fns))
    (answer,) = [one for one in of_tensor(known(bare), tensor(bare, "y")) if one.question == "requires_grad"]
    assert words(answer) == "Autograd recorded the op that made it, as MulBackward0."
