"""Every claim of every lesson, and of every idea it ends with, against the installed torch."""

from collections.abc import Iterator

import pytest

from gradviz import resources
from gradviz.model.claims import failures
from gradviz.model.quiz.quiz import wanted_question
from gradviz.model.wire import Request
from gradviz.picture.record.record import Record
from gradviz.resources import Lesson
from gradviz.runs import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.mark.slow
@pytest.mark.parametrize("lesson", resources.lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_says_only_what_its_program_shows(lesson: Lesson, engine: Engine) -> None:
    trace = engine.trace(Request(lesson.source))
    assert failures(lesson.telling.claims, trace) == ()
    if lesson.telling.ask is not None:
        (question,) = wanted_question(Record(trace).grounds, lesson.telling.ask.wanted)
        assert len(question.choices) > 1
    for idea in lesson.telling.ideas:
        changed = lesson.source.replace(idea.old, idea.new)
        assert failures(idea.claims, engine.trace(Request(changed))) == (), idea.new
