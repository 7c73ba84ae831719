"""A handful of questions about a run, in the order of the run, so that no answer is seen before its question."""

from collections.abc import Iterator
from random import Random

from gradviz.model.quiz.grads import arrivals, grads
from gradviz.model.quiz.made import flags, grad_fns, recorded, version
from gradviz.model.quiz.question import Candidate, Question
from gradviz.model.quiz.raising import raises
from gradviz.model.quiz.scene import Scene
from gradviz.model.quiz.statements import executions
from gradviz.model.why.grounds import Grounds

MOST = 5  # questions of a sitting
_FEW = 3  # below which one that is worth little is asked too
_LEAST = 3.0  # that others must be worth
_CHANCE = 2.5  # what chance may add to that in the first sitting
_LATER = 7.5  # and in another one, which is to ask something else
_AGAIN = 3  # what another question of the same kind is worth less


def questions(known: Grounds, seed: int) -> tuple[Question, ...]:
    """Return the questions of a sitting: one about a statement at most, the most telling ones.

    Args:
        known: the index of the run.
        seed: of what is left to chance: 0 in the first sitting. The same run and seed give the same questions.
    """
    chance = Random(seed)
    most = _LATER if seed else _CHANCE
    found = [(one.worth + chance.random() * most, one) for one in candidates(known)]
    chosen: list[Question] = []
    while found and len(chosen) < MOST:
        worth, best = max(found, key=lambda pair: pair[0])
        if worth < (_LEAST if len(chosen) >= _FEW else 1.0):
            break
        chosen.append(best.question if best.ordered else _shuffled(best.question, chance))
        found = [(worth - _alike(one, best), one) for worth, one in found if not _same_answer(one, best)]
    return tuple(sorted(chosen, key=lambda question: question.ran.before))


def candidates(known: Grounds) -> Iterator[Candidate]:
    """Yield all that could be asked about a run."""
    for ran in executions(known.trace):
        scene = Scene(known, ran)
        for ask in (grads, flags, grad_fns, recorded, raises, version, arrivals):
            yield from (one for one in ask(scene) if one is not None)


def _shuffled(question: Question, chance: Random) -> Question:
    order = list(range(len(question.choices)))
    chance.shuffle(order)
    return question._replace(choices=tuple(question.choices[at] for at in order), right=order.index(question.right))


def _same_answer(one: Candidate, other: Candidate) -> bool:
    """Whether the answer to one is seen with that to the other: they are about the same execution, or line."""
    mine, its = one.question, other.question
    return mine.ran == its.ran or (mine.ran.line == its.ran.line and mine.about == its.about)


def _alike(one: Candidate, other: Candidate) -> int:
    mine, its = one.question, other.question
    return _AGAIN * (mine.about == its.about) + _AGAIN * (mine.names == its.names and bool(mine.names[0]))
