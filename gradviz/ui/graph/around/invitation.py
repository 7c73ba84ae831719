"""The switch that gives autograd something to record, below the words that stand in place of a graph."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gradviz.model.source.edits import KEYWORD
from gradviz.picture.picture import TensorRow
from gradviz.state.values.chosen import Chosen
from gradviz.ui.style.plain import one_line

_ROOM = "\n" * 4  # as high as the words in the middle of the panel may be, and once more below it


class Invitation(QWidget):
    """A button, a little below the middle of the graph's panel.

    Signals:
        flagWanted: the tensor whose flag is to be switched, and the flag.
    """

    flagWanted = Signal(object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._row: TensorRow | None = None
        self._graph = parent
        self._button = QPushButton(self)
        self._button.setMinimumSize(220, 32)
        self._button.clicked.connect(self._press)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(_ROOM, self))
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    @property
    def button(self) -> QPushButton:
        """What is pressed."""
        return self._button

    def invite(self, row: TensorRow | None) -> None:
        """Offer to make a tensor require grad; None: offer nothing."""
        self._row = row
        if row is not None:
            text = self.tr("Make {name} require grad").format(name=one_line(row.name, 40))
            self._button.setText(text.replace("&", "&&"))
            self._button.setAccessibleName(text)
        self.setVisible(row is not None)

    def _press(self) -> None:
        if self._row is not None:
            self._graph.setFocus()  # where the graph will be; the button goes
            self.flagWanted.emit(Chosen("tensor", self._row.tensor), KEYWORD)
