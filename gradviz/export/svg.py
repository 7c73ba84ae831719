"""A Drawing as SVG text. Labels stay text, each in one piece, with titles and descriptions for those who listen.

Written by hand rather than by a painting library, which would split labels by font and say nothing of what they mean.
A page that holds several pictures, as a notebook does, has one sheet of styles and one set of ids for all of them: what
is different in each theme goes by the name of the theme.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import escape

from gradviz.drawing.boxes.outline import ARROW, Outline, traced
from gradviz.drawing.plain import plain
from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.drawing.theme import FAMILIES, TextStyle, Theme

_FORMS = {"M": "M%.2f %.2f", "L": "L%.2f %.2f", "C": "C%.2f %.2f %.2f %.2f %.2f %.2f", "Z": "Z"}
_LAST_ZERO = re.compile(r"(?<=\.\d)0")
_GENERIC = ("sans-serif",)


Letters = Callable[[Text, TextStyle], Outline]  # of one line of text


def svg(
    drawing: Drawing, theme: Theme, ground: str | None = None, *, scale: float = 1.0, letters: Letters | None = None
) -> str:
    """Return a whole SVG document.

    Args:
        drawing: what is shown.
        theme: its colours.
        ground: the colour behind everything, #RRGGBB; None: transparent.
        scale: pixels of the document for one of the drawing.
        letters: what outlines texts, so that they look the same without their font; None: they are text.
    """
    width, height = max(drawing.size.width, 1), max(drawing.size.height, 1)
    layers = {
        "frames": drawing.frames,
        "edges": drawing.edges,
        "titles": drawing.titles,
        "nodes": drawing.nodes,
        "legend-panel": drawing.legend,
    }
    shown = [mark for marks in layers.values() for mark in marks]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gradviz gradviz-{theme.name}" width="{_n(width * scale)}" '
        f'height="{_n(height * scale)}" viewBox="0 0 {_n(width)} {_n(height)}" role="img">',
        *_told(drawing.title, drawing.description),
        f"<style>{_css(shown, theme)}</style>",
        *_markers(shown, theme),
    ]
    if ground is not None:
        # Not in per cent, which Qt takes for pixels.
        lines.append(f'<rect width="{_n(width)}" height="{_n(height)}" fill={_attribute(ground)}/>')
    for name, marks in layers.items():
        if marks:
            lines += [f'<g class="{name}">', *_marks(marks, theme, letters), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _marks(marks: Iterable[Mark], theme: Theme, letters: Letters | None) -> Iterator[str]:
    for mark in marks:
        line = f' data-line="{mark.line}"' if mark.line is not None else ""
        yield f"<g id={_attribute(plain(mark.id))} class={_attribute(f'mark {mark.role}')}{line}>"
        yield from _told(mark.title, mark.description)
        yield from (_path(path, theme) for path in mark.paths)
        for text in mark.texts:
            yield _text(text) if letters is None else _outlined(text, letters(text, theme.texts[text.role]))
        yield "</g>"


def _told(title: str, description: str) -> Iterator[str]:
    if title:
        yield f"<title>{_content(plain(title))}</title>"
    if description:
        yield f"<desc>{_content(plain(description))}</desc>"


def _path(path: Path, theme: Theme) -> str:
    kind = f"{path.role}" if path.filled else f"{path.role} line"
    arrow = f' marker-end="url(#gradviz-{theme.name}-arrow-{path.role})"' if path.arrow else ""
    return f'<path class="{kind}" d="{_data(*traced(Outline(path.ops, path.coords)))}"{arrow}/>'


def _data(ops: str, coords: tuple[float, ...]) -> str:
    """An outline in SVG's own commands, its numbers as those of `_n`. All at once takes a tenth of the time."""
    data = (_form(ops) % coords).replace("-0.00", "0.00")  # each number has two decimals here
    return _LAST_ZERO.sub("", data.replace(".00", ""))


@lru_cache(maxsize=256)
def _form(ops: str) -> str:
    return "".join([_FORMS[command] for command in ops])


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    x, y = _n(text.at.x), _n(text.at.y)
    return f'<text class="text-{text.role}" x="{x}" y="{y}"{anchor}>{_content(plain(text.text))}</text>'


def _outlined(text: Text, letters: Outline) -> str:
    """One line as a shape, which still says what it reads."""
    told = _attribute(plain(text.text))
    return f'<path class="text-{text.role}" role="img" aria-label={told} d="{_data(*letters)}"/>'


def _css(marks: Iterable[Mark], theme: Theme) -> str:
    """The rules of the roles that are there, and of no others."""
    marks = tuple(marks)
    roles = {path.role for mark in marks for path in mark.paths}
    voices = {text.role for mark in marks for text in mark.texts}
    families = ", ".join(name if name in _GENERIC else f"'{name}'" for name in FAMILIES)
    rules = [f".gradviz text {{ font-family: {families}; white-space: pre; }}"]
    rules += [_shape_rule(role, theme) for role in Role if role in roles]
    rules += [_text_rule(role, theme) for role in TextRole if role in voices]
    rules.append(".gradviz path.line { fill: none; }")
    return "\n" + "\n".join(rules) + "\n"


def _shape_rule(role: Role, theme: Theme) -> str:
    fill, stroke, width, dash = theme.styles[role]
    pen = f"stroke: {stroke}; stroke-width: {_n(width)}" if stroke else "stroke: none"
    dashes = f"; stroke-dasharray: {' '.join(map(_n, dash))}" if dash else ""
    ends = "; stroke-linejoin: round; stroke-linecap: round" if stroke and not dash else ""
    arrow = f"\n.gradviz-{theme.name} .arrow-{role} {{ fill: {stroke}; }}" if stroke else ""
    return f".gradviz-{theme.name} path.{role} {{ fill: {fill or 'none'}; {pen}{dashes}{ends}; }}{arrow}"


def _text_rule(role: TextRole, theme: Theme) -> str:
    colour, size, bold = theme.texts[role]
    weight = 600 if bold else 400
    return f".gradviz-{theme.name} .text-{role} {{ fill: {colour}; font-size: {_n(size)}px; font-weight: {weight}; }}"


def _markers(marks: Iterable[Mark], theme: Theme) -> list[str]:
    used = {path.role for mark in marks for path in mark.paths if path.arrow}
    length, half = ARROW
    return [
        f'<marker id="gradviz-{theme.name}-arrow-{role}" markerUnits="userSpaceOnUse" markerWidth="{_n(length)}" '
        f'markerHeight="{_n(2 * half)}" refX="{_n(length)}" refY="{_n(half)}" orient="auto">'
        f'<path class="arrow-{role}" d="M0 0L{_n(length)} {_n(half)}L0 {_n(2 * half)}Z"/></marker>'
        for role in Role
        if role in used
    ]


def _n(number: float) -> str:
    """A number as short as two decimals allow."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _content(text: str) -> str:
    return escape(text, quote=False)


def _attribute(text: str) -> str:
    return f'"{escape(text)}"'
