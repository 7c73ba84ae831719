"""Questions whether a statement raises an error: of the one that does, and of those that look as if they would."""

import re
from collections.abc import Iterator

from gradviz.model.quiz.question import Asked, Candidate, Reason, Said, candidate, literal
from gradviz.model.quiz.scene import Scene
from gradviz.model.trace import ProgramError
from gradviz.model.why.answers import of_op

# By the hint of the error: those that a person may take for each other at such a statement.
_OF_BACKWARD = ("second-backward", "version", "not-tracked", "non-scalar")
_OF_OTHERS = ("leaf-inplace", "infer-save", "flag-non-leaf", "int-grad", "retain-no-rg")
SHORT = frozenset((*_OF_BACKWARD, *_OF_OTHERS, "view-of-leaf", "infer-inplace", "infer-rg", "unused", "typo"))
_FINE = Said("fine")
_IN_PLACE = re.compile(r"\w_\(|\S=\s|\]\s*=[^=]|\bretain_grad\(|requires_grad")
_LONGEST = 90  # characters of an error that is quoted


def raises(scene: Scene) -> Iterator[Candidate | None]:
    """Yield the question what happens at a statement, where that is worth asking."""
    trace, ran = scene.trace, scene.ran
    backward = bool(scene.calls)
    likely = _OF_BACKWARD if backward or ".backward(" in ran.text else _OF_OTHERS
    wrong: list[Said | None] = [_FINE, *(Said(f"raises {hint}") for hint in likely)]
    asks = scene.asks("raises", code=ran.text)
    if ran.raised and trace.error is not None:
        error = trace.error
        if error.hint == "not-tracked":  # of a root of several elements the other may hold as well
            wrong = [one for one in wrong if one != Said("raises non-scalar")]
        worth = 12 if error.hint in SHORT else 4  # a rare one stands out among these
        yield candidate(worth, Asked("raises", ran, asks), _error(error), wrong, (error,))
    elif not ran.raised and not ran.guarded and _looks_wrong(scene):
        yield candidate(5, Asked("raises", ran, asks), _FINE, wrong, _why_fine(scene))


def _error(error: ProgramError) -> Said:
    if error.hint in SHORT:
        return Said(f"raises {error.hint}")
    text = " ".join(f"{error.type}: {error.message}".split())
    return literal(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _looks_wrong(scene: Scene) -> bool:
    """Whether a statement runs backward where that has run already, or changes in place what requires grad."""
    if scene.calls:
        ran = {step.grad_fn for step in scene.steps if step.kind == "backward" and step.grad_fn is not None}
        return any(scene.before.runs(grad_fn) for grad_fn in ran)
    changed = [scene.before.tensor(op.outputs[0]) for op in scene.ops if op.outputs and op.outputs[0] in op.inputs]
    return bool(_IN_PLACE.search(scene.ran.text)) and any(one is not None and one.requires_grad for one in changed)


def _why_fine(scene: Scene) -> tuple[Reason, ...]:
    """Why a backward call went through, or why a change in place did: autograd did not look, or it looked on."""
    roots = [root for call in scene.calls for root in call.roots if root is not None]
    root = scene.before.tensor(roots[0]) if roots else None
    adds = all(call.accumulates for call in scene.calls)
    told = () if root is None or not adds else scene.why("again", root, before=True)
    again = tuple(one for one in told if one.said.startswith("adds"))
    unrecorded = tuple(answer for op in scene.ops for answer in of_op(scene.known_after, op))
    return again or unrecorded[-1:] or (Said("went through", {"line": scene.ran.line}),)
