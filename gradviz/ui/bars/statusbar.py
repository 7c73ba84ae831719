"""The line at the bottom: what is going on at the left, with Stop where it takes long; facts at the right."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar, QWidget

from gradviz.state.values import AppState
from gradviz.ui.style.labels import CutLabel
from gradviz.ui.style.plain import plain, tooltip
from gradviz.ui.wording import wording


class StatusLine(QStatusBar):
    """Shows the state in words.

    Signals:
        stopWanted: Stop was pressed.
    """

    stopWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._activity = CutLabel(self)
        self._stop = QPushButton(self.tr("Stop"), self)
        self._stop.clicked.connect(self.stopWanted)
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.hide()
        self._counts, self._place = self._label(), self._label()
        self._torch, self._wall = self._label(), self._label()
        self.addWidget(self._stop)
        self.addWidget(self._activity, 1)
        for label in (self._counts, self._torch, self._wall, self._place):
            self.addPermanentWidget(label)

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setContentsMargins(6, 0, 6, 0)
        return label

    @property
    def activity(self) -> str:
        """What is said to be going on."""
        return self._activity.whole

    @property
    def facts(self) -> str:
        """What stands at the right."""
        return " · ".join(label.text() for label in (self._counts, self._torch, self._wall, self._place))

    @property
    def torch_tip(self) -> str:
        """What is said of the torch that runs programs, beside its version."""
        return self._torch.accessibleDescription()

    def show_state(self, state: AppState) -> None:
        """Say what holds now."""
        self._activity.say(wording.activity(state))
        self._stop.setVisible(state.busy and state.slow)
        self._counts.setText(wording.counts(state))
        self._torch.setText(wording.torch(state))
        self._torch.setAccessibleDescription(plain(wording.torch_tip(state)))
        self._torch.setToolTip(tooltip(wording.torch_tip(state)))
        self._wall.setText(wording.wall(state))
        self._wall.setToolTip(tooltip(wording.wall_tip(state)))

    def say(self, text: str) -> None:
        """Say something once, until the state changes."""
        self._activity.say(text)

    def show_place(self, line: int, column: int) -> None:
        """Say where the cursor is."""
        self._place.setText(self.tr("Ln {line}, Col {column}").format(line=line, column=column))
