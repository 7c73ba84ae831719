"""What each role looks like in light and in dark: colours, pens and dashes for screen, SVG, PNG, PDF and DOT alike.

Colour is never alone: outlines differ too, and are chosen where boxes are composed. Contrast is computed, and tests
hold every text and border to it. Knows no Qt and no position.
"""

from typing import Literal, NamedTuple

from gradviz.drawing.metrics import FACES
from gradviz.drawing.shapes import HEATS, Role, TextRole

ThemeName = Literal["light", "dark"]

# Tried in order; the last is known everywhere.
FAMILIES = (
    *("Inter", "Noto Sans", "Segoe UI", "DejaVu Sans", "Helvetica Neue", "Arial"),
    *("Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "IPAexGothic", "sans-serif"),
)


class Style(NamedTuple):
    """How a shape is painted. Colours are #RRGGBB; None paints nothing. Widths and dashes are pixels."""

    fill: str | None
    stroke: str | None
    width: float = 1.3
    dash: tuple[float, ...] = ()


class TextStyle(NamedTuple):
    """How a text is painted."""

    colour: str
    size: float
    bold: bool


class Theme(NamedTuple):
    """A whole look."""

    name: ThemeName
    ground: str
    styles: dict[Role, Style]
    texts: dict[TextRole, TextStyle]


_DASHED = (5.0, 3.0)
_DOTTED = (1.5, 3.0)


def _styles(fills: dict[Role, str | None], strokes: dict[Role, str | None]) -> dict[Role, Style]:
    """Give the colours of one theme the pens and dashes that all themes share."""
    widths = {
        Role.LEAF: 2.4,
        Role.ERROR: 3.2,
        Role.STOP: 2.0,
        **{role: 1.2 + 0.9 * level for level, role in enumerate(HEATS)},
        Role.PARTIAL: 1.5,
        Role.REGION: 1.1,
        Role.REGION_INFERENCE: 1.1,
        Role.LEGEND: 1.0,
        Role.GHOST: 1.0,
        Role.GHOST_EDGE: 1.0,
        Role.COLUMN: 1.0,
    }
    dashes = {
        **dict.fromkeys((Role.UNRECORDED, Role.DETACHED, Role.UNRECORDED_EDGE), _DASHED),
        **dict.fromkeys((Role.SAVED, Role.FREED, Role.SAVED_EDGE), (4.0, 2.5)),
        **dict.fromkeys((Role.GHOST, Role.GHOST_EDGE), (1.0, 4.0)),
        Role.INFERENCE: _DOTTED,
        Role.LOST: (3.0, 2.0),
        Role.REGION_INFERENCE: _DOTTED,
        Role.REGION: (3.0, 4.0),
    }
    return {role: Style(fills[role], strokes[role], widths.get(role, 1.4), dashes.get(role, ())) for role in Role}


def _texts(colours: dict[TextRole, str]) -> dict[TextRole, TextStyle]:
    return {role: TextStyle(colours[role], *FACES[role]) for role in TextRole}


LIGHT = Theme(
    "light",
    "#FFFFFF",
    _styles(
        {
            Role.LEAF: "#9CD3F5",
            Role.CONSTANT: "#F4F4F2",
            Role.INTERMEDIATE: "#D6F3EC",
            Role.ROOT: "#D6F3EC",
            Role.OP: "#E4E7EB",
            Role.UNRECORDED: "#FFFFFF",
            Role.ACCUMULATE: "#E9C7E5",
            Role.SAVED: "#FDE9C8",
            Role.FREED: "#FFFFFF",
            Role.DETACHED: "#FFFFFF",
            Role.INFERENCE: "#FBF3A8",
            Role.ERROR: "#FFD3C2",
            Role.FOLD: "#E4E7EB",
            Role.OPENED: "#F7F5FA",
            Role.OPENED_TITLE: "#F7F5FA",
            Role.REGION: "#F3F4F6",
            Role.REGION_INFERENCE: "#FCFAE6",
            Role.REGION_TITLE: "#F3F4F6",
            Role.REGION_INFERENCE_TITLE: "#FCFAE6",
            Role.SAVED_CORNER: "#8A5A00",
            Role.LEGEND: "#FAFAF9",
            Role.INPUT: "#F4F4F2",
            Role.RESULT: "#D6F3EC",
            Role.ROOT_STRIP: "#CAFC9D",
            Role.STAR: "#2E6B12",
            Role.DATA_EDGE: None,
            Role.UNRECORDED_EDGE: None,
            Role.SAVED_EDGE: None,
            Role.GRADIENT_EDGE: None,
            Role.PARTIAL: None,
            Role.GHOST: None,
            Role.GHOST_EDGE: None,
            Role.GAINED: "#DDF3D2",
            Role.LOST: "#FFE6DB",
            Role.COLUMN: None,
            Role.BADGE: "#1B1D21",
            Role.STOP: "#FFFFFF",
            Role.HEAT_1: "#FFF8E6",
            Role.HEAT_2: "#FFE9B8",
            Role.HEAT_3: "#FFD27A",
            Role.HEAT_4: "#FFB54A",
            Role.GAUGE: "#5C2E00",
        },
        {
            Role.LEAF: "#00588A",
            Role.CONSTANT: "#63666B",
            Role.INTERMEDIATE: "#00705A",
            Role.ROOT: "#2E6B12",
            Role.OP: "#4A4F57",
            Role.UNRECORDED: "#63676E",
            Role.ACCUMULATE: "#7A3E8E",
            Role.SAVED: "#8A5A00",
            Role.FREED: "#8A5A00",
            Role.DETACHED: "#63676E",
            Role.INFERENCE: "#6F6500",
            Role.ERROR: "#A83600",
            Role.FOLD: "#4A4F57",
            Role.OPENED: "#4A4F57",
            Role.OPENED_TITLE: None,
            Role.REGION: "#6A6E75",
            Role.REGION_INFERENCE: "#6F6500",
            Role.LEGEND: "#C9CCD1",
            Role.INPUT: "#63666B",
            Role.RESULT: "#00705A",
            Role.ROOT_STRIP: "#2E6B12",
            Role.STAR: None,
            Role.REGION_TITLE: None,
            Role.REGION_INFERENCE_TITLE: None,
            Role.SAVED_CORNER: None,
            Role.DATA_EDGE: "#4A4F57",
            Role.UNRECORDED_EDGE: "#63676E",
            Role.SAVED_EDGE: "#8A5A00",
            Role.GRADIENT_EDGE: "#7A3E8E",
            Role.PARTIAL: "#5E2A72",
            Role.GHOST: "#8A8F97",
            Role.GHOST_EDGE: "#8A8F97",
            Role.GAINED: "#2E6B12",
            Role.LOST: "#A83600",
            Role.COLUMN: "#C9CCD1",
            Role.BADGE: None,
            Role.STOP: "#A83600",
            **dict.fromkeys(HEATS, "#7A3E00"),
            Role.GAUGE: None,
        },
    ),
    _texts(
        {
            TextRole.TITLE: "#1B1D21",
            TextRole.OP: "#1B1D21",
            TextRole.BODY: "#1B1D21",
            TextRole.GRAD: "#45175A",
            TextRole.GRAD_FN: "#45175A",
            TextRole.GRADIENT: "#5E2A72",
            TextRole.MUTED: "#474B52",
            TextRole.TROUBLE: "#6E2000",
            TextRole.REGION: "#3C4047",
            TextRole.ROOT: "#1D4708",
            TextRole.SAVED: "#442D00",
            TextRole.LEGEND: "#1B1D21",
            TextRole.TAG: "#1B1D21",
            TextRole.BADGE: "#1B1D21",
        }
    ),
)

DARK = Theme(
    "dark",
    "#17181B",
    _styles(
        {
            Role.LEAF: "#0A3F62",
            Role.CONSTANT: "#2A2C30",
            Role.INTERMEDIATE: "#0D3B33",
            Role.ROOT: "#0D3B33",
            Role.OP: "#3A3E44",
            Role.UNRECORDED: "#17181B",
            Role.ACCUMULATE: "#55295F",
            Role.SAVED: "#3F2C00",
            Role.FREED: "#17181B",
            Role.DETACHED: "#17181B",
            Role.INFERENCE: "#403B00",
            Role.ERROR: "#5C2007",
            Role.FOLD: "#3A3E44",
            Role.OPENED: "#1E1C22",
            Role.OPENED_TITLE: "#1E1C22",
            Role.REGION: "#202226",
            Role.REGION_INFERENCE: "#232210",
            Role.REGION_TITLE: "#202226",
            Role.REGION_INFERENCE_TITLE: "#232210",
            Role.SAVED_CORNER: "#F2B134",
            Role.LEGEND: "#1D1E22",
            Role.INPUT: "#2A2C30",
            Role.RESULT: "#0D3B33",
            Role.ROOT_STRIP: "#2A5218",
            Role.STAR: "#9AD97F",
            Role.DATA_EDGE: None,
            Role.UNRECORDED_EDGE: None,
            Role.SAVED_EDGE: None,
            Role.GRADIENT_EDGE: None,
            Role.PARTIAL: None,
            Role.GHOST: None,
            Role.GHOST_EDGE: None,
            Role.GAINED: "#1F3D12",
            Role.LOST: "#4A1C08",
            Role.COLUMN: None,
            Role.BADGE: "#F8F9FA",
            Role.STOP: "#17181B",
            Role.HEAT_1: "#241D10",
            Role.HEAT_2: "#3D2C0B",
            Role.HEAT_3: "#533800",
            Role.HEAT_4: "#734A00",
            Role.GAUGE: "#FFC766",
        },
        {
            Role.LEAF: "#7CC8F5",
            Role.CONSTANT: "#A9ADB4",
            Role.INTERMEDIATE: "#4FD1B0",
            Role.ROOT: "#9AD97F",
            Role.OP: "#C3C8D0",
            Role.UNRECORDED: "#9CA1A8",
            Role.ACCUMULATE: "#D9AAE7",
            Role.SAVED: "#F2B134",
            Role.FREED: "#F2B134",
            Role.DETACHED: "#9CA1A8",
            Role.INFERENCE: "#E8DB3C",
            Role.ERROR: "#FF8A57",
            Role.FOLD: "#C3C8D0",
            Role.OPENED: "#A9AEB6",
            Role.OPENED_TITLE: None,
            Role.REGION: "#8D929A",
            Role.REGION_INFERENCE: "#C9BE34",
            Role.LEGEND: "#45484E",
            Role.INPUT: "#A9ADB4",
            Role.RESULT: "#4FD1B0",
            Role.ROOT_STRIP: "#9AD97F",
            Role.STAR: None,
            Role.REGION_TITLE: None,
            Role.REGION_INFERENCE_TITLE: None,
            Role.SAVED_CORNER: None,
            Role.DATA_EDGE: "#B4B9C1",
            Role.UNRECORDED_EDGE: "#9CA1A8",
            Role.SAVED_EDGE: "#F2B134",
            Role.GRADIENT_EDGE: "#D5A3E3",
            Role.PARTIAL: "#E5C2EF",
            Role.GHOST: "#71767E",
            Role.GHOST_EDGE: "#71767E",
            Role.GAINED: "#9AD97F",
            Role.LOST: "#FF8A57",
            Role.COLUMN: "#45484E",
            Role.BADGE: None,
            Role.STOP: "#FF8A57",
            **dict.fromkeys(HEATS, "#F2B14A"),
            Role.GAUGE: None,
        },
    ),
    _texts(
        {
            TextRole.TITLE: "#F8F9FA",
            TextRole.OP: "#F8F9FA",
            TextRole.BODY: "#F1F3F5",
            TextRole.GRAD: "#F3DFF8",
            TextRole.GRAD_FN: "#F3DFF8",
            TextRole.GRADIENT: "#E5C2EF",
            TextRole.MUTED: "#C6CAD0",
            TextRole.TROUBLE: "#FFDAC9",
            TextRole.REGION: "#D4D7DC",
            TextRole.ROOT: "#E4FAD3",
            TextRole.SAVED: "#FBE7C2",
            TextRole.LEGEND: "#F1F3F5",
            TextRole.TAG: "#F8F9FA",
            TextRole.BADGE: "#F8F9FA",
        }
    ),
)

THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}


def contrast(a: str, b: str) -> float:
    """The WCAG contrast ratio of two #RRGGBB colours, 1 to 21."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
