"""Questions about a run made by hand: which are asked, in which order, and of what nothing is asked."""

import ast
from collections.abc import Iterator

import pytest

from gradviz.model.moments.moment import History
from gradviz.model.quiz.question import kind_of, numbers, scaled, sound, summed
from gradviz.model.quiz.quiz import candidates, questions, wanted_question
from gradviz.model.quiz.quizwords import asked, choice_text, reason_text
from gradviz.model.quiz.statements import executions
from gradviz.model.quiz.wanted import Wanted
from gradviz.model.trace import Limit, ProgramError, Trace, Value
from gradviz.model.why.grounds import grounds
from tests.unit.model.traces import Tape, scalar, vector

SOURCE = "import torch\nx = torch.tensor(2.0, requires_grad=True)\ny = x * x\ny.backward()\n"


def squared(source: str = SOURCE) -> Trace:
    """x * x, and backward through it."""
    tape = Tape()
    tape.line(1)
    tape.line(2)
    x = tape.leaf(scalar(2.0))
    tape.line(3, x=x)
    y = tape.apply("mul", x, x, value=scalar(4.0))
    tape.line(4, y=y)
    tape.backward(y)
    return tape.trace()._replace(source=source)


def ask(trace: Trace, seed: int = 0) -> list[str]:
    return [asked(one.asks, "en") for one in questions(grounds(History(trace)), seed)]


def test_questions_come_in_the_order_of_the_run() -> None:
    found = questions(grounds(History(squared())), 0)
    assert [one.ran.line for one in found] == sorted({one.ran.line for one in found})
    assert {one.ran.line for one in found} <= {2, 3, 4}
    for one in found:
        assert all(reason_text(reason, "ja") for reason in one.reasons)
        assert len({choice_text(choice, "ja") for choice in one.choices}) == len(one.choices)


def test_a_seed_asks_the_same_each_time_and_another_something_else() -> None:
    trace = squared()
    assert ask(trace) == ask(trace)
    assert len({tuple(ask(trace, seed)) for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("wanted", "text", "choices"),
    [
        (Wanted("grad", 4, "y"), "What is y.grad after line 4?", {"None", "1.0", "4.0", "0.0"}),
        (Wanted("flags", 3, "y"), "What are requires_grad and is_leaf of y after line 3?", None),
    ],
)
def test_the_question_that_is_wanted_is_asked_and_no_other(wanted: Wanted, text: str, choices: set[str] | None) -> None:
    known = grounds(History(squared()))
    (one,) = wanted_question(known, wanted)
    assert asked(one.asks, "en") == text
    assert choices is None or {choice_text(choice, "en") for choice in one.choices} == choices
    assert wanted_question(known, wanted) == (one,)  # its choices stay where they are
    if choices:
        assert choice_text(one.choices[one.right], "en") == "None"


def test_the_last_execution_of_its_line_is_asked_about() -> None:
    tape = Tape()
    tape.line(1)
    tape.line(2)
    x = tape.leaf(scalar(2.0))
    for _ in range(2):
        tape.line(3, x=x)
        y = tape.apply("mul", x, x, value=scalar(4.0))
        tape.line(4, y=y)
    known = grounds(History(tape.trace()._replace(source=SOURCE)))
    (one,) = wanted_question(known, Wanted("flags", 3, "y"))
    assert (one.ran.times, one.ran.of) == (2, 2)


@pytest.mark.parametrize("wanted", [Wanted("grad", 3, "y"), Wanted("grad", 4, "z"), Wanted("raises", 4)])
def test_what_cannot_be_asked_is_not(wanted: Wanted) -> None:
    assert wanted_question(grounds(History(squared())), wanted) == ()


@pytest.mark.parametrize(
    "trace",
    [
        squared("x = ("),
        squared()._replace(limits=Limit("time", "line 4"), backwards=()),
        squared()._replace(error=ProgramError("ProcessDied", "gone", 4), backwards=()),
    ],
    ids=["no program", "limit", "died"],
)
def test_of_a_line_that_was_cut_off_nothing_is_asked(trace: Trace) -> None:
    assert 4 not in {one.line for one in executions(trace)}


def test_a_line_that_is_shared_is_not_asked_about() -> None:
    shared = SOURCE.replace("y = x * x\n", "y = x * x; z = 1\n")
    assert 3 not in {one.line for one in executions(squared(shared))}


def test_of_a_long_program_the_first_and_the_last_lines_are_asked_about() -> None:
    tape = Tape()
    for line in range(1, 301):
        tape.line(line)
    found = executions(tape.trace()._replace(source="x = 1\n" * 300))
    assert [one.line for one in found] == [*range(1, 41), *range(261, 301)]


def test_of_a_loop_the_first_two_rounds_and_the_last_are_asked_about() -> None:
    tape = Tape()
    for _ in range(9):
        tape.line(1)
        tape.line(2)
    found = executions(tape.trace()._replace(source="for _ in range(9):\n    x = 1\n"))
    assert [(one.times, one.of) for one in found] == [(1, 9), (2, 9), (9, 9)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (scalar(4.0), "4.0"),
        (vector(0.5, 1.0), "[0.5, 1.]"),
        (scalar(0.1 + 1e-9), "0.1"),
        (scalar(0.123456), None),
        (scalar(1e6), None),
        (Value((), ("nan",)), "nan"),
        (Value((), ("inf",)), None),
        (Value((), (True,)), None),
        (Value((0,), ()), None),
        (Value((100,), None, 0.0, 1.0), None),
        (Value((2,), (1.0, 2.0), uninitialized=True), None),
        (None, None),
    ],
)
def test_numbers_are_asked_for_that_can_be_found_in_the_head(value: Value | None, text: str | None) -> None:
    found = numbers(value)
    assert (None if found is None else choice_text(found, "en")) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (scalar(0.0), "0.0"),
        (scalar(0.3), "a number other than 0"),
        (Value((9, 9), None, 0.0, 0.0), "zeros of shape (9, 9)"),
        (Value((9, 9), None, 0.0, 0.1), "numbers of shape (9, 9), not all 0"),
        (Value((9, 9)), None),
        (Value((2,), (1.0, 2.0), uninitialized=True), None),
    ],
)
def test_of_other_gradients_it_is_asked_what_kind_they_are(value: Value | None, text: str | None) -> None:
    found = kind_of(value)
    assert (None if found is None else choice_text(found, "en")) == text


