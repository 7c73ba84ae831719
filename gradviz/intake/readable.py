"""Records of a run cut to what a person reads, and sizes to what can be: an honest program may be odd.

Believes nothing of what it is given but its types.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from gradviz.model.errors.errors import hint
from gradviz.model.rules import CAUGHT, LARGE
from gradviz.model.trace import End, GradFn, Memory, Output, Page, ProgramError, Step, Tensor

NAME = 100  # characters of a name
TEXT = 500  # characters of a call, a dtype, a line of the program
MESSAGE = 4000  # characters of an error or a warning

Record = TypeVar("Record", bound=tuple[object, ...])


def longest_text(payload: bytes) -> int:
    """Return how many characters the longest text of a page has at most, without looking at its records."""
    return len(payload) if b"\\" in payload else max(map(len, payload.split(b'"')[1::2]), default=0)


def shorter(page: Page) -> Page:
    """Return the page with the texts of its records cut."""
    return page._replace(
        tensors=tuple(_cut(tensor, TEXT) for tensor in page.tensors),
        ops=tuple(_cut(op, TEXT) for op in page.ops),
        grad_fns=tuple(_cut(_told_shortly(grad_fn), TEXT) for grad_fn in page.grad_fns),
        steps=tuple(map(_named_shortly, page.steps)),
        backwards=tuple(_cut(call, TEXT) for call in page.backwards),
        regions=tuple(_cut(region, TEXT) for region in page.regions),
        warnings=tuple(_cut(warned, MESSAGE) for warned in page.warnings),
        modules=tuple(_cut(module, TEXT) for module in page.modules),
        hooks=tuple(_cut(hook, NAME) for hook in page.hooks),
        sealed=tuple(_shortened(path, NAME) for path in page.sealed),
    )


def readable(page: Page, characters: int) -> Page:
    """Return the page with sizes that can be, its end as it is read, and no more than so many characters of output."""
    return page._replace(
        tensors=page.tensors if _can_be([one.nbytes for one in page.tensors]) else tuple(map(_sized, page.tensors)),
        grad_fns=page.grad_fns if _can_be(_saved_sizes(page.grad_fns)) else tuple(map(_kept, page.grad_fns)),
        output=_printed(page.output, characters),
        end=None if page.end is None else _last_words(page.end),
    )


def _cut(record: Record, most: int) -> Record:
    """The record with its texts cut: a named tuple of the same type."""
    for field in record:
        if isinstance(field, str) and len(field) > most:
            fields = (_shortened(one, most) if isinstance(one, str) else one for one in record)
            return tuple.__new__(type(record), fields)
    return record


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _can_be(sizes: Sequence[int]) -> bool:
    """Whether all are as many bytes as there are addresses. A tensor expanded to nearly 2**63 elements has more."""
    return max(sizes, default=0) < LARGE


def _sized(tensor: Tensor) -> Tensor:
    return tensor._replace(nbytes=min(tensor.nbytes, LARGE - 1))


def _saved_sizes(grad_fns: Sequence[GradFn]) -> list[int]:
    saved = [one for grad_fn in grad_fns for one in grad_fn.saved]
    return [one.nbytes for one in saved] + [one.keeps for one in saved]


def _kept(grad_fn: GradFn) -> GradFn:
    most = LARGE - 1
    sized = [one._replace(nbytes=min(one.nbytes, most), memory=min(one.keeps, most)) for one in grad_fn.saved]
    return grad_fn._replace(saved=tuple(sized))


def _told_shortly(grad_fn: GradFn) -> GradFn:
    told = {name[:NAME]: one[:NAME] if isinstance(one, str) else one for name, one in (grad_fn.settings or {}).items()}
    return grad_fn._replace(
        settings=told or grad_fn.settings, saved=tuple(_cut(saved, NAME) for saved in grad_fn.saved)
    )


def _named_shortly(step: Step) -> Step:
    if step.function is not None and len(step.function) > NAME:
        step = step._replace(function=_shortened(step.function, NAME))
    if step.names and any(len(name) > NAME for name in step.names):
        step = step._replace(names=_short(step.names))
    if step.arguments:
        step = step._replace(arguments=_short(step.arguments))
    if step.elsewhere:
        step = step._replace(elsewhere={scope: _short(names) for scope, names in step.elsewhere.items()})
    return step


def _short(names: dict[str, int | None]) -> dict[str, int | None]:
    return {_shortened(name, NAME): tensor for name, tensor in names.items()}


def _printed(pieces: Iterable[Output], characters: int) -> tuple[Output, ...]:
    """What was printed, up to so many characters; the engine cuts too, but is not trusted to."""
    found: list[Output] = []
    for piece in pieces:
        text = piece.text[:characters]
        characters -= len(text)
        if text:
            found.append(piece._replace(text=text))
    return tuple(found)


def _last_words(end: End) -> End:
    error = None if end.error is None else explained(end.error)
    limits = None if end.limits is None else _cut(end.limits, TEXT)
    caught = tuple(map(explained, end.caught[:CAUGHT]))
    return end._replace(error=error, limits=limits, memory=_measured(end.memory), caught=caught)


def explained(error: ProgramError) -> ProgramError:
    """Return an error as it is read, with what is known of its kind."""
    error = _cut(error, MESSAGE)
    return error._replace(hint=hint(error))


def _measured(memory: Memory) -> Memory:
    return tuple.__new__(Memory, (size if size is None else min(size, LARGE - 1) for size in memory))
