"""How wide a text is, without a font: the boxes of a picture must come out the same on every machine.

The advances are those of DejaVu Sans, which is wide, so that a box sized by them holds the same text in most other
sans-serif fonts. Where a font is wider still, the painter squeezes the line into the width it was promised.
"""

import unicodedata
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import NamedTuple

from gradviz.drawing.shapes import TextRole

ELLIPSIS = "…"
WIDEST = 300.0  # pixels of one line in a box

# Advances of U+0020 to U+007E in thousandths of an em.
_REGULAR = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_BOLD = (
    *(348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365),
    *(696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580),
    *(1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850),
    *(733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500),
    *(500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687),
    *(716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838),
)
_MIDDLE_DOT = "\u00b7"
_LETTER = 720  # Latin beyond ASCII, Greek, Cyrillic: nine in ten are narrower
_SIGN = 880  # mathematical signs, arrows, dashes
_BOLDER = 1.1


class Face(NamedTuple):
    """The size in pixels and the weight of a text."""

    size: float
    bold: bool = False


FACES: dict[TextRole, Face] = {
    TextRole.TITLE: Face(14, bold=True),
    TextRole.OP: Face(13, bold=True),
    TextRole.BODY: Face(12),
    TextRole.GRAD: Face(12),
    TextRole.GRAD_FN: Face(12),
    TextRole.GRADIENT: Face(12, bold=True),
    TextRole.MUTED: Face(12),
    TextRole.TROUBLE: Face(12, bold=True),
    TextRole.REGION: Face(12),
    TextRole.ROOT: Face(12, bold=True),
    TextRole.SAVED: Face(11),
    TextRole.LEGEND: Face(12),
    TextRole.TAG: Face(11, bold=True),
    TextRole.BADGE: Face(12, bold=True),
}
LINE_HEIGHT = 1.4  # Japanese needs it; Latin looks calmer with it
_ASCENT = 0.36  # of the size: from the middle of a line down to its baseline


def line_height(role: TextRole) -> float:
    """The height of one line in pixels."""
    return round(FACES[role].size * LINE_HEIGHT)


def baseline(role: TextRole) -> float:
    """How far below the middle of its line the baseline of a text lies, in pixels."""
    return FACES[role].size * _ASCENT


@lru_cache(maxsize=16384)
def text_width(text: str, role: TextRole) -> float:
    """The width of one line in pixels."""
    size, bold = FACES[role]
    advances = _BOLD if bold else _REGULAR
    total = 0.0
    for character in text:
        code = ord(character) - 32
        total += advances[code] if 0 <= code < len(advances) else _advance(character, bold)
    return total * size / 1000


def elided(text: str, role: TextRole, width: float) -> str:
    """The text, cut at its end with an ellipsis where it is wider than `width` pixels."""
    if text_width(text, role) <= width:
        return text
    return text[: _fitting(text, role, width - text_width(ELLIPSIS, role))].rstrip() + ELLIPSIS


def wrapped(text: str, role: TextRole, width: float, most: int) -> list[str]:
    """Return a text in lines no wider than this, broken between words where that can be; the last of `most` is cut."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most - 1 and text_width(rest, role) > width:
        fits = max(1, _fitting(rest, role, width))
        space = rest.rfind(" ", 0, fits + 1)
        cut = space if space > 0 else fits
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, elided(rest, role, width)] if rest else lines


def elided_middle(text: str, role: TextRole, width: float) -> str:
    """The same, cut in the middle: names are told apart by both their ends."""
    if text_width(text, role) <= width:
        return text
    half = (width - text_width(ELLIPSIS, role)) / 2
    head = text[: _fitting(text, role, half)]
    tail = text[::-1][: _fitting(text[::-1], role, half)][::-1]
    return head.rstrip() + ELLIPSIS + tail.lstrip()


def _fitting(text: str, role: TextRole, width: float) -> int:
    """How many characters from the start fit into `width`."""
    widths = accumulate(text_width(character, role) for character in text)
    return sum(1 for _ in takewhile(lambda end: end <= width, widths))


def _advance(character: str, bold: bool) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1000
    if character == _MIDDLE_DOT:
        return 380 if bold else 318
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cc"):
        return 0
    width = _LETTER if category.startswith("L") else _SIGN
    return width * _BOLDER if bold else width