def test_zero_with_a_sign_is_no_other_choice_than_zero() -> None:
    assert numbers(scaled(Value((2,), (0.0, 0.0)), -1.0)) == numbers(Value((2,), (0.0, 0.0)))


def test_values_are_added_up_where_they_are_known() -> None:
    assert summed((vector(1.0, 2.0), vector(0.5, -2.0))) == vector(1.5, 0.0)
    assert summed((vector(1.0), None)) is summed((vector(1.0), vector(1.0, 2.0))) is summed(()) is None


def test_what_would_be_there_without_a_nan_is_known() -> None:
    assert sound(Value((2,), ("nan", 0.5))) == vector(0.0, 0.5)
    assert sound(vector(1.0)) is sound(Value((100,))) is sound(None) is None


def test_only_numbers_that_are_known_are_scaled() -> None:
    assert scaled(vector(1.0, -2.0), -1.0) == vector(-1.0, 2.0)
    assert scaled(Value((), ("nan",)), 2.0) is None
    assert scaled(Value((100,)), 2.0) is None
    assert scaled(None, 2.0) is None


@pytest.mark.parametrize(
    ("times", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (21, "21st"), (100, "100th")]
)
def test_the_round_of_a_loop_is_told(times: int, text: str) -> None:
    (one, *_) = questions(grounds(History(squared())), 0)
    again = one.asks._replace(facts={**one.asks.facts, "times": times, "of": 200})
    assert f"for the {text} time" in asked(again, "en")
    assert f"{times} 回目" in asked(again, "ja")


@pytest.mark.parametrize(
    ("block", "guarded"),
    [("with torch.no_grad():", False), ("with suppress(Exception):", True), ("if True:", False)],
)
def test_a_block_that_may_swallow_an_error_is_known(block: str, guarded: bool) -> None:
    tape = Tape()
    tape.line(1)
    tape.line(2)
    (one,) = executions(tape.trace()._replace(source=f"{block}\n    x = 1\n"))
    assert one.guarded is guarded


