"""What one run has beyond another, and what it lacks, as small tags on its boxes; and the ghosts of what is gone.

A tag says in words what differs, has a plus or a minus before it, and an outline for each: no colour tells it alone.
"""

from typing import NamedTuple

from gradviz.drawing.boxes import outline
from gradviz.drawing.metrics import baseline, text_width
from gradviz.drawing.shapes import Mark, Path, Role, Text, TextRole, badge_border
from gradviz.drawing.words import Words
from gradviz.layout.geometry import Point, Rect
from gradviz.model.graph.graph import Node

_HEIGHT = 17.0
_RISE = 12.0  # over the border: the words of the box are below it
_PADDING = 7.0
_GAP = 4.0


class Tag(NamedTuple):
    """One word on what differs."""

    text: str
    gained: bool

    @property
    def whole(self) -> str:
        """The word behind its sign."""
        return f"+ {self.text}" if self.gained else f"− {self.text}"


def tags(was: Node, now: Node, words: Words) -> tuple[Tag, ...]:
    """Return what a node has beyond what the same node was in another run, and what it lacks."""
    if was.ghost or now.ghost:
        return () if was.ghost and now.ghost else (Tag(words.gone if now.ghost else words.new, was.ghost),)
    facts = zip(("grad_fn", "requires_grad", ".grad"), _facts(was), _facts(now), strict=True)
    found = [Tag(name, new) for name, old, new in facts if old != new]
    if was.fold is not None and now.fold is not None and was.fold.times != now.fold.times:
        found.append(Tag(f"× {now.fold.times - was.fold.times:,}".replace("-", ""), now.fold.times > was.fold.times))
    return tuple(found)


def _facts(node: Node) -> tuple[bool, bool, bool]:
    """Whether a node has a grad_fn of its own, requires grad, has a .grad."""
    tensor = node.tensor
    made = bool(node.fold.grad_fns) if node.fold is not None else node.op is not None and node.grad_fn is not None
    return made, tensor is not None and tensor.requires_grad, tensor is not None and tensor.grad is not None


def tagged(mark: Mark, told: tuple[Tag, ...]) -> Mark:
    """Return a mark with tags on the upper border of its box, from the right end."""
    if not told:
        return mark
    paths, texts = list(mark.paths), list(mark.texts)
    box = _box(mark)
    signed = any(path.role is Role.STOP for path in mark.paths)  # the sign of an error stands in that corner
    right = box.right - 2 * _PADDING if signed else box.right + 2 * _PADDING
    for tag in reversed(told):
        role = Role.GAINED if tag.gained else Role.LOST
        width = text_width(tag.whole, TextRole.TAG)
        place = Rect(right - width - 2 * _PADDING, box.y - _RISE, width + 2 * _PADDING, _HEIGHT)
        border = outline.pill(place) if tag.gained else outline.square(place)
        paths.append(Path(border.ops, border.coords, role))
        at = Point(place.center.x, place.center.y + baseline(TextRole.TAG))
        texts.append(Text(at, tag.whole, TextRole.TAG, "middle", width))
        right = place.x - _GAP
    description = "\n".join((*(tag.whole for tag in told), mark.description))
    return mark._replace(paths=tuple(paths), texts=tuple(texts), description=description)


def _box(mark: Mark) -> Rect:
    """What of a mark is its box, without what hangs at it."""
    coords = [path.coords for path in mark.paths if path.role is mark.role]
    xs, ys = [x for one in coords for x in one[::2]], [y for one in coords for y in one[1::2]]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)) if xs else mark.rect


def ghost(mark: Mark, told: str) -> Mark:
    """Return a mark as what is not there: its outline and what it is called, and nothing of a run behind it.

    Args:
        mark: as it is in the run that has it.
        told: that it is missing, in words.
    """
    role = Role.GHOST_EDGE if mark.ends else Role.GHOST
    own = (*(path for path in mark.paths if path.role is mark.role), *badge_border(mark))
    outlines = tuple(path._replace(role=role, filled=False) for path in own)
    texts = () if mark.ends else tuple(text._replace(role=TextRole.MUTED) for text in mark.texts if text.role in _NAMES)
    return mark._replace(
        role=role, paths=outlines, texts=texts, description=told, tensor=None, op=None, grad_fn=None, line=None
    )


_NAMES = (TextRole.TITLE, TextRole.OP, TextRole.GRAD_FN)
