"""Which op and which grad_fn the first nan and inf came from, and which gradients are nought or not there."""

from gradviz.model.moments.moment import History
from gradviz.model.moments.offenders import Ill, Offender, Offenders, passed_ill
from gradviz.model.trace import Trace, Value
from tests.unit.model.traces import Tape, scalar, square, vector

NAN, INF = Value((), ("nan",)), Value((1,), ("-inf",))


def chain(*values: Value) -> Tape:
    """A leaf and ops one after the other, whose results are these."""
    tape = Tape()
    tape.line(1)
    tensor = tape.leaf(scalar(1.0))
    for line, value in enumerate(values, 2):
        tape.line(line)
        tensor = tape.apply("log", tensor, value=value)
    tape.line(9)
    return tape


def backward(*passed: tuple[Value, Value | None]) -> Trace:
    """A chain whose grad_fns, the last first, were given and passed on these."""
    tape = chain(*(scalar(1.0) for _ in passed))
    tape.backward(len(passed))
    order = [node.id for node in tape.grad_fns if node.variable is None][::-1]
    for number, (arrived, left) in zip(order, passed, strict=True):
        tape.pass_on(number, arrived, left)
    return tape.trace()


def ills(trace: Trace) -> list[Ill]:
    """Of what each grad_fn passed on, in order."""
    found = [passed_ill(trace, step) for step in trace.steps]
    return [ill for ill in found if ill is not None]


def test_nothing_is_wrong_with_plain_numbers() -> None:
    assert History(square().trace()).offenders == Offenders((), ())


def test_the_first_op_to_make_nan_is_to_blame_and_not_those_after_it() -> None:
    found = History(chain(scalar(1.0), NAN, NAN, INF).trace()).offenders
    assert found.forward == (Offender(Ill.NAN, 2, found.forward[0].grad_fn, found.forward[0].step, 3),)


def test_inf_and_nan_are_told_apart() -> None:
    tape = chain(INF, NAN)
    other = tape.leaf(scalar(2.0))
    tape.apply("sqrt", other, value=NAN)
    tape.apply("sqrt", other, value=NAN)
    assert [(one.ill, one.line) for one in History(tape.trace()).offenders.forward] == [(Ill.INF, 2), (Ill.NAN, 9)]


def test_of_many_numbers_the_counts_tell() -> None:
    many = Value((100,), None, "nan", "nan", "nan", "nan", nan=3)
    assert [one.ill for one in History(chain(many).trace()).offenders.forward] == [Ill.NAN]
    assert [one.ill for one in History(chain(many._replace(nan=0, inf=1)).trace()).offenders.forward] == [Ill.INF]
    assert History(chain(many._replace(nan=0)).trace()).offenders.forward == ()
    assert History(chain(Value((0,), ())).trace()).offenders.forward == ()


def test_memory_that_nobody_has_written_to_is_nobodys_doing() -> None:
    tape = Tape()
    tape.line(1)
    filled, raw = (tape.apply("empty.memory_format", value=NAN) for _ in range(2))
    tape.line(2)
    tape.change("normal", filled, value=scalar(-1.0))
    tape.line(3)
    tape.apply("add", raw, value=NAN)
    assert History(tape.trace()).offenders.forward == ()
    tape.line(4)
    tape.apply("log", filled, value=NAN)
    assert [(one.ill, one.line) for one in History(tape.trace()).offenders.forward] == [(Ill.NAN, 4)]


def test_nor_is_what_comes_of_a_tensor_that_such_memory_was_added_to() -> None:
    tape = Tape()
    tape.line(1)
    raw, x = tape.apply("empty.memory_format", value=NAN), tape.leaf(scalar(1.0))
    tape.change("add", x, raw, value=NAN)
    tape.apply("exp", x, value=NAN)
    assert History(tape.trace()).offenders.forward == ()


def test_inf_that_the_program_asks_for_is_no_offence_but_the_nan_that_comes_of_it_is() -> None:
    tape = Tape()
    tape.line(1)
    tape.apply("full", value=INF)
    mask, scores = tape.leaf(scalar(1.0)), tape.leaf(scalar(2.0))
    tape.line(2)
    masked = tape.apply("masked_fill", scores, mask, value=INF)
    assert History(tape.trace()).offenders.forward == ()
    tape.line(3)
    tape.apply("softmax", masked, value=NAN)
    assert [(one.ill, one.line) for one in History(tape.trace()).offenders.forward] == [(Ill.NAN, 3)]


def test_the_first_grad_fn_to_pass_nan_on_is_to_blame() -> None:
    trace = backward((scalar(1.0), scalar(2.0)), (scalar(2.0), INF), (INF, NAN))
    assert [(one.ill, one.line) for one in History(trace).offenders.backward] == [(Ill.INF, 3)]
    assert ills(trace) == [Ill.INF, Ill.NAN]


def test_of_nan_and_inf_that_one_grad_fn_passed_on_nan_is_told_first() -> None:
    trace = backward((scalar(1.0), Value((2,), ("inf", "nan"))))
    assert [one.ill for one in History(trace).offenders.backward] == [Ill.NAN, Ill.INF]


def test_gradients_of_nought_and_none_at_all_are_marked() -> None:
    zeros = vector(0.0, 0.0)
    assert ills(backward((scalar(1.0), zeros), (zeros, zeros))) == [Ill.ZERO]  # the second was given nought already
    wide = Value((100,), None, 0.0, 0.0, 0.0, 0.0)
    assert ills(backward((scalar(1.0), wide))) == [Ill.ZERO]
    assert ills(backward((scalar(1.0), None))) == [Ill.UNDEFINED]
