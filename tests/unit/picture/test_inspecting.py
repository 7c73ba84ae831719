"""What there is to say of a tensor, an op and a grad_fn."""

import pytest

from gradviz.picture.inspecting import inspection, unable
from gradviz.picture.inspection import Fact, Inspect, Inspection, Section, Subject
from gradviz.picture.inspectionwords import INSPECTION_WORDS
from gradviz.picture.picture import Language
from tests.unit.model.traces import square

TRACE = square().trace()


def sections(found: Inspection) -> dict[str, dict[str, Fact]]:
    return {section.title: {fact.label: fact for fact in section.facts} for section in found.sections}


def test_a_tensor_says_what_it_is() -> None:
    found = inspection(TRACE, Inspect(Subject("tensor", 1)))
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
    found = inspection(TRACE, Inspect(Subject("grad_fn", 1)))
    assert found.title == "MulBackward0"
    nexts = next(section for section in found.sections if section.title == "next_functions")
    assert [fact.of for fact in nexts.facts] == [Subject("grad_fn", 0)] * 2
    assert nexts.facts[0].text == "AccumulateGrad · x"
    sink = sections(inspection(TRACE, Inspect(Subject("grad_fn", 0))))
    assert sink["Facts"]["variable"].of == Subject("tensor", 0)


def test_an_op_says_what_went_in_and_came_out() -> None:
    told = sections(inspection(TRACE, Inspect(Subject("op", 1))))
    assert told["Facts"]["op"].text == "aten::mul"
    assert [fact.of for fact in told["Inputs"].values()] == [Subject("tensor", 0)] * 2
    assert [fact.of for fact in told["Outputs"].values()] == [Subject("tensor", 1)]


def test_what_is_not_there_yet_is_said_to_be_so() -> None:
    assert inspection(TRACE, Inspect(Subject("tensor", 1), 1)) == Inspection(
        Inspect(Subject("tensor", 1), 1), "Not there yet at this step"
    )
    assert inspection(TRACE, Inspect(Subject("op", -1))).sections == ()


def test_hostile_texts_are_made_safe() -> None:
    trace = TRACE._replace(ops=tuple(op._replace(call="a\u202eb" + "x" * 5000) for op in TRACE.ops))
    told = sections(inspection(trace, Inspect(Subject("op", 1))))
    assert told["Facts"]["written"].text.startswith("abx")
    assert len(told["Facts"]["written"].text) == 2000


def test_what_cannot_be_read_says_why() -> None:
    found = unable(Inspect(Subject("op", 0)), "Oh: no")
    assert found.sections == (Section("", (Fact("", "Oh: no"),)),)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_phrase_is_there(language: Language) -> None:
    assert all(INSPECTION_WORDS[language])
