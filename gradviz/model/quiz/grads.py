"""Questions about .grad after a statement, and about the gradient that arrives at a grad_fn.

Wrong choices are what people believe: that .grad is replaced, that an absent one is 0, that every tensor has one, that
it is the value.
"""

from collections.abc import Iterator
from itertools import combinations

from gradviz.model.flow import Passed
from gradviz.model.moments.accumulated import accumulations
from gradviz.model.moments.offenders import Ill, offender_name
from gradviz.model.quiz.question import (
    NONE,
    Asked,
    Candidate,
    Reason,
    Said,
    candidate,
    kind,
    kind_of,
    like,
    literal,
    numbers,
    scaled,
    sound,
    summed,
)
from gradviz.model.quiz.scene import Scene
from gradviz.model.trace import OUTPUT_NR, GradFn, Tensor, Value
from gradviz.model.values import is_read

_ROUNDS = 10  # whose gradients a person may add up


def grads(scene: Scene) -> Iterator[Candidate | None]:
    """Yield questions what .grad of a tensor is after a backward call, or after it was set."""
    if scene.ran.raised:
        return
    found = [_asked(scene, name, tensor) for name, tensor in _concerned(scene)]
    yield from found
    known = [one for one in found if one is not None and _is_short(one)]
    for one, other in combinations(sorted(known, key=lambda each: -each.worth)[:3], 2):
        yield _pair(scene, one, other)


def _concerned(scene: Scene) -> Iterator[tuple[str, Tensor]]:
    for name, number in scene.names.items():
        was, now = scene.before.tensor(number), scene.after.tensor(number)
        if was is None or now is None or not now.dtype.startswith("float"):
            continue
        if scene.calls or was.grad != now.grad:
            yield name, now


def _asked(scene: Scene, name: str, tensor: Tensor) -> Candidate | None:
    right = numbers(tensor.grad) if tensor.grad is not None else NONE
    if right is not None and _few(tensor.value):
        wrong = list(_beliefs(scene, tensor))
    else:
        right, shape = kind_of(tensor.grad), tensor.shape
        wrong = [NONE, kind("zeros", shape), kind("filled", shape), kind("filled", () if shape else (1,))]
    if right is None:
        return None
    worth, reasons = _worth(scene, tensor), tuple(_reasons(scene, name, tensor))
    asked = Asked("grad", scene.ran, scene.asks("grad", name=name), name, tensor.id)
    return candidate(worth, asked, right, wrong, reasons)


def _few(value: Value | None) -> bool:
    return value is not None and is_read(value) and len(value.data or ()) > 0


def _beliefs(scene: Scene, tensor: Tensor) -> Iterator[Said | None]:
    """What people take for the .grad of a tensor; what is no simple number is None."""
    old = scene.before.known_tensor(tensor.id).grad
    if tensor.grad is not None:
        yield numbers(sound(tensor.grad))
        if old is None:
            yield numbers(summed(_all_that_arrived(scene, tensor)))
        yield from (numbers(last) for last in _arrived(scene, tensor)[-1:] if old is not None)
        yield numbers(old)
        yield numbers(tensor.value)
        yield NONE
    if tensor.grad_fn is not None:
        nr = scene.trace.grad_fns[tensor.grad_fn].settings or {}
        place = nr.get(OUTPUT_NR, 0)
        yield numbers(scene.after.gradient(Passed(tensor.grad_fn, place if isinstance(place, int) else 0, True)))
    zeros = tensor.value and numbers(like(tensor.value, 0.0))
    if tensor.grad is None:
        yield zeros
        yield numbers(old)
    yield numbers(tensor.value)
    for number in scene.names.values():
        other = scene.after.known_tensor(number)
        if other.id != tensor.id and other.shape == tensor.shape:
            yield numbers(other.grad)
    yield zeros
    yield numbers(scaled(tensor.grad, -1.0))
    yield tensor.value and numbers(like(tensor.value, 1.0))
    yield numbers(scaled(tensor.grad, 2.0))


def _arrived(scene: Scene, tensor: Tensor) -> list[Value | None]:
    """What an AccumulateGrad was given while the statement ran."""
    sink = _sink(scene, tensor)
    runs = () if sink is None else scene.after.runs(sink.id)
    return [step.arrived[0] for step in runs if step.id > scene.ran.before and step.arrived]


def _all_that_arrived(scene: Scene, tensor: Tensor) -> list[Value | None]:
    """What its AccumulateGrad was given in the rounds up to then, as if nobody had emptied .grad; nothing of many."""
    sink = _sink(scene, tensor)
    runs = () if sink is None else scene.after.runs(sink.id)
    return [step.arrived[0] for step in runs if step.arrived] if len(runs) <= _ROUNDS else []


def _sink(scene: Scene, tensor: Tensor) -> GradFn | None:
    number = scene.known_after.target(tensor)
    found = None if number is None else scene.trace.grad_fns[number]
    return found if found is not None and found.variable == tensor.id else None


