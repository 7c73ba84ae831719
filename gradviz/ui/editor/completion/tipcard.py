"""A card over the program that says how a thing is called and what it is for. Takes neither mouse nor focus."""

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QWidget

from gradviz.model.completion.tips import Tip, Way
from gradviz.ui.editor.completion.kinds import kind_word
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import Colours, colour

_LETTERS = 74  # of a line at most
_PAD = 9


class TipCard(QFrame):
    """Says what there is to say. It belongs to the window of the editor, over which it lies."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._colours = colours
        self._tip = Tip()
        self._layouts: list[tuple[QTextLayout, QPointF, str]] = []
        self.apply(colours)
        self.hide()

    @property
    def tip(self) -> Tip:
        """What it says."""
        return self._tip

    @property
    def text(self) -> str:
        """What it says, as lines."""
        return "\n".join(layout.text() for layout, _, _ in self._layouts)

    def lie_over(self, window: QWidget) -> None:
        """Belong to a window: an editor may be taken out of its own."""
        if self._room is not window:
            self._room = window
            self.setParent(window)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self.setStyleSheet(f"TipCard {{ border: 1px solid {colours.muted}; background: {colours.button}; }}")

    def show_tip(self, tip: Tip, word: QRect, font: QFont, beside: tuple[QRect, ...]) -> None:
        """Show a tip above a word, or below it, or beyond what else is there.

        Args:
            tip: has something to say.
            word: where the word is, in the window.
            font: of the program.
            beside: what it is not to cover, in the window.
        """
        self._tip = tip
        self.setFont(font)
        room = self._room.rect().adjusted(4, 4, -4, -4)
        size = self._lay_out(min(QFontMetrics(font).horizontalAdvance("x") * _LETTERS, room.width() - 2 * _PAD))
        left = max(room.left(), min(word.left() - _PAD, room.right() - size.width()))
        taken = (word, *beside)
        tops = [top for one in taken for top in (one.top() - size.height() - 3, one.bottom() + 3)]
        places = (QRect(QPoint(left, top), size) for top in tops if room.top() <= top <= room.bottom() - size.height())
        free = (place for place in places if not any(place.intersects(one) for one in taken))
        self.setGeometry(next(free, QRect(QPoint(left, max(room.top(), tops[0])), size)))
        self.setAccessibleName(self.text)
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, then the lines."""
        super().paintEvent(event)
        painter = QPainter(self)
        try:
            for layout, at, pen in self._layouts:
                painter.setPen(colour(pen))
                layout.draw(painter, at)
        finally:
            painter.end()

    def _lay_out(self, width: int) -> QSize:
        """Lay out the lines of the tip; return the size of all."""
        own, small = self._colours, QFont(self.font())
        small.setPointSizeF(self.font().pointSizeF() * 0.92)
        paragraphs = [(*_written(way, own), self.font(), own.text) for way in self._tip.ways]
        if self._tip.told:
            paragraphs.append((plain(f"{self._tip.title}: {kind_word(self._tip.told)}"), [], self.font(), own.text))
        if self._tip.doc:
            paragraphs.append((plain(self._tip.doc), [], small, own.muted))
        self._layouts, top, widest = [], float(_PAD - 2), 0.0
        for text, formats, font, pen in paragraphs:
            layout = QTextLayout(text, font)
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            layout.setTextOption(option)
            layout.setFormats(formats)
            layout.beginLayout()
            height = 0.0
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
                line.setPosition(QPointF(0, height))
                height += line.height()
                widest = max(widest, line.naturalTextWidth())
            layout.endLayout()
            self._layouts.append((layout, QPointF(_PAD, top), pen))
            top += height + 3
        return QSize(int(widest) + 2 * _PAD + 2, int(top) + _PAD - 4)


def _written(way: Way, own: Colours) -> tuple[str, list[QTextLayout.FormatRange]]:
    """A way to call a thing as text, with the parameter at hand set off from the others."""
    text, formats = f"{plain(way.name)}(", list[QTextLayout.FormatRange]()
    for number, parameter in enumerate(way.parameters):
        shown = plain(parameter)
        text += ", " if number else ""
        if number == way.at:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length = len(text), len(shown)
            mark.format = _emphasis(own)
            formats.append(mark)
        text += shown
    return text + ")" + (f" -> {plain(way.returns)}" if way.returns else ""), formats


def _emphasis(own: Colours) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(colour(own.accent))
    made.setFontWeight(QFont.Weight.Bold)
    made.setFontUnderline(True)
    return made
