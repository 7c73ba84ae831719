"""What a box says of hooks: their names, and what those that have run made of the gradient that came last."""

from collections.abc import Callable, Iterable, Iterator

from gradviz.drawing.content.content import Line
from gradviz.drawing.content.telling import Telling
from gradviz.drawing.shapes import TextRole
from gradviz.drawing.words import Words
from gradviz.model.moments.hooked import Hooked
from gradviz.model.trace import Value
from gradviz.model.values import shape_text

_MOST = 4  # that are told in a box


def hook_lines(found: Iterable[Hooked], telling: Telling) -> Iterator[Line]:
    """Yield what is said of the hooks on something, a line or two for each."""
    told = list(found)
    for one in told[:_MOST]:
        yield Line(hook_text(one, telling.words), TextRole.GRAD)
        if one.calls and telling.values and one.calls[-1].before != one.calls[-1].after:
            last = one.calls[-1]
            yield Line(f"{one.hook.given} {change_text(last.before, last.after, telling.value)}", TextRole.GRAD)
    if len(told) > _MOST:
        yield Line(telling.words.more.format(len(told) - _MOST), TextRole.GRAD)


def hook_text(one: Hooked, words: Words) -> str:
    """Return a hook as it was registered: register_hook(clip)."""
    return words.removed.format(one.hook.text) if one.is_removed else one.hook.text


def change_text(
    before: Iterable[Value | None], after: Iterable[Value | None], text: Callable[[Value], str | None]
) -> str:
    """Return what gradients were before and after a hook; `text`: of one of them."""
    return f"{gradients_text(before, text)} → {gradients_text(after, text)}"


def gradients_text(gradients: Iterable[Value | None], text: Callable[[Value], str | None]) -> str:
    """Return what gradients are, one after another; `text`: of one of them."""
    return ", ".join("None" if one is None else text(one) or shape_text(one.shape) for one in gradients) or "()"