def _worth(scene: Scene, tensor: Tensor) -> int:
    """How likely a person is to be wrong."""
    old = scene.before.known_tensor(tensor.id).grad
    if sound(tensor.grad) is not None:
        return 11
    if tensor.grad is None:
        if old is not None:
            return 7
        return 9 if not tensor.is_leaf else 7 if tensor.requires_grad else 4
    if old is None:
        return 8 if kind_of(tensor.grad) == kind("zeros", tensor.grad.shape) or not tensor.is_leaf else 6
    return 10 if old != tensor.grad else 5


def _reasons(scene: Scene, name: str, tensor: Tensor) -> Iterator[Reason]:
    if tensor.grad is None:
        yield from scene.why("grad", tensor)
        return
    old, sink = scene.before.known_tensor(tensor.id).grad, _sink(scene, tensor)
    last = accumulations(scene.after, sink, 1)[-1] if sink is not None and _arrived(scene, tensor) else None
    texts = None if last is None else [numbers(one) for one in (last.old, last.new, last.total)]
    facts: dict[str, str | int] = {"name": name, "line": scene.ran.line}
    if last is None and not tensor.is_leaf:
        yield Said("retained", facts)
    elif last is None:
        yield Said("left alone" if old == tensor.grad else "set", facts)
    elif last.old is None and old is not None:
        yield Said("anew", facts)
    elif last.old is None:
        new = numbers(last.new)
        yield Said("first", facts) if new is None else Said("first known", {**facts, **new.facts})
    elif texts is not None and all(texts) and last.adds_up:
        was, came, total = (str(one.facts["text"]) for one in texts if one is not None)
        yield Said("added", {**facts, "old": was, "new": came, "total": total})
    else:
        yield Said("added to", facts)
    if sound(tensor.grad) is not None:
        began = (one for one in scene.after.offenders.backward if one.ill == Ill.NAN and one.grad_fn is not None)
        yield from (Said("nan", {"by": offender_name(scene.trace, one)}) for one in began)


def _is_short(one: Candidate) -> bool:
    return all(choice == NONE or choice.key == "literal" for choice in one.question.choices)


def _pair(scene: Scene, one: Candidate, other: Candidate) -> Candidate:
    """Two questions as one: their answers are to be seen at the same moment."""
    (name,), (second,) = one.question.names, other.question.names

    def both(first: Said, then: Said) -> Said:
        return literal(f"{name}.grad = {_text(first)}\n{second}.grad = {_text(then)}")

    (right, wrong, *_), (its, false, *_) = one.question.choices, other.question.choices
    choices = (both(right, its), both(right, false), both(wrong, its), both(wrong, false))
    reasons = (*one.question.reasons, *other.question.reasons)
    asked = one.question._replace(
        about="grads",
        names=(name, second),
        asks=scene.asks("grads", name=name, second=second),
        choices=choices,
        reasons=reasons,
    )
    # Of two that are None for the same reason there is less to learn.
    return Candidate(max(one.worth, other.worth) + (1 if right != its else -1), asked)


def _text(choice: Said) -> str:
    return str(choice.facts.get("text", "None"))


def arrivals(scene: Scene) -> Iterator[Candidate | None]:
    """Yield questions which gradient arrives at the grad_fn of a named tensor while backward runs."""
    if len(scene.calls) != 1 or scene.ran.raised:
        return
    roots = scene.calls[0].grad_fns
    for name, number in scene.names.items():
        tensor = scene.before.tensor(number)
        if tensor is None or tensor.grad_fn is None or tensor.grad_fn in roots:
            continue
        grad_fn = scene.trace.grad_fns[tensor.grad_fn]
        runs = [step for step in scene.steps if step.grad_fn == grad_fn.id and step.kind == "backward"]
        if len(runs) != 1 or len(runs[0].arrived) != 1:
            continue
        came, left = runs[0].arrived[0], runs[0].left
        right = None if came is None else numbers(came)
        if came is None or right is None:
            continue
        wrong = [numbers(tensor.value), *map(numbers, left), numbers(like(came, 1.0)), numbers(scaled(came, -1.0))]
        facts: dict[str, str | int] = {"grad_fn": grad_fn.name, "name": name}
        asked = Asked("arrives", scene.ran, scene.asks("arrives", **facts), name, number)
        yield candidate(5, asked, right, wrong, (_from(scene, grad_fn),))


def _from(scene: Scene, grad_fn: GradFn) -> Said:
    """Who passed it on: one grad_fn, or several whose gradients were added up."""
    passed = scene.after.history.passing.get(grad_fn.id, ())
    since = scene.ran.before
    end = len(scene.trace.steps) if scene.ran.after is None else scene.ran.after
    names = [scene.trace.grad_fns[one].name for one, step in passed if since < step.id < end]
    facts: dict[str, str | int] = {"grad_fn": grad_fn.name, "by": ", ".join(names[:4])}
    return Said("passed on" if len(names) == 1 else "met", facts)
