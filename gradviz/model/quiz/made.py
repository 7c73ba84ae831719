"""Questions about what a statement made: flags, grad_fn and version of tensors, and whether it was recorded."""

import re
from collections.abc import Iterator

from gradviz.model.quiz.question import NONE, Asked, Candidate, Question, Reason, Said, candidate, literal
from gradviz.model.quiz.scene import Scene
from gradviz.model.trace import Tensor
from gradviz.model.why.answers import of_op

_FLAGS = [(True, True), (True, False), (False, True), (False, False)]
_USUAL = ("AddBackward0", "MulBackward0", "PowBackward0", "SumBackward0")
_UNRECORDED = {
    None: "recorded",
    "no_grad": "no_grad",
    "inference": "inference",
    "no input requires grad": "untracked",
    "detach": "detach",
    "not differentiable": "not differentiable",
}
_IN_PLACE = re.compile(r"\w_\(|[-+*/@]=|\]\s*=[^=]")  # a change in place that is written out
_GRAD_FNS = 40  # of a run among which a wrong choice is looked for


def flags(scene: Scene) -> Iterator[Candidate]:
    """Yield questions whether what was made requires grad and is a leaf."""
    for name, tensor in scene.bound.items():
        choices = tuple(_flag_text(*pair) for pair in _FLAGS)
        right = choices.index(_flag_text(tensor.requires_grad, tensor.is_leaf))
        asks, reasons = scene.asks("flags", name=name), _of_flags(scene, name, tensor)
        asked = Question("flags", scene.ran, (name,), tensor.id, asks, choices, right, reasons)
        yield Candidate(_surprise(scene, name, tensor), asked, ordered=True)


def _flag_text(requires_grad: bool, is_leaf: bool) -> Said:
    return literal(f"requires_grad {requires_grad}\nis_leaf {is_leaf}")


def _surprise(scene: Scene, name: str, tensor: Tensor) -> int:
    """How likely a person is to be wrong."""
    was = scene.were.get(name)
    lost = was is not None and was != tensor.id and not tensor.is_leaf and scene.before.known_tensor(was).is_leaf
    if lost:
        return 9
    if tensor.made_by is None or tensor.made_by in scene.after.history.born:
        return 1 if tensor.requires_grad else 3
    maker = scene.trace.ops[tensor.made_by]
    return 4 if maker.grad_fn is not None else 7


def _of_flags(scene: Scene, name: str, tensor: Tensor) -> tuple[Reason, ...]:
    grad_fn = None if tensor.grad_fn is None else scene.trace.grad_fns[tensor.grad_fn].name
    if tensor.requires_grad:
        leaf = Said("leaf", {"name": name}) if grad_fn is None else Said("no leaf", {"name": name, "grad_fn": grad_fn})
        return (*scene.why("requires_grad", tensor), leaf)
    return (*_why_not(scene, tensor), _free(name, tensor))


def _why_not(scene: Scene, tensor: Tensor) -> tuple[Reason, ...]:
    """Why a tensor does not require grad, which is also why it has no .grad; nothing of one that has a .grad."""
    return scene.why("grad", tensor)


def _free(name: str, tensor: Tensor) -> Said:
    return Said("free leaf" if tensor.is_leaf else "given up", {"name": name})


def grad_fns(scene: Scene) -> Iterator[Candidate | None]:
    """Yield questions which grad_fn what was made has."""
    known = [one.name for one in scene.trace.grad_fns[:_GRAD_FNS] if one.variable is None]
    for name, tensor in scene.bound.items():
        own = None if tensor.grad_fn is None else scene.trace.grad_fns[tensor.grad_fn].name
        leaf = tensor.requires_grad and own is None
        changed = scene.before.tensor(tensor.id) is not None
        wrong = [literal("AccumulateGrad") if leaf else NONE, *map(literal, _others(known)), *map(literal, _USUAL)]
        if own is None and not leaf:
            reasons = _why_not(scene, tensor) or (_free(name, tensor),)
            worth = 4 if _surprise(scene, name, tensor) > 3 else 1
        else:
            reasons = (_made_by(name, own),)
            worth = 1 if leaf else 7 if changed else 5
        asked = Asked("grad_fn", scene.ran, scene.asks("grad_fn", name=name), name, tensor.id)
        right = NONE if own is None else literal(own)
        yield candidate(worth, asked, right, [*wrong, NONE], reasons)


def _others(known: list[str]) -> list[str]:
    """Each name once, those of the ops that come late in a run first: they are not yet to be seen."""
    return list(dict.fromkeys(reversed(known)))[:3]


def _made_by(name: str, own: str | None) -> Said:
    return Said("sink", {"name": name}) if own is None else Said("made", {"name": name, "grad_fn": own})


def recorded(scene: Scene) -> Iterator[Candidate | None]:
    """Yield the question whether autograd recorded the line, where it did so with all of it or with nothing."""
    made = {op.id for op in scene.ops}
    reasons = {None if op.grad_fn is not None else op.why_unrecorded or "" for op in scene.ops}
    if len(reasons) != 1 or scene.calls:
        return
    (reason,) = reasons
    results = ((name, one) for name, one in scene.bound.items() if one.made_by in made)
    name, result = next((found for found in results if found[1].requires_grad == (reason is None)), ("", None))
    if reason not in _UNRECORDED or result is None:
        return
    modes = any(region.mode != "grad" for region in scene.trace.regions)
    nested = scene.ops[0].region is not None
    worth = (8 if nested else 5 if modes else 2) if reason is None else 7 if nested else 5
    true = _true_as_well(scene, reason)
    wrong: list[Said | None] = [Said(f"is {key}") for key in _UNRECORDED.values() if key not in true]
    why: tuple[Reason, ...] = of_op(scene.known_after, scene.ops[-1])
    if reason is None:
        why = scene.why("requires_grad", result)
    asked = Asked("recorded", scene.ran, scene.asks("recorded", code=scene.ran.text), name, result.id)
    right = Said(f"is {_UNRECORDED[reason]}")
    yield candidate(worth, asked, right, wrong, why)


def _true_as_well(scene: Scene, reason: str | None) -> set[str]:
    """The reasons beside the one that torch goes by for which nothing would have been recorded either."""
    given = (scene.before.known_tensor(number) for op in scene.ops for number in op.inputs)
    found = set() if any(tensor.requires_grad for tensor in given) or reason is None else {"untracked"}
    return found | {"no_grad"} if reason == "inference" else found  # which switches grad mode off too


def version(scene: Scene) -> Iterator[Candidate | None]:
    """Yield questions where the version counter of a tensor stands that was there and may have been changed."""
    if not _IN_PLACE.search(scene.ran.text):
        return  # it counts what somebody else's code does, and nobody can know that
    for name, number in scene.names.items():
        was, now = scene.before.tensor(number), scene.after.tensor(number)
        if was is None or now is None or was.version is None or now.version is None:
            continue
        moved = now.version != was.version
        if not moved and f"{name}.data" not in scene.ran.text:
            continue
        told: dict[str, str | int] = {"name": name, "then": was.version, "now": now.version}
        numbers = (was.version, now.version + 1, 0, now.version + 2, max(0, now.version - 1))
        wrong = [literal(str(one)) for one in numbers]
        asked = Asked("version", scene.ran, scene.asks("version", name=name), name, number)
        reason = Said("counted" if moved else "not counted", told)
        yield candidate(4 if moved else 8, asked, literal(str(now.version)), [*wrong], (reason,))
