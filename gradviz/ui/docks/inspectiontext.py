"""An Inspection written into a text document. Every text goes in as plain characters: none is taken for markup."""

import json
from typing import NamedTuple
from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from gradviz.model.source.place import Edit
from gradviz.picture.inspection.inspection import Cell, Fact, Inspection, Section, Subject
from gradviz.ui.style.plain import plain
from gradviz.ui.style.prose import CHANGE, look
from gradviz.ui.style.theme import Colours, colour


class Turn(NamedTuple):
    """Open a fold, or close it."""

    key: str


Link = int | Subject | Edit | Turn  # a line of the program, a thing, a change of the program, or a fold to open
_SCHEME = "gradviz"
_ALARM = "⚠ "
_GAP = 10  # pixels between what a fact is about and the fact
_LABEL = 16  # letters of what a fact is about, beyond which it goes on in another line


def write(document: QTextDocument, inspection: Inspection | None, hint: str, colours: Colours) -> None:
    """Fill a document with an inspection, or with a hint where there is none."""
    document.clear()
    cursor = QTextCursor(document)
    if inspection is None:
        cursor.insertText(plain(hint), look(colours.muted))
        return
    cursor.insertText(plain(inspection.title), look(colours.text, bold=True, larger=2))
    metrics = QFontMetrics(document.defaultFont())
    labels = [plain(fact.label) for section in inspection.sections for fact in section.facts]
    widest = max(map(metrics.horizontalAdvance, labels), default=0)
    for section in inspection.sections:
        _section(cursor, section, min(widest, _LABEL * metrics.averageCharWidth()) + _GAP, colours)


def link_of(url: QUrl) -> Link:
    """Return where a link leads."""
    kind, _, number = url.path().partition("/")
    match kind:
        case "edit":
            return Edit(*json.loads(number))
        case "tensor" | "op" | "grad_fn":
            return Subject(kind, int(number))
        case "turn":
            return Turn(number)
        case _:
            return int(number)


def _section(cursor: QTextCursor, section: Section, labels: int, colours: Colours) -> None:
    """Write a section; what its facts are about takes so many pixels."""
    title = QTextBlockFormat()
    title.setTopMargin(10)
    title.setBottomMargin(2)
    title.setHeadingLevel(2)
    if section.title:
        cursor.insertBlock(title)
        cursor.insertText(plain(section.title), look(colours.accent, bold=True))
    if section.table:
        _numbers(cursor, section.table, colours)
    if section.facts and not any(fact.label for fact in section.facts):
        for fact in section.facts:
            cursor.insertBlock(QTextBlockFormat())
            _fact(cursor, fact, colours)
    elif section.facts:
        table = cursor.insertTable(len(section.facts), 2, _layout(labels))
        for row, fact in enumerate(section.facts):
            table.cellAt(row, 0).firstCursorPosition().insertText(plain(fact.label), look(colours.muted))
            _fact(table.cellAt(row, 1).firstCursorPosition(), fact, colours)
        cursor.movePosition(QTextCursor.MoveOperation.End)


def _fact(cursor: QTextCursor, fact: Fact, colours: Colours) -> None:
    link = _url(fact)
    ink = colours.accent if link else colours.error if fact.alarming else colours.text
    face = look(ink, bold=fact.alarming, link=link)
    if fact.edit is not None:
        face.setBackground(colour(colours.step_line))
    sign = _ALARM if fact.alarming else CHANGE if fact.edit is not None else ""
    cursor.insertText(sign + plain(fact.text), face)


def _url(fact: Fact) -> str:
    if fact.edit is not None:
        return f"{_SCHEME}:edit/{quote(json.dumps(fact.edit), safe='')}"
    if fact.turns:
        return f"{_SCHEME}:turn/{quote(fact.turns)}"
    if fact.of is not None:
        return f"{_SCHEME}:{fact.of.kind}/{fact.of.id}"
    return "" if fact.line is None else f"{_SCHEME}:line/{fact.line}"


def _numbers(cursor: QTextCursor, rows: tuple[tuple[Cell, ...], ...], colours: Colours) -> None:
    """A table of numbers, each on a ground the deeper the further it lies from nought."""
    made = QTextTableFormat()
    made.setBorder(0)
    made.setCellSpacing(1)
    made.setCellPadding(3)
    table = cursor.insertTable(len(rows), max(map(len, rows)), made)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = table.cellAt(at, column)
            if cell.heat is not None:
                ground = place.format()
                ground.setBackground(_heat(cell.heat, colours))
                place.setFormat(ground)
            place.firstCursorPosition().insertText(plain(cell.text), look(colours.text))
    cursor.movePosition(QTextCursor.MoveOperation.End)


def _heat(heat: float, colours: Colours) -> QColor:
    ground = colour(colours.accent if heat > 0 else colours.warning)
    ground.setAlphaF(0.45 * min(1.0, abs(heat)))
    return ground


def _layout(first: int) -> QTextTableFormat:
    """A table as wide as the panel, with a first column of so many pixels."""
    made = QTextTableFormat()
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    made.setBorder(0)
    made.setCellPadding(1)
    made.setCellSpacing(0)
    made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    lengths = QTextLength.Type
    made.setColumnWidthConstraints([QTextLength(lengths.FixedLength, first), QTextLength(lengths.VariableLength, 0)])
    return made
