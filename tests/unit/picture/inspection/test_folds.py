"""What there is to say of a fold."""

import pytest

from gradviz.model.cost import Timed
from gradviz.model.graph.build import build
from gradviz.model.graph.folds.contract import Stretch, contract
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.folds.unfold import unfolded
from gradviz.model.graph.graph import Graph, View
from gradviz.model.trace import Saved, Trace, Value
from gradviz.picture.inspection.foldwords import FOLD_WORDS
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Fact, Inspect, Inspection, Subject
from gradviz.picture.picture import Language
from gradviz.picture.record.record import Record
from tests.unit.model.graph.test_contents import chain
from tests.unit.model.graph.test_stepped import walked
from tests.unit.model.traces import Tape, loop, scalar, vector

KEY = "a fold"


def told(
    trace: Trace, *lines: int, step: int | None = None, view: View = "both", timed: Timed | None = None
) -> dict[str, list[tuple[str, str]]]:
    """The facts of the fold of some lines, or of all there is."""
    whole = build(trace, view)
    members = tuple(node for node in whole.nodes if not lines or node.line in lines)
    return texts(page(trace, contract(whole, [Stretch(members, key=KEY)]), step, timed))


def page(trace: Trace, graph: Graph, step: int | None = None, timed: Timed | None = None, key: str = KEY) -> Inspection:
    return inspection(Record(trace), Inspect(Subject("fold", key), step), timed, graph)


def texts(found: Inspection) -> dict[str, list[tuple[str, str]]]:
    return {section.title: [(fact.label, fact.text) for fact in section.facts] for section in found.sections}


def fact(found: Inspection, title: str, label: str) -> Fact:
    (section,) = (section for section in found.sections if section.title == title)
    return next(fact for fact in section.facts if fact.label == label)


def test_a_fold_says_what_it_stands_for_and_what_it_keeps() -> None:
    found = told(chain().trace()._replace(source="1\n2\n  b = a.exp()\n4\n5\n"), 2, 3)
    assert found["What it stands for"] == [("ops", "2"), ("grad_fns", "2"), ("tensors made", "2")]
    assert found["Backward"] == [("run so far", "2 of 2 have run")]
    assert found["Cost"][:3] == [
        ("saved for backward", "816 B, 100 % of the run's 816 B"),
        ("still kept", "816 B, 100 % of the run's 816 B"),
        ("in leaves, kept anyway", "8 B"),
    ]
    assert found["Ops by kind"] == [("exp", "2 · ExpBackward0")]
    assert found["What it saved"] == [
        ("808 B", "ExpBackward0.result · 2 × (2,)"),
        ("8 B", "ExpBackward0.self · 1 × () · leaves"),
    ]
    assert not any(title.startswith("Comes in") for title in found)  # x is a leaf, told by its gradient
    assert found["Goes out (1)"] == [("", "b · float32 · ()")]
    assert found["Lines"] == [("line 2 · 1", "2"), ("line 3 · 1", "b = a.exp()")]


def test_lines_are_those_that_python_counts() -> None:
    found = told(chain().trace()._replace(source="# \x0c and \u2028 end no line\na\r\nb\n"), 2, 3)
    assert found["Lines"] == [("line 2 · 1", "a"), ("line 3 · 1", "b")]


def test_at_a_step_it_says_how_far_it_and_backward_are() -> None:
    trace = chain().trace()
    begun = trace.backwards[0].step
    found = told(trace, 2, 3, step=3)
    assert found["What it stands for"][0] == ("ops", "1 of 2 have run")
    assert found["Backward"] == [("", "backward has run none of the 1 grad_fns")]
    found = told(trace, 2, 3, step=begun + 1)
    assert found["Backward"] == [("in this call", "1 of 2 have run"), ("run so far", "1 of 2 have run")]
    assert told(trace, 2, 3, step=0)["What it stands for"] == [("ops", "0 of 2 have run")]


def test_rounds_are_counted_and_an_open_fold_says_how_to_close_it() -> None:
    trace = walked(loop(400)).trace()
    whole = build(trace, "both")
    closed = fold(whole)
    (key,) = (node.fold.key for node in closed.nodes if node.fold is not None)
    end = page(trace, closed, key=key)
    assert end.title == "× 400 · add"
    assert fact(end, "What it stands for", "rounds").text == "400"
    assert end.sections[0].facts == (Fact("", "Unfold it by one level (U in the graph)", turns=key),)
    middle = next(op.step for op in trace.ops if op.id == 100)
    assert fact(page(trace, closed, middle, key=key), "What it stands for", "rounds").text == "100 of 400 have run"
    opened = page(trace, unfolded(closed, whole, (key,)), key=key)
    assert opened.sections[0].facts[0].text.startswith("Fold it again")
    assert opened.sections[1:] == end.sections[1:]


