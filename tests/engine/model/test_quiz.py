"""The right answers of quizzes against the bare interpreter, looked at before and after the line of each question.

GRADVIZ_PROGRAMS sets how many programs hypothesis writes.
"""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.moments.moment import History
from gradviz.model.quantities import byte_text
from gradviz.model.quiz.question import Candidate, Question, kind, kind_of, numbers
from gradviz.model.quiz.quiz import MOST, candidates, questions
from gradviz.model.quiz.quizwords import asked as words_of
from gradviz.model.quiz.quizwords import choice_text, reason_text
from gradviz.model.trace import Step, Trace
from gradviz.model.why.grounds import Grounds, grounds
from gradviz.resources import Lesson, lessons
from tests.engine.bare import (
    NOT_ASKED,
    SEED,
    Facts,
    Moment,
    bare_asked,
    bare_calls,
    bare_hooked,
    bare_kept,
    bare_moments,
    bare_run,
)
from tests.engine.programs import PROGRAMS, sweep
from tests.engine.recording import record
from tests.engine.typed import TYPED


@sweep(150)
@given(PROGRAMS, st.integers(0, 9))
def test_the_right_answers_are_those_of_the_bare_program(source: str, seed: int) -> None:
    _check(source, seed)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_the_right_answers_about_a_lesson_are_those_of_the_bare_program(lesson: Lesson) -> None:
    known = _check(lesson.source, 0)
    assert questions(known, 0)
    for idea in lesson.telling.ideas:
        _check(lesson.source.replace(idea.old, idea.new), 1)


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.filterwarnings("ignore")
def test_the_right_answers_about_what_people_type_are_those_of_the_bare_program(name: str) -> None:
    _check(TYPED[name], 2)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_another_sitting_asks_something_else_where_there_is_something_else_to_ask(lesson: Lesson) -> None:
    known = grounds(History(record(lesson.source, seed=SEED)))
    questions_about = Counter(one.question.ran for one in candidates(known))
    sittings = [questions(known, seed) for seed in range(4)]
    assert all(sittings)
    for before, after in pairwise(sittings):
        asked = {(one.about, one.ran, one.names) for one in before}
        repeated = [one for one in after if (one.about, one.ran, one.names) in asked]
        assert all(questions_about[one.ran] == 1 for one in repeated)


def test_a_line_of_a_loop_may_be_recorded_in_one_round_and_not_in_another() -> None:
    loop = "import torch\nx = torch.ones(2)\nfor step in range(2):\n    y = x * 2\n    x.requires_grad = True\n"
    found = [one.question for one in candidates(_check(loop, 0))]
    answers = [(one.ran.times, one.choices[one.right].key) for one in found if one.about == "recorded"]
    assert answers == [(1, "is untracked"), (2, "is recorded")]


def test_functions_and_statements_of_several_lines_are_asked_about() -> None:
    source = (
        "import torch\ndef scaled(t, by):\n    u = t.detach()\n"
        "    v = (\n        t * by\n        + u\n    )\n    return v\n"
        "x = torch.ones(32, requires_grad=True)\ny = scaled(\n    x,\n    x,\n)\ny.sum().backward()\n"
    )
    asked = {
        (one.question.about, one.question.ran.line, one.question.names[0]) for one in candidates(_check(source, 0))
    }
    assert {("flags", 3, "u"), ("recorded", 4, "v"), ("grad_fn", 10, "y"), ("kept", 10, ""), ("kept", 14, "")} <= asked


def _check(source: str, seed: int) -> Grounds:
    """Check all that could be asked, and what is asked of a seed."""
    trace = record(source, seed=SEED)
    known = grounds(History(trace))
    asked = list(candidates(known))
    bare = _Bare(source, trace, {name for one in asked for name in one.question.names if "." in name})
    for one in asked:
        _is_fair(one)
        bare.check(one.question)
    sitting = questions(known, seed)
    assert sitting == questions(grounds(History(trace)), seed)
    assert len(sitting) <= MOST
    ends = [trace.steps[-1].id + 1 if one.ran.after is None else one.ran.after for one in sitting]
    # No answer is seen before its question.
    assert all(end <= later.ran.before for end, later in zip(ends, sitting[1:], strict=False))
    for question in sitting:
        bare.check(question)
    return known


