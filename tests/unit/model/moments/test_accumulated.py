"""Gradients that meet: in the .grad of a leaf, and where several edges lead to one grad_fn."""

from gradviz.model.moments.accumulated import Accumulation, Part, accumulations, meeting
from tests.unit.model.traces import Tape, end, scalar, square


def test_what_arrives_is_added_to_what_was_there() -> None:
    tape = square()
    tape.line(4)
    tape.backward(1)
    tape.pass_on(1, scalar(1.0), scalar(2.0), scalar(2.0))
    tape.accumulate(0, scalar(4.0), scalar(8.0))
    tape.line(None)
    trace = tape.trace()
    assert accumulations(end(trace), trace.grad_fns[0], 2) == [
        Accumulation(3, None, scalar(4.0), scalar(4.0), True),
        Accumulation(4, scalar(4.0), scalar(4.0), scalar(8.0), True),
    ]
    assert len(accumulations(end(trace), trace.grad_fns[0], 1)) == 1
    assert accumulations(end(trace), trace.grad_fns[1], 2) == []


def test_gradients_of_several_edges_meet_before_a_grad_fn_runs() -> None:
    trace = square().trace()
    found = meeting(end(trace), trace.grad_fns[0])
    assert found is not None
    assert found.parts == (Part(1, scalar(2.0)), Part(1, scalar(2.0)))
    assert (found.total, found.adds_up) == (scalar(4.0), True)
    assert meeting(end(trace), trace.grad_fns[1]) is None  # one came
    assert meeting(end(trace._replace(steps=trace.steps[:4])), trace.grad_fns[1]) is None  # it has not run


def test_what_went_elsewhere_did_not_meet_here() -> None:
    tape = Tape()
    tape.line(1)
    x, w = tape.leaf(scalar(2.0)), tape.leaf(scalar(3.0))
    y = tape.apply("mul", x, w, value=scalar(6.0))
    tape.backward(y)
    tape.pass_on(2, scalar(1.0), scalar(3.0), scalar(2.0))
    tape.accumulate(w, scalar(2.0))
    tape.accumulate(x, scalar(3.0))
    trace = tape.trace()
    assert meeting(end(trace), trace.grad_fns[0]) is None


def test_an_op_that_is_used_twice_gets_the_sum_of_both() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    y = tape.apply("exp", x, value=scalar(7.0))
    z = tape.apply("mul", y, y, value=scalar(49.0))
    tape.line(2)
    tape.backward(z)
    tape.pass_on(2, scalar(1.0), scalar(7.0), scalar(7.0))
    tape.pass_on(1, scalar(14.0), scalar(98.0))
    trace = tape.trace()
    assert [node.name for node in trace.grad_fns] == ["AccumulateGrad", "ExpBackward0", "MulBackward0"]
    found = meeting(end(trace), trace.grad_fns[1])
    assert found is not None
    assert found.adds_up
    lost = trace.steps[-1]._replace(arrived=(None,))
    nothing = meeting(end(trace._replace(steps=(*trace.steps[:-1], lost), ops=())), trace.grad_fns[1])
    assert nothing is not None
    assert not nothing.adds_up
