"""What heat does to a picture: the number in the box, its ground, its outline, its gauge, and the scale in the legend.

Colour is never alone: the hotter a box, the heavier its outline and the longer its gauge.
"""

from gradviz.drawing.content.content import Content, Line
from gradviz.drawing.shapes import HEATS, Role, TextRole
from gradviz.drawing.words import Words
from gradviz.model.costs.heat import Heat, bounds, size_text

_HEATED = (Role.OP, Role.UNRECORDED, Role.FOLD, Role.ACCUMULATE)  # an error stays one


def heated(content: Content, node: str, heat: Heat, words: Words) -> Content:
    """Return what a box says, with what its node costs."""
    level = heat.level(node)
    if not level:
        return content
    text = words.heats[heat.of].format(heat.text(node))
    return content._replace(
        role=HEATS[level - 1] if content.role in _HEATED else content.role,
        lines=(*content.lines, Line(heat.text(node), TextRole.BODY)),
        details=(*content.details, text, *((words.heat_caveat,) if heat.of == "time" else ())),
        gauge=heat.share(node),
    )


def scale(heat: Heat, words: Words) -> dict[Role, str]:
    """What each ground stands for, with units; nothing where nothing is hot."""
    if not heat.most:
        return {}
    found: dict[Role, str] = {}
    for level, role in enumerate(HEATS, 1):
        low, high = (size_text(heat.of, share * heat.most) for share in bounds(level))
        if low == high:  # of a few bytes there are no four parts
            continue
        told = words.between.format(low, high) if found else words.up_to.format(high)
        found[role] = words.heats[heat.of].format(told)
    return found