def test_gradients_of_leaves_are_told_by_their_norm_and_what_is_wrong_first() -> None:
    tape = Tape()
    tape.line(1)
    leaves = [tape.leaf(value) for value in (vector(3.0, 4.0), vector(1.0), vector(2.0), scalar(1.0))]
    tape.line(2, **dict(zip("abcd", leaves, strict=True)))
    tape.apply("stack", *leaves)
    tape.line(None)
    assert told(tape.trace(), 2)["Gradients of its leaves: norm"] == [("", "0 of 4 have a .grad")]
    for leaf, grad in zip(
        leaves, (vector(3.0, 4.0), vector(12.0), Value((90,), None, 0, 1, "nan", "nan", 2, 1)), strict=False
    ):
        tape.tensors[leaf] = tape.tensors[leaf]._replace(grad=grad)
    assert told(tape.trace(), 2)["Gradients of its leaves: norm"] == [
        ("", "3 of 4 have a .grad"),
        ("nan × 2, inf × 1", "c"),
        ("5.0", "a"),
        ("12.0", "b"),
        ("None", "d"),
    ]
    tape.tensors[leaves[2]] = tape.tensors[leaves[2]]._replace(grad=None)
    assert told(tape.trace(), 2)["Gradients of its leaves: norm"][:2] == [
        ("", "2 of 4 have a .grad"),
        ("13.0", "norm of all"),
    ]
    tape.tensors[leaves[2]] = tape.tensors[leaves[2]]._replace(grad=Value((90,)))
    assert ("not read", "c") in told(tape.trace(), 2)["Gradients of its leaves: norm"]
    assert told(tape.trace(), 1)["What it stands for"] == [("leaves that require grad", "4 · 16 B")]


def test_names_of_leaves_of_one_module_are_told_without_its_path() -> None:
    tape = Tape()
    tape.line(1)
    leaves = [tape.leaf(vector(1.0)) for _ in range(2)]
    tape.line(2, **{"net.a.weight": leaves[0], "net.a.b.bias": leaves[1]})
    tape.apply("stack", *leaves)
    tape.line(None)
    for leaf in leaves:
        tape.tensors[leaf] = tape.tensors[leaf]._replace(grad=vector(2.0))
    assert told(tape.trace(), 2)["Gradients of its leaves: norm"][2:] == [
        ("", "in net.a:"),
        ("2.0", "weight"),
        ("2.0", "b.bias"),
    ]


def test_what_is_measured_and_what_was_not_recorded_is_told() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    tape.line(2, x=x)
    y = tape.apply("exp", x, saved=(Saved("result", None, 8, 0, "freed", storage=9),))
    tape.apply("neg", y, region=tape.region("no_grad"))
    tape.line(None)
    trace = tape.trace()
    timed = Timed(
        "grad", ("aten::lift_fresh", "aten::exp", "aten::neg"), ((0, 5e-6, 0.0), (1, 2e-6, 2e-7), (2, 3e-6, 0.0)), 5
    )
    found = told(trace, 2, timed=timed)
    assert ("time, forward", "5 µs ± 0.1 µs · 50 %") in found["Cost"]
    assert ("still kept", "0 B") in found["Cost"]
    assert found["Ops by kind"] == [("exp", "1 · ExpBackward0 · 2 µs ± 0.1 µs"), ("neg", "1 · 3 µs ± 0 µs")]
    assert found["Not recorded"] == [("1", "no_grad")]


def test_what_looks_alike_is_told_as_one_with_its_number() -> None:
    tape = Tape()
    tape.line(1)
    constants = [tape.leaf(scalar(1.0), requires_grad=False) for _ in range(3)]
    tape.line(2, x=constants[0])
    tape.apply("stack", *constants)
    tape.line(None)
    assert told(tape.trace(), 2)["Comes in (3)"] == [
        ("", "x · float32 · ()"),
        ("", "2 × a tensor without a name · float32 · ()"),
    ]


def test_where_nan_began_is_told_of_the_fold_that_it_is_in() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(0.0))
    tape.line(2)
    y = tape.apply("log", x, value=Value((), ("-inf",)))
    tape.line(3)
    z = tape.apply("exp", y, value=scalar(0.0))
    tape.backward(z)
    tape.pass_on(2, scalar(1.0), Value((), ("nan",)))
    tape.line(None)
    trace = tape.trace()
    assert ("inf", "The first inf of the run was made here, by log") in told(trace, 2)["Backward"]
    assert ("nan", "The first nan of backward came from here, from ExpBackward0") in told(trace, 3)["Backward"]
    assert told(trace, 1).get("Backward") is None


def test_a_fold_that_is_not_drawn_is_not_told_of() -> None:
    trace = loop(3).trace()
    assert page(trace, build(trace, "both")).sections == ()
    assert inspection(Record(trace), Inspect(Subject("fold", KEY))).title == "Not there yet at this step"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_phrase_is_there(language: Language) -> None:
    assert all(FOLD_WORDS[language])


def test_what_is_told_at_a_step_does_not_depend_on_what_was_asked_before() -> None:
    trace = walked(walked(loop(12))).trace()
    whole = build(trace, "both")
    folded = [contract(whole, [Stretch(whole.nodes[begin:end], key=KEY)]) for begin, end in ((0, 9), (5, 20))]
    spent = Timed(
        "grad", tuple(op.name for op in trace.ops), tuple((k, 1e-6 * k, 1e-7) for k in range(len(trace.ops))), 5
    )
    record = Record(trace)
    for step in (*range(len(trace.steps), -1, -3), *range(0, len(trace.steps), 2), None):
        for graph in folded:
            for timed in (None, spent):
                again = inspection(record, Inspect(Subject("fold", KEY), step), timed, graph)
                assert again == page(trace, graph, step, timed)
