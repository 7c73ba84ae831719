"""Questions how many bytes are kept for backward after a statement: those of the saved tensors that are not freed.

Wrong choices are what people believe: that every result is kept, that none is, that no_grad frees what is kept.
"""

from collections import Counter
from collections.abc import Iterator

from gradviz.model.moments.kept import kept_at
from gradviz.model.quantities import byte_text
from gradviz.model.quiz.question import Asked, Candidate, Reason, Said, candidate, literal
from gradviz.model.quiz.scene import Scene
from gradviz.model.trace import GradFn

_LARGE = 64  # bytes below which nobody minds where they are
_SAVERS = 3  # kinds of them that are told


def kept(scene: Scene) -> Iterator[Candidate | None]:
    """Yield the question how many bytes are kept, of a statement that might have changed that."""
    history = scene.after.history
    was, now = (kept_at(history.kept, moment.begun).now for moment in (scene.before, scene.after))
    made = [op.grad_fn for op in scene.within if op.grad_fn is not None]
    sizes = [scene.after.known_tensor(one).nbytes for op in scene.within for one in op.outputs] or [0]
    asks = (made or (was and (scene.within or scene.calls))) and max(was, sum(sizes)) >= _LARGE
    if not asks or scene.ran.raised or history.saves_unseen:
        return
    wrong = (was, was + sum(sizes), was + sizes[-1], 0, 2 * now, 2 * sizes[-1], now // 2)
    reasons = tuple(_reasons(scene, [scene.after.known_grad_fn(one) for one in made], was, now))
    worth = 8 if not made and was == now else 6 if now <= was else 5
    told: list[Said | None] = [literal(byte_text(count)) for count in wrong]
    asked = Asked("kept", scene.ran, scene.asks("kept"))
    yield candidate(worth, asked, literal(byte_text(now)), told, reasons)


def _reasons(scene: Scene, made: list[GradFn], was: int, now: int) -> Iterator[Reason]:
    facts: dict[str, str | int] = {"line": scene.ran.line, "was": byte_text(was), "now": byte_text(now)}
    savers = Counter((one.name, _of(one)) for one in made)
    saving = [(name, what, times) for (name, what), times in savers.items() if what]
    for name, what, times in saving[:_SAVERS]:
        yield Said("saves", {"grad_fn": name if times == 1 else f"{times} × {name}", "what": what})
    if now < was:
        yield Said("let go", facts)
    elif not made:
        yield Said("keeps on" if scene.calls else "nothing recorded", facts)
    elif saving and was:
        yield Said("and before", facts)
    elif not saving:
        names = ", ".join(dict.fromkeys(name for name, _ in savers))
        yield Said("freed again" if any(one.saved for one in made) else "saves nothing", {**facts, "grad_fn": names})


def _of(grad_fn: GradFn) -> str:
    """What a grad_fn keeps, each memory once: self 4 KiB."""
    sizes = {
        saved.storage: f"{saved.name} {byte_text(saved.keeps)}" for saved in grad_fn.saved if saved.state == "kept"
    }
    return ", ".join(sizes.values())
