"""The panel of the costs: what may be said of them, then time and bytes of the program in each grad mode."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gradviz.model.costs.table import CostTable
from gradviz.state.values.measuring import Measuring
from gradviz.ui.docks.costbars import CostBars
from gradviz.ui.docks.memory import MemoryView
from gradviz.ui.style.copying import copy, is_copy, offer_copy
from gradviz.ui.style.labels import CutLabel, wrapped_label
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import Colours

_SIZE = QSize(300, 560)  # pixels at first
_NOTHING = CostTable()


class CostPanel(QWidget):
    """Shows what was measured, and measures or stops when asked.

    Signals:
        pressed: the person wants it measured, or stopped.
        lineWanted: the person asks for a line of the program.
    """

    pressed = Signal()
    lineWanted = Signal(int)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = QPushButton(self)
        self._button.clicked.connect(self.pressed)
        self._progress = CutLabel(self)
        self._verdicts, self._errors = wrapped_label(self), wrapped_label(self)
        self._bars = CostBars(colours, self)
        self._memory = MemoryView(colours, self)
        self._memory.lineWanted.connect(self.lineWanted)
        self._lay_out()
        self.setFocusProxy(self._button)
        self.apply(colours)
        self.show_costs(Measuring(), "", "")

    def _lay_out(self) -> None:
        scroll = QScrollArea(self)
        scroll.setAccessibleName(self.tr("Costs"))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget(scroll)
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._bars)
        inside.addWidget(self._memory)
        inside.addStretch(1)
        scroll.setWidget(content)
        top = QHBoxLayout()
        top.addWidget(self._button)
        top.addWidget(self._progress, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 4)
        layout.setSpacing(8)
        layout.addLayout(top)
        for label in (self._verdicts, self._errors):
            layout.addWidget(label)
        layout.addWidget(scroll, 1)

    @property
    def button(self) -> QPushButton:
        """Measures, or stops."""
        return self._button

    @property
    def bars(self) -> CostBars:
        """The numbers."""
        return self._bars

    @property
    def memory(self) -> MemoryView:
        """Memory over the run."""
        return self._memory

    @property
    def text(self) -> str:
        """What the panel says above the numbers."""
        return "\n".join((self._progress.whole, self._verdicts.text(), self._errors.text())).strip()

    def sizeHint(self) -> QSize:
        """Return room for every quantity."""
        return _SIZE

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what is said, as it is: in the labels long words are in pieces."""
        if is_copy(event):
            copy(self.text)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy it."""
        offer_copy(self, event.globalPos(), self.text)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._bars.apply(colours)
        self._memory.apply(colours)
        pale = f"QLabel:disabled {{ color: {colours.muted}; }}"
        self._verdicts.setStyleSheet(f"QLabel {{ font-weight: 600; }} {pale}")
        self._errors.setStyleSheet(f"QLabel {{ color: {colours.error}; }} {pale}")

    def show_costs(self, measuring: Measuring, text: str, progress: str) -> None:
        """Show what is known.

        Args:
            measuring: the costs.
            text: the program in the editor.
            progress: how far it has come, in words.
        """
        table = measuring.table or _NOTHING
        dimmed = measuring.of != text
        self._button.setText(self.tr("Stop") if measuring.going or measuring.pressed else self.tr("Measure"))
        self._progress.say(progress)
        self._say(self._verdicts, "\n".join(table.verdicts), dimmed=dimmed)
        self._say(self._errors, "\n".join(table.errors), dimmed=dimmed)
        self._bars.show_table(table, dimmed=dimmed)
        self._memory.setEnabled(not dimmed)
        self._memory.show_curves(table.curves, measuring.of)

    def _say(self, label: QLabel, text: str, *, dimmed: bool) -> None:
        label.setText(plain(text))
        label.setEnabled(not dimmed)
        label.setVisible(bool(text))
