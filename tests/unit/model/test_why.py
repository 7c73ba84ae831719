"""Why .grad is None: the words, and what no short program brings about. Real programs are in tests/engine."""

from typing import get_args

import pytest

from gradviz.model.trace import Step, Trace
from gradviz.model.why.clearings import cleared_on, clearings
from gradviz.model.why.why import TEXTS, Why, WhyNoGrad, why, why_text
from tests.unit.model.traces import Tape, known, scalar, square


def told(tape: Tape, tensor: int) -> WhyNoGrad:
    trace = tape.trace()
    return why(known(trace), trace.tensors[tensor]).reason


@pytest.fixture
def tape() -> Tape:
    tape = Tape()
    tape.line(1)
    return tape


def test_before_any_backward(tape: Tape) -> None:
    assert told(tape, tape.leaf(scalar(1.0))) == "not run"


def test_of_a_graph_that_was_there_nobody_saw_whether_backward_ran(tape: Tape) -> None:
    tape.leaf(scalar(1.0))
    trace = tape.trace()._replace(seen=False)
    assert why(known(trace), trace.tensors[0]).reason == "unseen"


def test_a_tensor_made_after_backward_has_seen_none() -> None:
    tape = square()
    assert told(tape, tape.leaf(scalar(1.0))) == "not run"


def test_it_was_taken_away() -> None:
    tape = square()
    tape.write(tape.tensors[0]._replace(grad=None))
    assert told(tape, 0) == "cleared"
    tape.write(tape.tensors[0]._replace(version=1))
    assert told(tape, 0) == "cleared"


def test_an_intermediate_tensor_keeps_none() -> None:
    assert told(square(), 1) == "not a leaf"


def test_an_intermediate_tensor_that_asked_to_keep_it(tape: Tape) -> None:
    x = tape.leaf(scalar(1.0))
    y = tape.apply("mul", x, x)
    tape.write(tape.tensors[y]._replace(retains_grad=True))
    assert told(tape, y) == "not run"


def test_the_flag_is_off(tape: Tape) -> None:
    assert told(tape, tape.leaf(scalar(1.0), requires_grad=False)) == "flag off"
    x = tape.leaf(scalar(1.0), requires_grad=False)
    tape.tensors[x] = tape.tensors[x]._replace(made_by=None)
    assert told(tape, x) == "flag off"


def test_the_grad_mode_of_the_whole_run_has_no_line(tape: Tape) -> None:
    x = tape.leaf(scalar(1.0))
    y = tape.apply("mul", x, x, region=tape.region("no_grad"))
    tape.ops[-1] = tape.ops[-1]._replace(region=None)
    trace = tape.trace()
    assert why(known(trace), trace.tensors[y]) == Why("no_grad")


def test_what_a_recorded_op_made_without_requiring_grad_has_no_derivative(tape: Tape) -> None:
    y = tape.apply("topk", tape.leaf(scalar(1.0)))
    tape.tensors[y] = tape.tensors[y]._replace(requires_grad=False, grad_fn=None)
    assert told(tape, y) == "not differentiable"


def test_a_root_without_a_tensor_is_none_to_be_cut_off_from(tape: Tape) -> None:
    x, y = tape.leaf(scalar(1.0)), tape.leaf(scalar(1.0))
    tape.backward(tape.apply("mul", x))
    tape.backwards[-1] = tape.backwards[-1]._replace(roots=(None,))
    assert told(tape, y) == "unused"


def ran(source: str, *lines: int | None) -> Trace:
    steps = tuple(Step(number, "line", line) for number, line in enumerate(lines))
    return Trace("", "", "grad", source, steps=steps)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x.grad = None", 1),
        ("o.zero_grad()", 1),
        ("del x.grad", 1),
        ("del w.grad, x.grad", 1),
        ("w.grad = x.grad = None", 1),
        ("w.grad = None; x.grad = None", 1),
        ("ws[0].grad = None", 1),
        ("y = 1\nx.grad = None", 2),
        ("w.grad = None\nx.grad = None", 2),
        ("w.grad = None", None),
        ("print(x.grad)  # x.grad = None", None),
        ("x.grad = y", None),
        ("if x.grad == None: pass", None),
        ("x.grad = None\no.zero_grad()", None),
        ("x.grad = None\r\nx.grad = None", None),
    ],
)
def test_the_line_that_cleared_is_told_where_it_is_certain(source: str, line: int | None) -> None:
    trace = ran(source, *range(1, len(source.splitlines()) + 1))
    assert cleared_on(clearings(trace), ("x",), 0, 99) == line


def test_a_line_counts_if_it_ran_in_between() -> None:
    found = clearings(ran("o.zero_grad()\no.zero_grad()", 1, 1, 2, None, 2))
    between = [cleared_on(found, (), first, last) for first, last in ((0, 2), (0, 3), (2, 5), (3, 4), (5, 9))]
    assert between == [1, None, 2, None, None]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_reason_has_its_words(language: str) -> None:
    assert set(TEXTS[language]) == set(get_args(WhyNoGrad))
    assert len(set(TEXTS[language].values())) == len(TEXTS[language])
    assert all(TEXTS[language].values())


def test_a_line_is_told_with_the_reason() -> None:
    assert why_text(Why("cleared", 7), "en") == "set to None · line 7"
    assert why_text(Why("cleared", 7), "ja") == "None に戻された · 7 行目"
    assert why_text(Why("cleared"), "en") == "set to None"
