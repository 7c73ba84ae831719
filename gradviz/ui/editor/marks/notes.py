"""What stands on the lines of the program beside its text: tinted lines, underlines, and each problem's message."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QTextEdit

from gradviz.picture.picture import Problem
from gradviz.ui.editor.text.editing import indent_of
from gradviz.ui.style.plain import one_line, utf16
from gradviz.ui.style.theme import Colours, colour

_ROOM = 90  # pixels below which a message is not painted beside its line


def marks(
    document: QTextDocument, tints: Sequence[tuple[int, str]], problems: Sequence[Problem], colours: Colours
) -> list[QTextEdit.ExtraSelection]:
    """Return the marks of lines, each with the ground that tints it, and of problems, in the order they are painted."""
    # The ground of the only line of an empty program would be painted over what is said in its place.
    found = [] if document.isEmpty() else [_whole_line(document, line, ground) for line, ground in tints]
    found += [_underline(document, problem, colours) for problem in problems]
    return [mark for mark in found if mark is not None]


def _whole_line(document: QTextDocument, line: int, ground: str) -> QTextEdit.ExtraSelection | None:
    """The mark that tints a line from edge to edge, where there is such a line."""
    block = document.findBlockByNumber(line - 1)
    if not block.isValid():
        return None
    made = QTextCharFormat()
    made.setBackground(colour(ground))
    made.setProperty(QTextFormat.Property.FullWidthSelection, True)
    return _mark(QTextCursor(block), made)


def _underline(document: QTextDocument, problem: Problem, colours: Colours) -> QTextEdit.ExtraSelection | None:
    """The wave under what a problem is about, where its lines are still there."""
    first = document.findBlockByNumber((problem.line or 1) - 1)
    last = document.findBlockByNumber((problem.end_line or problem.line or 1) - 1)
    if not first.isValid() or not last.isValid():
        return None
    start, end = extent(first.text(), problem)
    if problem.end_line not in (None, problem.line):
        end = last.position() - first.position() + utf16(last.text(), max(0, problem.end_column - 1))
    cursor = QTextCursor(first)
    cursor.setPosition(first.position() + start)
    limit = document.characterCount() - 1
    cursor.setPosition(min(first.position() + end, limit), QTextCursor.MoveMode.KeepAnchor)
    wave = QTextCharFormat()
    wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    wave.setUnderlineColor(colour(_pen(problem, colours)))
    return _mark(cursor, wave)


def extent(line: str, problem: Problem) -> tuple[int, int]:
    """Return the UTF-16 extent of a problem on its first line: all code of the line where no column is known."""
    if problem.column <= 0 or problem.column > len(line):
        return utf16(line, len(indent_of(line))), utf16(line, len(line.rstrip()))
    start = problem.column - 1
    end = problem.end_column - 1 if problem.end_column > problem.column else start + 1
    return utf16(line, start), utf16(line, min(end, len(line)))


def severe(problems: Sequence[Problem]) -> dict[int, bool]:
    """Return the lines that have problems, and of each whether one of them is an error."""
    found: dict[int, bool] = {}
    for problem in problems:
        found[problem.line or 0] = found.get(problem.line or 0, False) or problem.severity == "error"
    return found


def paint_message(painter: QPainter, block: QTextBlock, place: QRectF, problem: Problem, colours: Colours) -> None:
    """Paint a problem's message right of its line's text, as far as there is room. `place` is where the line is."""
    window = painter.viewport()
    if place.bottom() < 0 or place.top() > window.height():
        return
    line = block.layout().lineAt(0)
    metrics = painter.fontMetrics()
    left = place.left() + (line.naturalTextWidth() if line.isValid() else 0) + 2 * metrics.averageCharWidth() + 4
    room = window.width() - left - 8
    if room < _ROOM:
        return
    text = metrics.elidedText(one_line(problem.message), Qt.TextElideMode.ElideRight, int(room) - 12)
    box = QRectF(left, place.top() + 1, metrics.horizontalAdvance(text) + 12, metrics.height() - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(colours.on_error if problem.severity == "error" else colours.current_line))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(colour(_pen(problem, colours)))
    painter.drawText(QPointF(left + 6, place.top() + metrics.ascent()), text)


def _pen(problem: Problem, colours: Colours) -> str:
    return colours.error if problem.severity == "error" else colours.warning


def _mark(cursor: QTextCursor, made: QTextCharFormat) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    # The stubs know these fields; the constructor takes none.
    mark.cursor = cursor
    mark.format = made
    return mark
