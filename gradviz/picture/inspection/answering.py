"""Answers to "why?" as sections of an Inspection, each question with its claims and the changes that are offered."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from gradviz.model.moments.moment import Moment
from gradviz.model.trace import Op, Tensor
from gradviz.model.why.answers import Answer, of_op, of_tensor
from gradviz.model.why.answerwords import QUESTIONS, answer_text, fix_text
from gradviz.model.why.grounds import Grounds
from gradviz.picture.inspection.inspection import Fact, Section, Subject
from gradviz.picture.picture import Language
from gradviz.picture.record.record import Record
from gradviz.picture.words import WORDS


class Answering:
    """The answers about one run, at a step of it, in a language."""

    def __init__(self, record: Record, moment: Moment, language: Language) -> None:
        """Take the record of the run, a moment of it and the language of the words."""
        self._known: Grounds = record.grounds.at(moment)
        self._fixes = record.fixes
        self._language = language

    def of_tensor(self, tensor: Tensor) -> tuple[Section, ...]:
        """A section for each question about a tensor."""
        return tuple(self._sections(of_tensor(self._known, tensor, self._fixes)))

    def of_op(self, op: Op) -> tuple[Section, ...]:
        """Why it was not recorded, and what can be asked of what it returned."""
        unrecorded = tuple(self._sections(of_op(self._known, op, self._fixes)))
        results = [self._known.moment.known_tensor(number) for number in op.outputs]
        named = [tensor for tensor in results if tensor.names]
        return unrecorded + (self.of_tensor(named[0]) if named else ())

    def _sections(self, answers: Iterable[Answer]) -> Iterator[Section]:
        for question, told in groupby(answers, key=lambda answer: answer.question):
            facts = tuple(fact for answer in told for fact in self._facts(answer))
            yield Section(QUESTIONS[self._language][question], facts)

    def _facts(self, answer: Answer) -> Iterator[Fact]:
        """The claim, where to look, and what can be done about it."""
        yield Fact("", answer_text(answer, self._language))
        if answer.grad_fn is not None:
            name = self._known.trace.grad_fns[answer.grad_fn].name
            yield Fact("", name, answer.line, Subject("grad_fn", answer.grad_fn))
        elif answer.line is not None:
            yield Fact("", WORDS[self._language].line.format(answer.line), answer.line)
        for fix in answer.fixes:
            yield Fact("", fix_text(fix, self._language), edit=fix.edit)
