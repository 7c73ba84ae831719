"""The line at the bottom: what is going on at the left, with Stop where it takes long; facts at the right."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar, QWidget

from gradviz.state.appstate import AppState
from gradviz.ui.style.announcing import announce
from gradviz.ui.style.labels import CutLabel
from gradviz.ui.style.plain import plain, tooltip
from gradviz.ui.wording import wording

_SAID = 16  # letters of what goes on that are seen before any fact is

_REST = 700  # milliseconds that it has been said before it is read out: not each letter that is typed ends a run


class _Fact(QLabel):
    """A text that does not keep the window from being narrower than all facts are."""

    def minimumSizeHint(self) -> QSize:
        """Return no width: where there is no room for all of the text, none of it is shown."""
        return QSize(0, super().minimumSizeHint().height())


class StatusLine(QStatusBar):
    """Shows the state in words, and has what goes on read out by a screen reader: the end of a run, its error, a step.

    Signals:
        stopWanted: Stop was pressed.
    """

    stopWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._activity = CutLabel(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(lambda: announce(self._activity, self.activity))
        self._stop = QPushButton(self.tr("Stop"), self)
        self._stop.clicked.connect(self.stopWanted)
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.hide()
        self._counts, self._place = self._fact(), self._fact()
        self._torch, self._wall = self._fact(), self._fact()
        self.addWidget(self._stop)
        self.addWidget(self._activity, 1)
        for label in (self._counts, self._torch, self._wall, self._place):
            self.addPermanentWidget(label)

    def _fact(self) -> QLabel:
        label = _Fact(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setContentsMargins(6, 0, 6, 0)
        return label

    def event(self, event: QEvent) -> bool:
        """Look which facts there is room for where the line, or something in it, has another size."""
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            room = self.width() - self.fontMetrics().averageCharWidth() * _SAID
            for label in (self._wall, self._place, self._counts, self._torch):  # what is missed least goes first
                room -= label.sizeHint().width()
                label.setVisible(room >= 0)
        return done

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
        self.say(wording.activity(state))
        self._stop.setVisible(state.busy and state.slow)
        self._counts.setText(wording.counts(state))
        self._torch.setText(wording.torch(state))
        self._torch.setAccessibleDescription(plain(wording.torch_tip(state)))
        self._torch.setToolTip(tooltip(wording.torch_tip(state)))
        self._wall.setText(wording.wall(state))
        self._wall.setToolTip(tooltip(wording.wall_tip(state)))

    def say(self, text: str) -> None:
        """Say something once, until the state changes."""
        before = self.activity
        self._activity.say(text)
        if self.activity != before:
            self._rest.start()

    def show_place(self, line: int, column: int) -> None:
        """Say where the cursor is."""
        self._place.setText(self.tr("Ln {line}, Col {column}").format(line=line, column=column))
