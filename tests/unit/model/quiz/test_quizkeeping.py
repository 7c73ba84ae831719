"""Questions how many bytes are kept for backward, about runs made by hand."""

from gradviz.model.moments.moment import History
from gradviz.model.quiz.question import Said
from gradviz.model.quiz.quiz import candidates
from gradviz.model.quiz.quizwords import choice_text
from gradviz.model.trace import Saved, Trace
from gradviz.model.why.grounds import grounds
from tests.unit.model.traces import Tape, scalar

KIB = 1024
X = Saved("self", 0, 4 * KIB, 0, "kept", storage=0)


def tape(*saved: Saved) -> tuple[Tape, int]:
    """y is made of x on line 2, which saves something; line 3 is about to run."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(2.0))
    tape.line(2, x=x)
    y = tape.apply("sin", x, saved=saved)
    tape.line(3, y=y)
    return tape, y


def traced(tape: Tape, nbytes: int = 4 * KIB, source: str = "") -> Trace:
    sized = tuple(tensor._replace(nbytes=nbytes) for tensor in tape.tensors)
    return tape.trace()._replace(tensors=sized, source=source or "x\n" * 4)


def freed(trace: Trace, grad_fn: int, step: int) -> Trace:
    """The same run in which what a grad_fn saved was freed at a step."""
    one = trace.grad_fns[grad_fn]
    gone = one._replace(step=step, saved=tuple(saved._replace(state="freed") for saved in one.saved))
    return trace._replace(
        past_grad_fns=(one,), grad_fns=(*trace.grad_fns[:grad_fn], gone, *trace.grad_fns[grad_fn + 1 :])
    )


def asked(trace: Trace, line: int) -> tuple[str, list[str], list[str]] | None:
    """The right choice, all choices, and the keys of the reasons."""
    for one in candidates(grounds(History(trace))):
        question = one.question
        if (question.about, question.ran.line) == ("kept", line):
            choices = [choice_text(choice, "en") for choice in question.choices]
            keys = [reason.key for reason in question.reasons if isinstance(reason, Said)]
            return choices[question.right], choices, keys
    return None


def test_what_a_statement_saves_is_kept_after_it() -> None:
    assert asked(traced(tape(X)[0]), 2) == ("4 KiB", ["4 KiB", "0 B", "8 KiB", "2 KiB"], ["saves"])


def test_it_comes_to_what_was_kept_before() -> None:
    run, y = tape(X)
    run.apply("exp", y, saved=(X._replace(tensor=y, storage=y, nbytes=KIB),))
    run.line(4)
    right, choices, keys = asked(traced(run), 3) or ("", [], [])
    assert (right, keys) == ("5 KiB", ["saves", "and before"])
    assert {"4 KiB", "8 KiB"} <= {*choices}


def test_memory_that_is_kept_twice_counts_once() -> None:
    run, _ = tape(X)
    run.apply("cos", 0, saved=(X,))
    run.line(4)
    assert (asked(traced(run), 3) or "")[0] == "4 KiB"


def test_what_needs_no_values_keeps_none() -> None:
    right, _, keys = asked(traced(tape()[0]), 2) or ("", [], [])
    assert (right, keys) == ("0 B", ["saves nothing"])


def test_what_is_not_recorded_changes_nothing() -> None:
    run, y = tape(X)
    run.apply("exp", y, region=run.region("no_grad"))
    run.line(4)
    right, choices, keys = asked(traced(run), 3) or ("", [], [])
    assert (right, keys) == ("4 KiB", ["nothing recorded"])
    assert {"8 KiB", "0 B"} <= {*choices}


def test_backward_lets_go_unless_it_retains_the_graph() -> None:
    run, y = tape(X)
    run.backward(y)
    run.pass_on(0, scalar(1.0), scalar(2.0))
    run.line(4)
    retained = traced(run)
    assert (asked(retained, 3) or ((), (), ()))[::2] == ("4 KiB", ["keeps on"])
    number = next(one.id for one in retained.grad_fns if one.saved)
    assert (asked(freed(retained, number, len(run.steps) - 1), 3) or ((), (), ()))[::2] == ("0 B", ["let go"])


def test_what_a_statement_itself_frees_is_kept_no_more() -> None:
    run, _ = tape(X)
    trace = traced(run)
    number = next(one.id for one in trace.grad_fns if one.saved)
    trace = freed(trace, number, trace.grad_fns[number].step)
    assert (asked(trace, 2) or ((), (), ()))[::2] == ("0 B", ["freed again"])


def test_nothing_is_asked_of_what_nobody_sees_or_minds() -> None:
    assert asked(traced(tape(X._replace(tensor=None))[0]), 2) is None
    assert asked(traced(tape(X._replace(nbytes=4))[0], nbytes=4), 2) is None
    assert asked(traced(tape(X)[0]), 1) is None
