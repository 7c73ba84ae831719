"""The program: a plain text editor that knows Python's indents and shows each problem on its line.

It sends text only when the person has finished a character: never while an input method is composing. It neither runs
nor parses anything.
"""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextDocumentLayout, QPlainTextEdit

from gradviz.model.source.place import Edit
from gradviz.picture.picture import Problem
from gradviz.state.looking.stepping import StepLines
from gradviz.ui.editor.marks.gutter import Gutter, Row
from gradviz.ui.editor.marks.highlight import Highlighter
from gradviz.ui.editor.marks.notes import marks, paint_message, severe
from gradviz.ui.editor.text import editing, keystrokes
from gradviz.ui.editor.text.openings import Openings
from gradviz.ui.style.card import Card
from gradviz.ui.style.plain import utf16
from gradviz.ui.style.theme import POINTS, Colours, monospace


class Editor(QPlainTextEdit):
    """The program's text.

    Signals:
        edited: the whole text, after the person changed it.
        lineChosen: the person moved the cursor to another line without changing the text.
        indented: how many pixels from its left the text begins.
        breakpointWanted: the person wants a breakpoint on this line, or none.
        crossed: undo has led from one program to another, which is shown now: as it was opened.
        pointed: where the pointer is over the text, as a `QPoint`; None: elsewhere, or a button is held.
        unfocused: the keys go elsewhere.
    """

    crossed = Signal(object)
    edited = Signal(str)
    lineChosen = Signal(int)
    indented = Signal(int)
    breakpointWanted = Signal(int)
    pointed = Signal(object)
    unfocused = Signal()

    def __init__(self, colours: Colours, document: QTextDocument | None = None) -> None:
        """Make an editor of a new document, or of one that another editor gave away."""
        super().__init__()
        if document is not None:
            document.setParent(self)
            document.documentLayout().setPaintDevice(self.viewport())  # or it measures by a viewport that is gone
            self.setDocument(document)
        self._colours = colours
        self._openings = self.document().findChild(Openings) or Openings(self.document())
        self._program = self._openings.here()
        self._text = self.toPlainText()
        self._line = 1
        self._composing = False
        self._loading = False
        self._lit: frozenset[int] = frozenset()
        self._problems: tuple[Problem, ...] = ()
        self._step = StepLines()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setAccessibleName(self.tr("Program"))
        self.setPlaceholderText(self.tr("Type PyTorch code here"))
        self._highlighter = Highlighter(self.document(), colours)
        self._gutter = Gutter(self._rows, colours, self)
        self._gutter.pressed.connect(self._gutter_pressed)
        self._gutter.breakpointWanted.connect(self.breakpointWanted)
        self.card = Card(self.viewport())  # the whole message of a problem
        self.viewport().setMouseTracking(True)
        self.set_size(POINTS)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._follow)
        self.textChanged.connect(self._changed)
        self.cursorPositionChanged.connect(self._moved)
        self._make_room()

    def give_away(self) -> QTextDocument:
        """Return the document, with all that can be undone in it. Nothing is heard of this editor any more."""
        self.blockSignals(True)
        self._highlighter.setDocument(None)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setValue(0)  # Qt never comes back from setDocument() where both have been moved
        document, empty = self.document(), QTextDocument(self)
        document.setParent(None)
        empty.setDocumentLayout(QPlainTextDocumentLayout(empty))
        self.setDocument(empty)
        return document

    @property
    def line(self) -> int:
        """The line of the cursor, from 1."""
        return self.textCursor().blockNumber() + 1

    @property
    def column(self) -> int:
        """The column of the cursor, from 1."""
        return self.textCursor().positionInBlock() + 1

    @property
    def gutter(self) -> Gutter:
        """The strip of line numbers."""
        return self._gutter

    def set_size(self, points: float) -> None:
        """Set the size of the text."""
        font = monospace(points)
        self.setFont(font)
        self._gutter.setFont(font)
        self._make_room()

    def width_of(self, letters: int) -> int:
        """Return how wide the panel must be to show so many letters of a line."""
        letter = self.fontMetrics().horizontalAdvance("x")
        return self._gutter_width() + letter * letters + self.verticalScrollBar().sizeHint().width()

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self._highlighter.apply(colours)
        self._gutter.apply(colours)
        self._mark()

    def open(self, text: str, program: object = None) -> None:
        """Show another program and forget the undo steps of the one before."""
        self._loading = True
        self.setPlainText(text)
        self._openings.begin(program)
        self._loading = False
        self._program = program
        self._text = self.toPlainText()
        self._line = 1
        self._mark()

    def replace(self, text: str, program: object = None) -> None:
        """Show another program as one step that can be undone: nothing typed is lost.

        Args:
            text: of the program.
            program: what `crossed` is to tell when undo and redo have led back to it.
        """
        self._loading = True
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self._openings.add(program)
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self.setTextCursor(cursor)
        self._loading = False
        self._program = program
        self._text = self.toPlainText()
        self._mark()

    def change(self, edit: Edit) -> None:
        """Make an edit as one step that can be undone. The cursor stays at its text, and what is seen stays seen."""
        text, scrolled = self.toPlainText(), self.firstVisibleBlock().blockNumber()
        start, end = utf16(text, edit.start), utf16(text, edit.end)
        bars = (self.horizontalScrollBar(), self.verticalScrollBar())
        values = [bar.value() for bar in bars]
        if self.document().findBlock(start).blockNumber() < scrolled:
            values[1] += edit.text.count("\n") - text.count("\n", edit.start, edit.end)
        self.put(start, end, edit.text)
        for bar, value in zip(bars, values, strict=True):
            bar.setValue(value)

    def put(self, start: int, end: int, text: str, *, joined: bool = False) -> None:
        """Put a text in the place of another. Nobody is told; the cursor stays at its text.

        Args:
            start: where the other begins, in Qt's units.
            end: where it ends.
            text: what is to be there.
            joined: whether it can only be undone together with the change before it.
        """
        self._loading = True
        self.setTextCursor(keystrokes.put(self.textCursor(), start, end, text, joined=joined))
        self._loading = False
        self._text, self._line = self.toPlainText(), self.line

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Underline these and write each one's message beside its line."""
        self._problems = tuple(problem for problem in problems if problem.line)
        self._mark()
        self.viewport().update()  # a message beside an empty line has no mark whose change paints it anew

    def light(self, lines: tuple[int, ...]) -> None:
        """Light up these lines, and bring the first into view if none of them is."""
        self._lit = frozenset(lines)
        self._mark()
        if lines and not self._lit & {row.line for row in self._rows()}:
            self._scroll_to(lines[0])

    def show_step(self, step: StepLines, breakpoints: frozenset[int]) -> None:
        """Mark where a step is, bring that into view if it is not, and mark the breakpoints."""
        self._gutter.mark_step(step, breakpoints)
        if step != self._step:
            self._step, line = step, step.about or step.done
            self._mark()
            if line and line not in {row.line for row in self._rows()}:
                self._scroll_to(line)

    def go_to(self, line: int, column: int = 0) -> None:
        """Put the cursor on a line (and column, from 1) and take the focus."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            cursor = QTextCursor(block)
            offset = utf16(block.text(), max(0, column - 1))
            cursor.setPosition(block.position() + min(offset, block.length() - 1))
            self.setTextCursor(cursor)
            self.centerCursor()
        self.setFocus()

    def toggle_comment(self) -> None:
        """Turn the selected lines into comments, or back."""
        self._rewrite(editing.commented)

    # What the person does.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Indent as Python wants it; everything else as Qt does it."""
        cursor = self.textCursor()
        if not keystrokes.typed(cursor, event):
            super().keyPressEvent(event)
            return
        self.setTextCursor(cursor)
        event.accept()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether an input method is at work: what it shows meanwhile is not yet text."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing:
            self._changed()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text, never markup."""
        if source.hasText():
            self.textCursor().insertText(source.text().replace("\u2028", "\n").replace("\u2029", "\n"))
            self.ensureCursorVisible()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Leave dropped files to the window."""
        return source.hasText() and not source.hasUrls()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the cursor there."""
        self.pointed.emit(None)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the whole message of a problem while the pointer is on its line."""
        super().mouseMoveEvent(event)
        held = event.buttons() != Qt.MouseButton.NoButton
        self.pointed.emit(None if held else event.position().toPoint())
        line = self.cursorForPosition(event.position().toPoint()).blockNumber() + 1
        problem = next((one for one in self._problems if one.line == line), None)
        if problem and not held:
            self.card.show_at(event.position().toPoint(), problem.message, problem.original)
        else:
            self.card.hide()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the card away."""
        self.card.hide()
        self.pointed.emit(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell of it."""
        super().focusOutEvent(event)
        self.unfocused.emit()

    # What follows from it.

    def _changed(self) -> None:
        program = self._openings.here()
        if self._composing or self._loading:
            return
        before, self._program = self._program, program
        text, old = self.toPlainText(), self._text
        if text != old:
            self._text = text
            self._line = self.line
            self.card.hide()
        if program is not before:
            self.crossed.emit(program)
        elif text != old:
            self.edited.emit(text)

    def _moved(self) -> None:
        self._mark()
        if not self._loading and self.line != self._line and self.toPlainText() == self._text:
            self._line = self.line
            self.lineChosen.emit(self.line)

    def _gutter_pressed(self, line: int) -> None:
        self.go_to(line)
        self._line = line
        self.lineChosen.emit(line)

    def _scroll_to(self, line: int) -> None:
        self.verticalScrollBar().setValue(max(0, line - 4))

    def _rewrite(self, change: Callable[[list[str]], list[str]]) -> None:
        cursor = self.textCursor()
        keystrokes.rewrite(cursor, change)
        self.setTextCursor(cursor)

    # Painting.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the gutter at the left, and the cursor in view: a problem told below takes room while one types."""
        seen = 0 <= self.cursorRect().top() < event.oldSize().height()
        super().resizeEvent(event)
        self._place_gutter()  # new margins would lay out again: with a scroll bar that comes and goes, without end
        if seen:
            self.ensureCursorVisible()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, then each problem's message beside its line."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        try:
            for problem in reversed(self._problems):  # the first on a line is painted last
                block = self.document().findBlockByNumber((problem.line or 1) - 1)
                if block.isValid():
                    place = self.blockBoundingGeometry(block).translated(self.contentOffset())
                    paint_message(painter, block, place, problem, self._colours)
        finally:
            painter.end()

    def _rows(self) -> Iterator[Row]:
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height()
            yield Row(block.blockNumber() + 1, top, height)
            top += height
            block = block.next()

    def _gutter_width(self) -> int:
        return self._gutter.width_for(self.blockCount())

    def _make_room(self) -> None:
        self.setViewportMargins(self._gutter_width(), 0, 0, 0)
        self.indented.emit(self._gutter_width())
        self._place_gutter()

    def _place_gutter(self) -> None:
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self._gutter_width(), area.height()))

    def _follow(self, area: QRect, scrolled: int) -> None:
        if scrolled:
            self._gutter.scroll(0, scrolled)
            self.viewport().update()  # messages beside the text are not part of it and do not scroll along
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def _mark(self) -> None:
        own, at = self._colours, self._step.about or self._step.done
        tints = [(self.line, own.current_line), *((line, own.lit_line) for line in sorted(self._lit))]
        tints += [(at, own.step_line)] if at else []
        self.setExtraSelections(marks(self.document(), tints, self._problems, own))
        self._gutter.mark(self.line, self._lit, severe(self._problems))