def _is_fair(one: Candidate) -> None:
    question = one.question
    for language in ("en", "ja"):
        texts = [choice_text(choice, language) for choice in question.choices]
        assert len(set(texts)) == len(texts) > 1
        assert words_of(question.asks, language)
        assert all(reason_text(reason, language) for reason in question.reasons)
    assert question.reasons


_OF_NAMES = ("grad", "grads", "flags", "grad_fn", "recorded", "version")


class _Bare:
    """What the bare program has before each line of its module, and at its end."""

    def __init__(self, source: str, trace: Trace, paths: set[str]) -> None:
        self._source, self._moments = source, bare_moments(source, paths)
        self._run = bare_run(source, paths)
        steps = [step for step in trace.steps if step.kind == "line" and step.scope == 0 and step.line is not None]
        assert [step.line for step in steps] == [line for line, _ in self._moments]
        self._at = {step.id: place for place, step in enumerate(steps)}
        self._in_calls = _joined(trace, bare_calls(source, paths))

    def check(self, question: Question) -> None:
        right = choice_text(question.choices[question.right], "en")
        if question.ran.function is not None and question.about not in _OF_NAMES:
            return  # nobody stops the bare program in the middle of a function
        if question.about == "raises":
            self._check_error(question, right)
        elif question.about == "kept":
            after = question.ran.after
            assert right == byte_text(bare_kept(self._source, len(self._at) if after is None else self._at[after]))
        elif question.about == "arrives":
            assert right == self._arrives(question)
        elif question.about == "recorded":
            made = self._after(question, question.names[0]).grad_fn is not None  # it is of what the line made
            assert (right == "Yes") == made
        else:
            assert right == self._told(question)

    def _told(self, question: Question) -> str:
        facts = [self._after(question, name) for name in question.names]
        first = facts[0]
        if question.about == "flags":
            return f"requires_grad {first.requires_grad}\nis_leaf {first.is_leaf}"
        if question.about == "grad_fn":
            return str(first.grad_fn)
        if question.about == "version":
            return str(first.version)
        grads = [_grad_text(one, question) for one in facts]
        if question.about == "grad":
            return grads[0]
        return "\n".join(f"{name}.grad = {text}" for name, text in zip(question.names, grads, strict=True))

    def _after(self, question: Question, name: str) -> Facts:
        after = question.ran.after
        if after is None:
            return self._run.tensors[name]
        if question.ran.function is not None:
            return self._in_calls[after][name]
        place = self._at[after]
        facts = self._moments[place][1][name]
        return bare_asked(self._source, place, name) if facts.grad_fn == NOT_ASKED else facts

    def _check_error(self, question: Question, right: str) -> None:
        last = self._at[question.ran.before] == len(self._moments) - 1
        assert (right != "It runs without an error") == (last and self._run.error is not None)

    def _arrives(self, question: Question) -> str:
        place = self._at[question.ran.before]
        (came,) = bare_hooked(self._source, place, question.names[0])
        found = numbers(came)
        assert found is not None
        return choice_text(found, "en")


def _joined(trace: Trace, calls: list[list[Moment]]) -> dict[int, dict[str, Facts]]:
    """What the bare program has at each step in a function; torch calls some of them where nothing is recorded."""
    scopes: dict[int, list[Step]] = {}
    for step in trace.steps:
        if step.kind == "line" and step.scope:
            scopes.setdefault(step.scope, []).append(step)
    found: dict[int, dict[str, Facts]] = {}
    left = [([line for line, _ in moments], [facts for _, facts in moments]) for moments in calls]
    for steps in scopes.values():
        own = [step.line for step in steps]
        same = next((place for place, (lines, _) in enumerate(left) if own in (lines, lines[:-1])), None)
        if same is not None:  # as it is of a generator, whose pieces are calls here
            found |= {step.id: facts for step, facts in zip(steps, left[same][1], strict=False)}
            left = left[same + 1 :]
    return found


def _grad_text(facts: Facts, question: Question) -> str:
    """The choice that says what .grad is; of one of many elements the bare program is asked for its shape alone."""
    if facts.grad is None:
        return "None"
    right = question.choices[question.right]
    if right.key == "literal":
        found = numbers(facts.grad)
    elif facts.grad.data is None:
        assert "scalar" not in right.key
        found = kind("zeros" if right.key == "zeros" else "filled", facts.grad.shape)
    else:
        found = kind_of(facts.grad)
    assert found is not None
    return choice_text(found, "en")