def stepped(source: str, *steps: tuple[int, int, str | None]) -> list[tuple[int, int, int | None, str | None]]:
    """What ran of a source, whose lines ran so: line, call (0: the module), function."""
    tape = Tape()
    for line, scope, function in steps:
        tape.line(line)
        tape.steps[-1] = tape.steps[-1]._replace(scope=scope, depth=1 if scope else 0, function=function)
    found = executions(tape.trace()._replace(source=source))
    return [(one.line, one.before, one.after, one.function) for one in found]


def test_a_statement_of_several_lines_runs_once() -> None:
    source = "x = f(\n    1,\n    2,\n)\ny = 1\n"
    lines = [(line, 0, None) for line in (1, 2, 3, 1, 5)]
    assert stepped(source, *lines) == [(1, 0, 4, None), (5, 4, None, None)]


def test_of_several_lines_that_may_be_all_of_a_loop_nothing_is_asked() -> None:
    source = "while True:\n    f(\n        1,\n    )\n"
    assert stepped(source, *((line, 0, None) for line in (2, 3, 2, 2, 3, 2))) == []


def test_statements_of_a_function_are_asked_about_up_to_the_last_of_a_call() -> None:
    source = "def f():\n    a = 1\n    b = 2\nf()\nc = 3\n"
    steps = ((1, 0, None), (4, 0, None), (2, 1, "f"), (3, 1, "f"), (5, 0, None))
    assert stepped(source, *steps) == [(4, 1, 4, None), (2, 2, 3, "f"), (5, 4, None, None)]


def test_of_a_generator_nothing_is_asked() -> None:
    source = "def f():\n    a = 1\n    yield a\nx = list(f())\n"
    assert stepped(source, (4, 0, None), (2, 1, "f"), (3, 1, "f")) == [(4, 0, None, None)]


def test_a_function_is_searched_once_and_not_for_each_of_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    functions: list[ast.AST] = []
    walk = ast.walk

    def noted(node: ast.AST) -> Iterator[ast.AST]:
        functions.append(node)
        return walk(node)

    source = "def f():\n" + "    a = 1\n" * 50 + "f()\n"
    monkeypatch.setattr(ast, "walk", noted)
    assert stepped(source, (52, 0, None), (2, 1, "f"), (3, 1, "f"))
    assert sum(isinstance(node, ast.FunctionDef) for node in functions) == 1


def test_of_two_statements_one_of_which_ran_in_the_other_one_is_asked_about() -> None:
    source = "def f(t):\n    a = t * t\n    return a\nx = 2\ny = f(x)\nz = 1\n"
    tape = Tape()
    tape.line(4)
    x = tape.leaf(scalar(2.0))
    tape.line(5, x=x)
    tape.line(2)
    tape.steps[-1] = tape.steps[-1]._replace(scope=1, depth=1, function="f")
    a = tape.apply("mul", x, x, value=scalar(4.0))
    tape.line(3)
    tape.steps[-1] = tape.steps[-1]._replace(scope=1, depth=1, function="f", names={"a": a})
    tape.line(6, y=a)
    trace = tape.trace()._replace(source=source)
    known = grounds(History(trace))
    assert [one.ran.line for one in wanted_question(known, Wanted("flags", 2, "a"))] == [2]
    for seed in range(20):
        lines = {one.ran.line for one in questions(known, seed)}
        assert not {2, 5} <= lines


@pytest.mark.parametrize(("number", "asked_of"), [("inf", {"y"}), ("nan", {"x", "y"}), (4.0, {"x", "y"})])
def test_of_a_gradient_without_numbers_to_say_nothing_is_asked(number: float | str, asked_of: set[str]) -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    y = tape.apply("mul", x, x, value=scalar(4.0))
    tape.line(3, y=y)
    tape.backward(y)
    tape.accumulate(x, Value((), (number,)))
    tape.line(4)
    found = candidates(grounds(History(tape.trace()._replace(source="x\n" * 4))))
    assert {one.question.names[0] for one in found if one.question.about == "grad"} == asked_of
