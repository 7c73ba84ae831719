"""A Drawing as SVG text. Labels stay text, each in one piece, with titles and descriptions for those who listen.

Written by hand rather than by a painting library, which would split labels by font and say nothing of what they mean.
Colours and pens are attributes of each shape, and heads of arrows are shapes: programs that know neither style sheets
nor markers show them, and several pictures on one page, as in a notebook, leave each other alone. The classes are there
for those who want other looks.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import escape

from gradviz.drawing.boxes.outline import Outline, arrow_head, traced
from gradviz.drawing.plain import plain
from gradviz.drawing.shapes import Drawing, Mark, Path, Text
from gradviz.drawing.theme import FAMILIES, Style, TextStyle, Theme

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
    families = ", ".join(name if name in _GENERIC else f"'{name}'" for name in FAMILIES)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gradviz gradviz-{theme.name}" width="{_n(width * scale)}" '
        f'height="{_n(height * scale)}" viewBox="0 0 {_n(width)} {_n(height)}" role="graphics-document document" '
        f'xml:space="preserve" font-family="{families}" stroke-linejoin="round" stroke-linecap="round">',
        *_told(drawing.title, drawing.description),
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
        kind = _attribute(f"mark {mark.role}")
        yield f'<g id={_attribute(plain(mark.id))} class={kind} role="graphics-symbol img"{line}>'
        yield from _told(mark.title, mark.description)
        for path in mark.paths:
            yield from _path(path, theme.styles[path.role])
        for text in mark.texts:
            style = theme.texts[text.role]
            yield _text(text, style) if letters is None else _outlined(text, style, letters(text, style))
        yield "</g>"


def _told(title: str, description: str) -> Iterator[str]:
    if title:
        yield f"<title>{_content(plain(title))}</title>"
    if description:
        yield f"<desc>{_content(plain(description))}</desc>"


def _path(path: Path, style: Style) -> Iterator[str]:
    kind = f"{path.role}" if path.filled else f"{path.role} line"
    data = _data(*traced(Outline(path.ops, path.coords)))
    yield f'<path class="{kind}"{_pen(style, path.filled)} d="{data}"/>'
    if path.arrow and style.stroke:
        head = _data(*traced(arrow_head(path.coords)))
        yield f'<path class="arrow-{path.role}" fill="{style.stroke}" d="{head}"/>'


@lru_cache(maxsize=256)
def _pen(style: Style, filled: bool) -> str:
    """The attributes of a shape; its ends are round, but for dashes."""
    fill, stroke, width, dash = style
    ground = f' fill="{(filled and fill) or "none"}"'
    if not stroke:
        return ground
    dashes = f' stroke-dasharray="{" ".join(map(_n, dash))}" stroke-linecap="butt"' if dash else ""
    return f'{ground} stroke="{stroke}" stroke-width="{_n(width)}"{dashes}'


def _data(ops: str, coords: tuple[float, ...]) -> str:
    """An outline in SVG's own commands, its numbers as those of `_n`. All at once takes a tenth of the time."""
    data = (_form(ops) % coords).replace("-0.00", "0.00")  # each number has two decimals here
    return _LAST_ZERO.sub("", data.replace(".00", ""))


@lru_cache(maxsize=256)
def _form(ops: str) -> str:
    return "".join([_FORMS[command] for command in ops])


def _text(text: Text, style: TextStyle) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    font = f'font-size="{_n(style.size)}" font-weight="{600 if style.bold else 400}"'
    place = f'x="{_n(text.at.x)}" y="{_n(text.at.y)}"{anchor}'
    return f'<text class="text-{text.role}" fill="{style.colour}" {font} {place}>{_content(plain(text.text))}</text>'


def _outlined(text: Text, style: TextStyle, letters: Outline) -> str:
    """One line as a shape, which still says what it reads."""
    told = _attribute(plain(text.text))
    look = f'class="text-{text.role}" fill="{style.colour}"'
    return f'<path {look} role="img" aria-label={told} d="{_data(*letters)}"/>'


def _n(number: float) -> str:
    """A number as short as two decimals allow."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _content(text: str) -> str:
    return escape(text, quote=False)


def _attribute(text: str) -> str:
    return f'"{escape(text)}"'
