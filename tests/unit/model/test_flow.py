"""What flowed in backward: which operand each gradient belongs to, and when summands are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.flow import SUMMED, Passed, flow, operand_edges, sums
from gradviz.model.trace import GradFn, Value
from tests.unit.model.traces import Tape, scalar, square, vector


def test_the_last_execution_counts_and_every_accumulation() -> None:
    tape = square()
    tape.pass_on(1, scalar(10.0), scalar(20.0), None)
    tape.accumulate(0, scalar(20.0))
    found = flow(tape.trace())
    assert found.gradient(Passed(1, 0, arrived=True)) == scalar(10.0)
    assert [found.gradient(Passed(1, position)) for position in range(3)] == [scalar(20.0), None, None]
    assert found.added(0) == [scalar(4.0), scalar(20.0)]
    assert found.gradient(Passed(0, 0, arrived=True)) == scalar(20.0)


def test_before_a_step_only_what_ran_by_then_has_passed() -> None:
    tape = square()
    first = len(tape.steps)
    tape.pass_on(1, scalar(10.0), scalar(20.0), None)
    tape.accumulate(0, scalar(20.0))
    found = flow(tape.trace())
    assert found.gradient(Passed(1, 0), first) == scalar(2.0)
    assert found.gradient(Passed(1, 0), first + 1) == scalar(20.0)
    assert found.added(0, first + 1) == [scalar(4.0)]
    assert found.gradient(Passed(1, 0), 0) is None
    assert found.gradient(Passed(9, 0)) is None


def test_an_op_step_is_no_execution() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    tape.apply("mul", x, x)
    assert flow(tape.trace()).ran == {}


def test_operands_take_the_edges_in_order() -> None:
    tape = Tape()
    x, c = tape.leaf(scalar(1.0)), tape.leaf(scalar(1.0), requires_grad=False)
    y = tape.apply("mul", x, x)
    z = tape.apply("mul", c, y)
    trace = tape.trace()
    tensors = trace.tensors
    assert operand_edges(trace.grad_fns[1], (tensors[x], tensors[x]), trace.grad_fns) == [0, 1]
    assert operand_edges(trace.grad_fns[2], (tensors[c], tensors[y]), trace.grad_fns) == [None, 1]
    assert operand_edges(GradFn(9, 0, "F", (), None, 1, ()), (tensors[z],), trace.grad_fns) == [None]


@given(st.lists(st.integers(-100, 100).map(float), min_size=2, max_size=5))
def test_summands_are_told_where_they_add_up(numbers: list[float]) -> None:
    parts = [scalar(number) for number in numbers]
    assert sums(scalar(sum(numbers)), [], parts, "float32") == tuple(parts)
    assert sums(scalar(sum(numbers) + 1000.0), [], parts, "float32") == ()
    assert sums(scalar(sum(numbers)), parts, [], "float32") == tuple(parts)


@pytest.mark.parametrize(
    ("grad", "parts"),
    [
        (None, [scalar(1.0), scalar(1.0)]),
        (Value(()), [scalar(1.0), scalar(1.0)]),
        (scalar(1.0), [scalar(1.0)]),
        (scalar(1.0), [scalar(1.0), None]),
        (scalar(2.0), [scalar(1.0), Value(())]),
        (scalar(2.0), [scalar(1.0), vector(1.0, 1.0)]),
        (Value((), ("nan",)), [Value((), ("nan",)), scalar(1.0)]),
        (vector(2.0, 5.0), [vector(1.0, 1.0), vector(1.0, 1.0)]),
        (scalar(0.001), [scalar(0.002), scalar(0.003)]),  # small numbers are held to the same as large ones
        (scalar(1.0), [scalar(0.5), scalar(0.505)]),
    ],
)
def test_no_sum_is_told_that_does_not_hold(grad: Value | None, parts: list[Value | None]) -> None:
    assert sums(grad, [], parts, "float32") == ()


def test_more_summands_than_anybody_reads_are_not_told() -> None:
    assert len(sums(scalar(float(SUMMED)), [], [scalar(1.0)] * SUMMED, "float32")) == SUMMED
    assert sums(scalar(SUMMED + 1.0), [], [scalar(1.0)] * (SUMMED + 1), "float32") == ()


def test_the_rounding_allowed_is_that_of_the_dtype() -> None:
    parts: list[Value | None] = [scalar(256.0), scalar(1.0)]
    assert sums(scalar(256.0), [], parts, "bfloat16") == tuple(parts)
    assert sums(scalar(256.0), [], parts, "float32") == ()


def test_thousands_of_operands_each_find_their_edge() -> None:
    tape = Tape()
    x, y = tape.leaf(scalar(1.0)), tape.leaf(scalar(1.0))
    tape.apply("stack", *[x, y] * 20_000)
    trace = tape.trace()
    operands = [trace.tensors[x], trace.tensors[y]] * 20_000
    assert operand_edges(trace.grad_fns[-1], operands, trace.grad_fns) == list(range(40_000))
