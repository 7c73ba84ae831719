"""Asks what kind of file is wanted, and shows what it would be like."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gradviz.drawing.shapes import Drawing
from gradviz.export.raster import blank, repaint
from gradviz.export.sheets import sheets
from gradviz.layout.geometry import Rect
from gradviz.ui.exporting.exportchoice import ALL, FORMATS, PAPERS, SCALES, WHATS, Choice, Part, cut

_PREVIEW = QSize(380, 400)
_REST = 40  # milliseconds without another wish before the preview is painted
_READABLE = 0.3  # the scale under which no letter can be read, and none is painted
_CHECK = 8  # pixels of a square behind what is transparent
_SQUARES = {"light": ("#FFFFFF", "#E4E7EC"), "dark": ("#16181C", "#2A2E35")}  # as the pages it is meant for


class Preview(QWidget):
    """A small picture of a drawing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._squares = _SQUARES["light"]
        self.setFixedSize(_PREVIEW)
        self.setAccessibleName(self.tr("Preview"))

    @property
    def image(self) -> QImage:
        """What is shown; null: nothing."""
        return self._image

    def show_drawing(self, drawing: Drawing | None, choice: Choice) -> None:
        """Show what a file would be like; None: there is nothing to see."""
        self._image, self._squares = QImage(), _SQUARES[choice.theme]
        if drawing is not None:
            width, height = max(1.0, drawing.size.width), max(1.0, drawing.size.height)
            dots = self.devicePixelRatioF()
            scale = min(1.0, self.width() / width, self.height() / height) * dots
            if scale < _READABLE * dots:
                drawing = _unlettered(drawing)
            self._image = blank(int(width * scale), int(height * scale))
            place = Rect(0, 0, self._image.width(), self._image.height())
            repaint(self._image, drawing, choice.look.colours, scale, choice.look.ground, place)
            self._image.setDevicePixelRatio(dots)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it in the middle, on squares where it lets them through."""
        if self._image.isNull():
            return
        size = self._image.deviceIndependentSize()
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        painter = QPainter(self)
        try:
            area = QRectF(left, top, size.width(), size.height())
            painter.fillRect(area, QColor(self._squares[0]))
            painter.setBrush(QColor(self._squares[1]))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setClipRect(area)
            for y in range(int(size.height()) // _CHECK + 1):
                for x in range(y % 2, int(size.width()) // _CHECK + 1, 2):
                    painter.drawRect(QRectF(left + x * _CHECK, top + y * _CHECK, _CHECK, _CHECK))
            painter.drawImage(area.topLeft(), self._image)
        finally:
            painter.end()


def _unlettered(drawing: Drawing) -> Drawing:
    """A drawing without what cannot be read."""
    return drawing._replace(
        nodes=tuple(mark._replace(texts=()) for mark in drawing.nodes),
        edges=tuple(mark._replace(texts=()) for mark in drawing.edges),
    )


class ExportDialog(QDialog):
    """Asks what kind of file is wanted."""

    def __init__(
        self,
        choice: Choice,
        drawing: Drawing | None = None,
        part: Part = ALL,
        steps: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        """Begin with a choice.

        Args:
            choice: what was wanted last.
            drawing: what is on the canvas; None: nothing.
            part: what of it can be chosen.
            steps: of the run, that can be drawn.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export the graph"))
        self._drawing, self._part, self._steps = drawing, part, steps
        names, whats, papers = self._format_names(), self._what_names(), self._paper_names()
        self._format = self._box(tuple(zip(FORMATS, names, strict=True)), choice.format)
        self._what = self._box(tuple(zip(WHATS, whats, strict=True)), choice.what)
        self._theme = self._box((("light", self.tr("Light")), ("dark", self.tr("Dark"))), choice.theme)
        self._paper = self._box(tuple(zip(PAPERS, papers, strict=True)), choice.paper)
        self._transparent = self._check(self.tr("Transparent ground"), choice.transparent)
        self._legend = self._check(self.tr("Legend"), choice.legend)
        self._outlines = self._check(self.tr("Letters as shapes, which need no font"), choice.outlines)
        self._scale = self._number(choice.scale)
        self._preview = Preview(self)
        self._facts = QLabel(self)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(_REST)
        self._clock.timeout.connect(self._paint)
        self._form = QFormLayout()
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self._arrange()
        self._listen()
        self._fit()

    def _arrange(self) -> None:
        form = self._form
        form.addRow(self.tr("Format"), self._format)
        form.addRow(self.tr("What"), self._what)
        form.addRow(self.tr("Colours"), self._theme)
        form.addRow("", self._transparent)
        form.addRow("", self._legend)
        form.addRow("", self._outlines)
        form.addRow(self.tr("Scale"), self._scale)
        form.addRow(self.tr("Paper"), self._paper)
        shown = QVBoxLayout()
        shown.addWidget(self._preview)
        shown.addWidget(self._facts)
        both = QHBoxLayout()
        both.addLayout(form)
        both.addSpacing(12)
        both.addLayout(shown)
        layout = QVBoxLayout(self)
        layout.addLayout(both)
        layout.addWidget(self._buttons)

    def _listen(self) -> None:
        for box in (self._format, self._what, self._theme, self._paper):
            box.currentIndexChanged.connect(self._fit)
        for check in (self._transparent, self._legend, self._outlines):
            check.toggled.connect(self._fit)
        self._scale.valueChanged.connect(self._fit)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    @property
    def preview(self) -> Preview:
        """The small picture."""
        return self._preview

    @property
    def facts(self) -> str:
        """What is said of the file."""
        return self._facts.text()

    def choice(self) -> Choice:
        """Return what was asked for."""
        return Choice(
            format=FORMATS[self._format.currentIndex()],
            theme="dark" if self._theme.currentData() == "dark" else "light",
            transparent=self._transparent.isChecked(),
            scale=self._scale.value(),
            what=WHATS[self._what.currentIndex()],
            legend=self._legend.isChecked(),
            outlines=self._outlines.isChecked(),
            paper=PAPERS[self._paper.currentIndex()],
        )

    def _box(self, entries: tuple[tuple[str, str], ...], chosen: str) -> QComboBox:
        box = QComboBox(self)
        for value, text in entries:
            box.addItem(text, value)
        box.setCurrentIndex(box.findData(chosen))
        return box

    def _check(self, text: str, on: bool) -> QCheckBox:
        check = QCheckBox(text, self)
        check.setChecked(on)
        own = check.palette()  # Fusion's outline is its ground, only darker: on a dark one nobody sees it
        own.setColor(QPalette.ColorRole.Window, own.color(QPalette.ColorRole.PlaceholderText))
        check.setPalette(own)
        return check

    def _number(self, value: float) -> QDoubleSpinBox:
        number = QDoubleSpinBox(self)
        number.setRange(*SCALES)
        number.setSingleStep(0.5)
        number.setValue(value)
        return number

    def _format_names(self) -> tuple[str, ...]:
        return (
            self.tr("SVG, a drawing that scales"),
            self.tr("PNG, an image"),
            self.tr("PDF, pages"),
            self.tr("GIF, the steps as an animation"),
            self.tr("APNG, the steps in all colours"),
            self.tr("DOT, for Graphviz"),
            self.tr("JSON, the whole trace"),
        )

    def _what_names(self) -> tuple[str, ...]:
        return (
            self.tr("The whole graph"),
            self.tr("What is seen"),
            self.tr("What is selected, and its path"),
            self.tr("Every step"),
        )

    def _paper_names(self) -> tuple[str, ...]:
        return self.tr("One page that fits"), self.tr("Sheets of A4"), self.tr("Sheets of Letter")

    def _fit(self) -> None:
        """Offer only what matters to the format."""
        choice = self.choice()
        picture, pages = choice.form is not None, choice.format == "pdf"
        self._offer(self._what, picture and not choice.animated)
        self._offer(self._theme, choice.format != "json")
        self._transparent.setEnabled(picture and choice.format != "gif")
        self._legend.setEnabled(picture)
        self._outlines.setEnabled(choice.format == "svg")
        self._offer(self._scale, picture and choice.look.scale == choice.scale and choice.format != "svg")
        self._offer(self._paper, pages)
        there = self._drawing is not None and (self._steps > 0 or not choice.stepped)
        self._buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(there or not picture)
        self._clock.start()

    def _offer(self, field: QWidget, on: bool) -> None:
        """Let a field be filled in, or mute it and what stands before it."""
        field.setEnabled(on)
        self._form.labelForField(field).setEnabled(on)

    def _paint(self) -> None:
        choice = self.choice()
        drawing = None if self._drawing is None or choice.form is None else cut(self._drawing, choice, self._part)
        self._preview.show_drawing(drawing, choice)
        self._facts.setText(self._told(drawing, choice))

    def _told(self, drawing: Drawing | None, choice: Choice) -> str:
        """How large, or how many."""
        if choice.form is None:
            return self.tr("A file of text")
        if drawing is None:
            return self.tr("There is no graph yet")
        if choice.stepped and not self._steps:
            return self.tr("There are no steps to show")
        if choice.animated:
            return self.tr("{count} pictures, one after another").format(count=f"{self._steps + 1:,}")
        if choice.stepped and choice.format != "pdf":
            return self.tr("{count} files, numbered").format(count=f"{self._steps + 1:,}")
        if choice.format == "pdf":
            pages = self._steps + 1 if choice.stepped else 1
            count = pages * len(sheets(drawing, choice.paper, choice.look.scale))
            return self.tr("Pages: {count}").format(count=f"{count:,}")
        width, height = (round(extent * choice.look.scale) for extent in drawing.size)
        return self.tr("{width} × {height} pixels").format(width=width, height=height)
