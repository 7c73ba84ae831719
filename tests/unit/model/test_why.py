"""Why .grad is None: one small program for each reason."""

from typing import get_args

import pytest

from gradviz.model.why import TEXTS, WhyNoGrad, why_no_grad
from tests.unit.model.traces import Tape, scalar, square


def told(tape: Tape, tensor: int) -> WhyNoGrad:
    trace = tape.trace()
    return why_no_grad(trace, trace.tensors[tensor])


@pytest.fixture
def tape() -> Tape:
    tape = Tape()
    tape.line(1)
    return tape


def test_before_any_backward(tape: Tape) -> None:
    assert told(tape, tape.leaf(scalar(1.0))) == "not run"


def test_backward_went_elsewhere() -> None:
    tape = square()
    assert told(tape, tape.leaf(scalar(1.0))) == "not reached"


def test_it_was_taken_away() -> None:
    tape = square()
    tape.write(tape.tensors[0]._replace(grad=None))
    assert told(tape, 0) == "cleared"


def test_another_tensors_grad_is_not_its_own() -> None:
    tape = square()
    other = tape.leaf(scalar(1.0))
    tape.write(tape.tensors[0]._replace(grad=None))
    assert told(tape, other) == "not reached"


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


def test_the_op_was_not_recorded(tape: Tape) -> None:
    x = tape.leaf(scalar(1.0))
    block = tape.region("no_grad")
    assert told(tape, tape.apply("mul", x, x, region=block)) == "unrecorded"


def test_every_reason_has_its_words_in_both_languages() -> None:
    for language in ("en", "ja"):
        assert set(TEXTS[language]) == set(get_args(WhyNoGrad))
        assert all(TEXTS[language].values())
