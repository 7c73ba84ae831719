"""What there is to say of a tensor, an op and a grad_fn."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.cost import Timed
from gradviz.model.trace import Hook, HookCall, Saved, Trace, Value
from gradviz.picture.inspection.inspecting import inspection, unable
from gradviz.picture.inspection.inspection import Cell, Fact, Inspect, Inspection, Section, Subject
from gradviz.picture.inspection.words import INSPECTION_WORDS
from gradviz.picture.picture import Language
from gradviz.picture.record.record import Record
from tests.unit.model.graph.test_stepped import walked
from tests.unit.model.moments.test_moment import tapes
from tests.unit.model.traces import Tape, scalar, square, vector
from tests.unit.picture.inspection.cut_off import both_ways

TRACE = square().trace()


def sections(found: Inspection) -> dict[str, dict[str, Fact]]:
    return {section.title: {fact.label: fact for fact in section.facts} for section in found.sections}


def test_a_tensor_says_what_it_is() -> None:
    found = inspection(Record(TRACE), Inspect(Subject("tensor", 1)))
    assert found.title == "y"
    told = sections(found)
    assert told["Value"][""].text == "4.0"
    facts = {label: fact.text for label, fact in told["Facts"].items()}
    assert facts["shape"] == "()"
    assert facts["requires_grad"] == "True"
    assert facts["grad_fn"] == "MulBackward0"
    assert told["Facts"]["grad_fn"].of == Subject("grad_fn", 1)
    assert told["Facts"]["made on"].line == 2


def test_a_grad_fn_says_where_it_leads() -> None:
    found = inspection(Record(TRACE), Inspect(Subject("grad_fn", 1)))
    assert found.title == "MulBackward0"
    nexts = next(section for section in found.sections if section.title == "next_functions")
    assert [fact.of for fact in nexts.facts] == [Subject("grad_fn", 0)] * 2
    assert nexts.facts[0].text == "AccumulateGrad · x"
    sink = sections(inspection(Record(TRACE), Inspect(Subject("grad_fn", 0))))
    assert sink["Facts"]["variable"].of == Subject("tensor", 0)


def test_an_op_says_what_went_in_and_came_out() -> None:
    told = sections(inspection(Record(TRACE), Inspect(Subject("op", 1))))
    assert told["Forward op"]["op"].text == "aten::mul"
    assert [fact.of for fact in told["Inputs"].values()] == [Subject("tensor", 0)] * 2
    assert [fact.of for fact in told["Outputs"].values()] == [Subject("tensor", 1)]


def test_a_rule_is_shown_with_its_numbers_and_what_torch_passed_on() -> None:
    told = sections(inspection(Record(ruled()), Inspect(Subject("grad_fn", 1))))
    assert told["Rule"]["grad_self"].text == "grad · other\n= 1.0 × 2.0\n= 2.0"
    wrong = sections(inspection(Record(ruled(scalar(5.0))), Inspect(Subject("grad_fn", 1))))
    assert wrong["Rule"][""] == Fact("", "PyTorch passed on 5.0", alarming=True)


def test_what_a_hook_made_of_that_is_told_apart_from_the_rule() -> None:
    trace = ruled(scalar(5.0))
    step = next(step for step in trace.steps if step.kind == "backward")
    own, same = (scalar(2.0), scalar(2.0)), (scalar(5.0), scalar(2.0))
    calls = (HookCall(0, step.id + 1, 1, own, same), HookCall(1, step.id + 1, 1, same, same))
    hooks = (Hook(k, 0, "register_hook", name, 3, None, 1, None) for k, name in enumerate(("grow", "look")))
    found = inspection(Record(trace._replace(hooks=tuple(hooks), hook_calls=calls)), Inspect(Subject("grad_fn", 1)))
    rule = next(section for section in found.sections if section.title == "Rule").facts
    told = "Then grad_fn.register_hook(grow) changed what is passed on: 2.0, 2.0 → 5.0, 2.0"
    assert [fact for fact in rule if not fact.label] == [Fact("", told, 3)]


def ruled(left: Value | None = None) -> Trace:
    """The square, with what it saved."""
    tape = square()
    kept = (Saved("self", 0, 4, 0, "kept"), Saved("other", 0, 4, 0, "kept"))
    tape.grad_fns[1] = tape.grad_fns[1]._replace(saved=kept, settings={"alpha": 2})
    trace = tape.trace()
    last = next(step for step in trace.steps if step.kind == "backward")
    steps = tuple(step._replace(left=(left, step.left[1])) if step is last and left else step for step in trace.steps)
    return trace._replace(steps=steps)


def test_a_rule_before_backward_has_no_numbers_and_some_have_no_rule() -> None:
    before = sections(inspection(Record(ruled()), Inspect(Subject("grad_fn", 1), 4)))
    assert before["Rule"]["grad_self"].text == "grad · other"
    assert before["Rule"][""].text == "backward has not run here"
    sink = sections(inspection(Record(TRACE), Inspect(Subject("grad_fn", 0))))
    assert sink["Rule"][""].text.startswith("AccumulateGrad has no formula")
    node = TRACE.grad_fns[1]
    for odd, text in ((node._replace(name="Odd"), "no rule"), (node._replace(origin="function"), "autograd.Function")):
        trace = TRACE._replace(grad_fns=(TRACE.grad_fns[0], odd))
        assert text in sections(inspection(Record(trace), Inspect(Subject("grad_fn", 1))))["Rule"][""].text


def test_a_rule_says_what_its_words_stand_for_and_over_what_it_sums() -> None:
    tape = Tape()
    tape.line(1)
    x, w = tape.leaf(vector(1.0, 3.0)), tape.leaf(scalar(2.0))
    tape.apply("mul", x, w, value=vector(2.0, 6.0), saved=(Saved("self", x, 8, 0, "kept"),))
    tape.backward(2)
    tape.pass_on(2, vector(1.0, 1.0), None, scalar(4.0))
    told = sections(inspection(Record(tape.trace()), Inspect(Subject("grad_fn", 2))))
    assert told["Rule"]["grad_other"].text == "grad · self\n= [1., 1.] × [1., 3.]\n= 4.0 summed to shape ()"
    loss = tape.grad_fns[2]._replace(name="MseLossBackward0", settings={"reduction": 2})
    tape.grad_fns[2] = loss
    assert "where d" in sections(inspection(Record(tape.trace()), Inspect(Subject("grad_fn", 2))))["Rule"]


def test_gradients_that_met_and_were_added_are_told() -> None:
    told = sections(inspection(Record(TRACE), Inspect(Subject("grad_fn", 0))))
    assert told["Added into .grad: old + new = sum"][".grad"] == Fact(".grad", "None + 4.0 = 4.0", 3)
    met = next(one for one in inspection(Record(TRACE), Inspect(Subject("grad_fn", 0))).sections if "met" in one.title)
    assert [fact.text for fact in met.facts] == ["2.0 · MulBackward0", "2.0 · MulBackward0", "4.0"]


def test_trouble_names_who_began_it() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(0.0))
    y = tape.apply("log", x, value=Value((), ("-inf",)))
    z = tape.apply("exp", y, value=scalar(0.0))
    tape.backward(z)
    tape.pass_on(2, scalar(1.0), Value((), ("inf",)))
    tape.pass_on(1, Value((), ("inf",)), Value((), ("inf",)))
    trace = tape.trace()
    (after, first, made) = inspection(Record(trace), Inspect(Subject("grad_fn", 1))).sections[0].facts
    assert (after.text, after.alarming) == ("It passes inf on", True)
    assert (first.text, first.of) == ("The first inf came from ExpBackward0", Subject("grad_fn", 2))
    assert made.text == "The first inf of the forward run was made by log"
    own = inspection(Record(trace), Inspect(Subject("grad_fn", 2))).sections[0].facts
    assert own[1].text == "The first inf came from here"
    told = sections(inspection(Record(trace), Inspect(Subject("op", 1))))
    assert told["Forward op"][""] == Fact("", "The first inf was made here", alarming=True)


def test_strides_are_told_where_the_elements_do_not_follow_each_other() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0))
    asked = Inspect(Subject("tensor", x))
    assert "stride()" not in next(iter(sections(inspection(Record(tape.trace()), asked)).values()))
    tape.tensors[x] = tape.tensors[x]._replace(shape=(2, 3), strides=(1, 2), value=None)
    facts = {fact.label: fact.text for one in inspection(Record(tape.trace()), asked).sections for fact in one.facts}
    assert facts["stride()"] == "(1, 2) · not contiguous"


def test_what_an_op_and_its_grad_fn_cost_is_told() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    tape.line(2, x=x)
    y = tape.apply("exp", x, value=vector(2.0, 4.0), saved=(Saved("result", None, 8, 0, "kept", storage=9),))
    grad_fn = tape.tensors[y].grad_fn
    assert grad_fn is not None
    record = Record(tape.trace())
    timed = Timed("grad", ("aten::lift_fresh", "aten::exp"), ((0, 5e-6, 0.0), (1, 2e-6, 2e-7)), 5)
    number = next(one.id for one in record.trace.ops if one.grad_fn == grad_fn)
    assert sections(inspection(record, Inspect(Subject("op", number))))["Cost"].keys() == {"allocated"}
    told = sections(inspection(record, Inspect(Subject("grad_fn", grad_fn)), timed))["Cost"]
    assert {name: fact.text for name, fact in told.items()} == {
        "time": "2 µs ± 0.1 µs",
        "allocated": "4 B",
        "saved for backward": "8 B",
    }
    assert "Cost" not in sections(inspection(record, Inspect(Subject("tensor", x)), timed))


def test_a_saved_tensor_says_its_state_its_versions_and_what_spoils_it() -> None:
    tape = square()
    kept = (Saved("self", 0, 4, 0, "kept"), Saved("other", None, 0, None, "packed"), Saved("out", 1, 4, 0, "freed"))
    tape.grad_fns[1] = tape.grad_fns[1]._replace(saved=kept)
    told = sections(inspection(Record(tape.trace()), Inspect(Subject("grad_fn", 1))))["Saved for backward"]
    assert told["self"].text == "● x · () · 4 B · kept · version 0 when saved, 0 now"
    assert told["other"].text == "◌ packed by a hook"
    assert told["out"].text.startswith("○ y")
    tape.line(4)
    tape.write(tape.tensors[0]._replace(version=1))
    told = sections(inspection(Record(tape.trace()), Inspect(Subject("grad_fn", 1))))["Saved for backward"]
    assert told["self"].alarming
    assert told["self"].text.endswith("changed since: backward refuses it · line 4")
    tape.tensors[0] = tape.tensors[0]._replace(version=0, value=scalar(9.0))
    told = sections(inspection(Record(tape.trace()), Inspect(Subject("grad_fn", 1))))["Saved for backward"]
    assert "behind autograd's back" in told["self"].text


def table(value: Value, grad: Value | None = None) -> Inspection:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(value)
    tape.tensors[x] = tape.tensors[x]._replace(grad=grad)
    return inspection(Record(tape.trace()), Inspect(Subject("tensor", x)))


def test_numbers_are_a_table_with_heat() -> None:
    found = table(Value((2, 2), (1.0, -2.0, 0.0, "nan")), scalar(3.0))
    assert found.sections[0].table == ((Cell("1.0", 0.5), Cell("-2.0", -1.0)), (Cell("0.0", 0.0), Cell("nan")))
    stats = sections(found)["Statistics"]
    assert stats["nan"] == Fact("nan", "1", alarming=True)
    assert sections(found)[".grad"][""].text == "3.0"
    assert table(vector(0.0, 0.0)).sections[0].table == ((Cell("0.0"), Cell("0.0")),)
    assert table(Value((1,), ("(3+4j)",))).sections[0].table == ((Cell("(3+4j)", 1.0),),)


def test_many_dimensions_are_shown_slice_by_slice() -> None:
    found = table(Value((2, 5, 2, 1), tuple(map(float, range(20)))))
    titles = [section.title for section in found.sections]
    assert titles[:9] == [*(f"Value [{k // 5}, {k % 5}]" for k in range(8)), ""]
    assert found.sections[8].facts[0].text == "+2 more"
    bars = [fact.text for fact in sections(found)["Statistics"].values()][4:]
    assert len(bars) == 8
    assert sum(int(bar.split()[-1]) for bar in bars) == 20


def test_of_more_numbers_than_are_kept_the_statistics_are_told_as_such() -> None:
    found = table(Value((100,), None, 0.0, 2.0, 1.0, 0.5))
    assert [fact.text for fact in found.sections[0].facts] == [
        "min 0.0, max 2.0, mean 1.0, std 0.5",
        "There are more than 64 numbers: only this is recorded of them",
    ]


def test_bools_are_told_as_a_count() -> None:
    found = table(Value((4, 3), (True, False, False) * 4))
    assert sections(found)["Statistics"] == {"True": Fact("True", "4 / 12")}
    assert sections(table(Value((9000,), None, False, True, 0.25, 0.4)))["Value"][""].text.startswith("There are more")
    assert table(Value((9000,), None, False, True, 0.25, 0.4)).sections[0].facts[0].text == "True: 2,250 / 9,000"


def test_memory_that_nobody_has_written_to_is_told_as_such() -> None:
    found = table(Value((100,), uninitialized=True))
    assert [fact.text for fact in found.sections[0].facts] == [
        "uninitialized",
        "Some of this was never written to, or was computed from such memory: it differs from run to run",
    ]


def test_a_tensor_says_who_shares_its_memory_who_changed_it_and_who_keeps_it() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    v = tape.view("view", x)
    tape.line(2, x=x, v=v)
    tape.apply("exp", v, saved=(Saved("self", v, 8, 0, "kept"),))
    tape.line(3)
    tape.change("mul", v, value=vector(2.0, 4.0))
    tape.write(tape.tensors[v]._replace(version=9, made_by=None))
    trace = tape.trace()
    of_view = sections(inspection(Record(trace), Inspect(Subject("tensor", v))))
    assert of_view["Shared memory"]["view of"].of == Subject("tensor", x)
    assert of_view["Changed in place"]["version 0 → 1"] == Fact("version 0 → 1", "aten::mul_ · line 3", 3)
    assert of_view["Changed in place"]["version 1 → 9"] == Fact("version 1 → 9", "")
    assert of_view["Saved by"]["self"].text == "ExpBackward0 · kept"
    of_base = sections(inspection(Record(trace), Inspect(Subject("tensor", x))))
    assert of_base["Shared memory"]["seen by"].of == Subject("tensor", v)


@given(tapes().map(walked), st.integers(0, 40))
def test_what_is_looked_up_is_what_a_record_cut_off_there_says(tape: Tape, step: int) -> None:
    looked_up, cut = both_ways(Record(tape.trace()._replace(source="pass\n" * 100)), step)
    assert looked_up == cut


def test_what_is_not_there_yet_is_said_to_be_so() -> None:
    assert inspection(Record(TRACE), Inspect(Subject("tensor", 1), 1)) == Inspection(
        Inspect(Subject("tensor", 1), 1), "Not there yet at this step"
    )
    assert inspection(Record(TRACE), Inspect(Subject("op", -1))).sections == ()


def test_hostile_texts_are_made_safe() -> None:
    trace = TRACE._replace(ops=tuple(op._replace(call="a\u202eb" + "x" * 5000) for op in TRACE.ops))
    told = sections(inspection(Record(trace), Inspect(Subject("op", 1))))
    assert told["Forward op"]["written"].text.startswith("abx")
    assert len(told["Forward op"]["written"].text) == 2000


def test_what_cannot_be_read_says_why() -> None:
    found = unable(Inspect(Subject("op", 0)), "Oh: no")
    assert found.sections == (Section("", (Fact("", "Oh: no"),)),)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_phrase_is_there(language: Language) -> None:
    assert all(INSPECTION_WORDS[language])


def hooked() -> Trace:
    """A square with hooks on its leaf, its result and a module."""
    hooks = (
        Hook(0, 0, "register_hook", "clip", 2, 1, 1, None, 1),
        Hook(1, 0, "register_post_accumulate_grad_hook", "bump", None, 0, None, None),
        Hook(2, 0, "register_forward_hook", "look", 3, None, None, "net"),
        Hook(3, 0, "register_hook", "after", 4, None, 0, None),
    )
    calls = (
        HookCall(0, 1, 1, (scalar(2.0),), (scalar(0.0),)),
        HookCall(0, 1, None, (scalar(3.0),), (scalar(3.0),)),
        HookCall(1, 1, 0, (scalar(2.0),), (None,)),
        HookCall(3, 1, 0, (), ()),
    )
    ops = (*TRACE.ops[:1], TRACE.ops[1]._replace(module="net.fc"), *TRACE.ops[2:])
    return TRACE._replace(hooks=hooks, hook_calls=calls, ops=ops)


def hook_facts(kind: Literal["tensor", "op", "grad_fn"], number: int, language: Language = "en") -> list[Fact]:
    found = inspection(Record(hooked()), Inspect(Subject(kind, number), language=language))
    return [fact for section in found.sections if section.title in ("Hooks", "フック") for fact in section.facts]


def test_hooks_are_told_with_their_line_and_what_they_made_of_each_gradient() -> None:
    at = Subject("grad_fn", 1)
    clip, first = Fact("register_hook", "clip · line 2 · removed", 2), Fact("∂", "2.0 → 0.0", of=at)
    assert hook_facts("tensor", 1) == [clip, first, Fact("∂", "3.0, left as it was")]
    assert hook_facts("grad_fn", 1)[:2] == [clip, first]
    bump = Fact("register_post_accumulate_grad_hook", "bump"), Fact(".grad", "2.0 → None", of=Subject("grad_fn", 0))
    sunk = Fact("grad_fn.register_hook", "after · line 4", 4), Fact("grad_inputs", "(), left as it was", of=bump[1].of)
    assert hook_facts("tensor", 0) == hook_facts("grad_fn", 0) == [*bump, *sunk]
    assert hook_facts("tensor", 1, "ja")[2].text == "3.0 (変更なし)"


def test_the_hooks_that_run_in_forward_are_told_of_the_ops_of_their_module() -> None:
    assert hook_facts("op", 1) == [Fact("register_forward_hook", "look · line 3", 3)]
    assert hook_facts("op", 0) == []
