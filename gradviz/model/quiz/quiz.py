"""A handful of questions about a run, in the order of the run, so that no answer is seen before its question."""

from collections.abc import Iterator
from random import Random

from gradviz.model.quiz.grads import arrivals, grads
from gradviz.model.quiz.keeping import kept
from gradviz.model.quiz.made import flags, grad_fns, recorded, version
from gradviz.model.quiz.question import Candidate, Question
from gradviz.model.quiz.raising import raises
from gradviz.model.quiz.scene import Scene
from gradviz.model.quiz.statements import executions
from gradviz.model.quiz.wanted import Wanted
from gradviz.model.why.grounds import Grounds

MOST = 5  # questions of a sitting
_FEW = 3  # below which one that is worth little is asked too
_LEAST = 3.0  # that others must be worth
_CHANCE = 2.5  # what chance may add to that in the first sitting
_LATER = 7.5  # and in another one
_REPEATED = 10  # what a question is worth less that the sitting before asked
_AGAIN = 3  # what another question of the same kind is worth less


def questions(known: Grounds, seed: int) -> tuple[Question, ...]:
    """Return the questions of a sitting: one about a statement at most, the most telling ones.

    Args:
        known: the index of the run.
        seed: how many sittings there were, and of what is left to chance. The same run and seed give the same
            questions, and the next seed gives others as far as there are any.
    """
    among, chance = tuple(candidates(known)), Random(0)
    chosen = _chosen(among, chance, _CHANCE, [])
    for sitting in range(1, seed + 1):
        chance = Random(sitting)
        chosen = _chosen(among, chance, _LATER, chosen)
    asked = [one.question if one.ordered else _shuffled(one.question, chance) for one in chosen]
    return tuple(sorted(asked, key=lambda question: question.ran.before))


def _chosen(among: tuple[Candidate, ...], chance: Random, most: float, before: list[Candidate]) -> list[Candidate]:
    """Choose some, and what was chosen before only where others are worth next to nothing."""
    found = [(one.worth + chance.random() * most, _REPEATED * (one in before), one) for one in among]
    chosen: list[Candidate] = []
    while found and len(chosen) < MOST:
        worth, _, best = max(found, key=lambda each: each[0] - each[1])
        if worth < (_LEAST if len(chosen) >= _FEW else 1.0):
            break
        chosen.append(best)
        found = [(worth - _alike(one, best), less, one) for worth, less, one in found if not _same_answer(one, best)]
    return chosen


def wanted_question(known: Grounds, wanted: Wanted) -> tuple[Question, ...]:
    """Return the question that is wanted; nothing where it cannot be asked about this run."""
    found = [one for one in candidates(known) if _is(one.question, wanted)][-1:]
    return tuple(one.question if one.ordered else _shuffled(one.question, Random(wanted.line)) for one in found)


def _is(question: Question, wanted: Wanted) -> bool:
    return (question.about, question.ran.line, question.names) == (wanted.about, wanted.line, (wanted.name,))


def candidates(known: Grounds) -> Iterator[Candidate]:
    """Yield all that could be asked about a run."""
    for ran in executions(known.trace):
        scene = Scene(known, ran)
        for ask in (grads, flags, grad_fns, recorded, raises, version, arrivals, kept):
            yield from (one for one in ask(scene) if one is not None)


def _shuffled(question: Question, chance: Random) -> Question:
    order = list(range(len(question.choices)))
    chance.shuffle(order)
    return question._replace(choices=tuple(question.choices[at] for at in order), right=order.index(question.right))


def _same_answer(one: Candidate, other: Candidate) -> bool:
    """Whether the answer to one is seen with that to the other: one ran in the other, or they are about one line."""
    mine, its = one.question, other.question
    return mine.ran.overlaps(its.ran) or (mine.ran.line == its.ran.line and mine.about == its.about)


def _alike(one: Candidate, other: Candidate) -> int:
    mine, its = one.question, other.question
    return _AGAIN * (mine.about == its.about) + _AGAIN * (mine.names == its.names and bool(mine.names[0]))
