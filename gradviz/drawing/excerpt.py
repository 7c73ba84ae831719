"""Part of a Drawing as a Drawing of its own: what is seen of it, some of its nodes, with a legend or without one."""

from collections.abc import Iterable, Sequence

from gradviz.drawing.legend import legend_marks
from gradviz.drawing.shapes import HEATS, Drawing, Mark, Role
from gradviz.drawing.words import Words
from gradviz.layout.geometry import Rect, Size

MARGIN = 24.0
OVERHANG = 12.0  # how far a mark may be painted beyond its rectangle: pens, and the heads of arrows
_PANEL = "legend"  # the id of the ground of a legend


def seen(drawing: Drawing, place: Rect) -> Drawing:
    """Return what is within a place; a mark that reaches out of it is cut by the border of the picture.

    Args:
        drawing: the whole.
        place: in its units; what of it lies outside the drawing is left out.
    """
    x, y = max(place.x, 0.0), max(place.y, 0.0)
    right, bottom = min(place.right, drawing.size.width), min(place.bottom, drawing.size.height)
    place = Rect(x, y, max(right - x, 0.0), max(bottom - y, 0.0))
    near = place.grown(OVERHANG)

    def within(marks: Sequence[Mark]) -> tuple[Mark, ...]:
        return tuple(mark for mark in marks if mark.rect.overlaps(near))

    kept = drawing._replace(
        frames=within(drawing.frames),
        edges=within(drawing.edges),
        titles=within(drawing.titles),
        nodes=within(drawing.nodes),
        legend=within(drawing.legend),
    )
    return _framed(kept, place)


def only(drawing: Drawing, names: frozenset[str]) -> Drawing:
    """Return some nodes and edges, the edges between those nodes and the frames they are in; without a legend.

    Args:
        drawing: the whole.
        names: ids of marks.
    """
    nodes = tuple(mark for mark in drawing.nodes if mark.id in names)
    edges = tuple(mark for mark in drawing.edges if mark.id in names or (mark.ends and names.issuperset(mark.ends)))
    frames = tuple(mark for mark in drawing.frames if any(mark.rect.contains(node.rect.center) for node in nodes))
    titles = tuple(mark for mark in drawing.titles if _frame_of(mark, drawing.frames) in frames)
    kept = drawing._replace(frames=frames, titles=titles, edges=edges, nodes=nodes, legend=())
    return _framed(kept, _extent((*frames, *edges, *nodes)).grown(MARGIN))


def explained(drawing: Drawing, words: Words | None) -> Drawing:
    """Return a drawing with a legend of the kinds it shows. What it says of heat it says always: numbers need it.

    Args:
        drawing: with a legend or without.
        words: of the language of the legend; None: there is to be none.
    """
    return explained_alike((drawing,), words)[0]


def explained_alike(drawings: Sequence[Drawing], words: Words | None) -> list[Drawing]:
    """Return drawings of several moments with one legend, of all the kinds that any of them shows: it stands still.

    Args:
        drawings: in the same places.
        words: as for one drawing.
    """
    pictures = [drawing for drawing in drawings if not _is_card(drawing)]
    bare = [_bare(drawing) for drawing in pictures]
    shown = {id(mark): mark for one in bare for marks in (one.frames, one.edges, one.nodes) for mark in marks}
    said = {mark.role: mark.title for drawing in pictures for mark in drawing.legend if mark.id != _PANEL}
    if words is None:
        kinds = {role: text for role, text in said.items() if role in HEATS}
    else:
        beside = any(mark.role is Role.COLUMN for mark in shown.values())
        kinds = words.kinds | ({Role.GHOST: words.not_there} if beside else {}) | said
    width = max((one.size.width for one in bare), default=0.0)
    height = max((one.size.height for one in bare), default=0.0)
    legend, size = legend_marks(shown.values(), Size(width, height), MARGIN, kinds)
    told = iter([one._replace(legend=legend, size=size) for one in bare])
    return [drawing if _is_card(drawing) else next(told) for drawing in drawings]


def _is_card(drawing: Drawing) -> bool:
    """Whether all there is to see says why there is nothing."""
    return bool(drawing.legend) and drawing.legend[0].id != _PANEL


def _bare(drawing: Drawing) -> Drawing:
    """A drawing without its legend, as large as it is without."""
    if not drawing.legend:
        return drawing
    extent = _extent((*drawing.frames, *drawing.edges, *drawing.nodes)).grown(MARGIN)
    height = max(extent.bottom, drawing.legend[0].rect.y)
    return drawing._replace(legend=(), size=Size(min(extent.right, drawing.size.width), height))


def _framed(drawing: Drawing, place: Rect) -> Drawing:
    """A drawing moved so that a place of it is all there is to see."""

    def moved(marks: Sequence[Mark]) -> tuple[Mark, ...]:
        return tuple(mark.moved(-place.x, -place.y) for mark in marks)

    return drawing._replace(
        size=Size(place.width, place.height),
        frames=moved(drawing.frames),
        edges=moved(drawing.edges),
        titles=moved(drawing.titles),
        nodes=moved(drawing.nodes),
        legend=moved(drawing.legend),
    )


def _extent(marks: Iterable[Mark]) -> Rect:
    """The smallest place that holds all of the marks; of none, a place without extent."""
    rects = [mark.rect for mark in marks]
    if not rects:
        return Rect(0.0, 0.0, 0.0, 0.0)
    x, y = min(rect.x for rect in rects), min(rect.y for rect in rects)
    return Rect(x, y, max(rect.right for rect in rects) - x, max(rect.bottom for rect in rects) - y)


def _frame_of(title: Mark, frames: tuple[Mark, ...]) -> Mark | None:
    """The innermost frame that a title stands in."""
    around = [frame for frame in frames if frame.rect.contains(title.rect.center)]
    return min(around, key=lambda frame: frame.rect.width * frame.rect.height, default=None)
