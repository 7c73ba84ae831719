"""The bar for walking through a run: to the first stop, back, a line of all stops, on, to the end, and play."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from gradviz.state.appstate import AppState
from gradviz.ui.bars.courseslider import CourseSlider
from gradviz.ui.style.theme import Colours, icon_size
from gradviz.ui.wording import stepwords

PACE = 700  # milliseconds from stop to stop at speed 1
SPEEDS = {"half_speed": 0.5, "usual_speed": 1.0, "double_speed": 2.0, "fourfold_speed": 4.0}
_LEAST = 28  # pixels of a button


class Timeline(QWidget):
    """Shows at which stop the run stands. It holds the clock of play and knows nothing of where that leads.

    Signals:
        chosen: the stop that the person went to with the slider; None: the end.
        ticked: it is time for the next stop.
    """

    chosen = Signal(object)
    ticked = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = CourseSlider(colours, self)
        self._slider.chosen.connect(self.chosen)
        self._place = QLabel(self)
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._places = ("", "")  # the texts of it that take the most room
        self._speed = QToolButton(self)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.ticked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def slider(self) -> CourseSlider:
        """The line of stops."""
        return self._slider

    @property
    def place(self) -> str:
        """Where the run stands, as it is written beside the slider."""
        return self._place.text()

    @property
    def clock(self) -> QTimer:
        """The clock of play."""
        return self._clock

    def fill(self, actions: Mapping[str, QAction]) -> None:
        """Put the actions round the slider."""
        for name in ("first_step", "previous_step"):
            self._row.addWidget(self._button(actions[name]))
        self._row.addWidget(self._slider)
        self._row.addWidget(self._place)
        for name in ("next_step", "end_of_run", "play"):
            self._row.addWidget(self._button(actions[name]))
        menu = QMenu(self._speed)
        for name in SPEEDS:
            menu.addAction(actions[name])
        self._speed.setMenu(menu)
        self._speed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._speed.setMinimumHeight(_LEAST)  # it is as wide as what it says
        self._speed.setToolTip(self.tr("Speed of play"))
        self._speed.setAutoRaise(True)
        self._row.addWidget(self._speed)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._slider.apply(colours)

    def set_size(self, size: float) -> None:
        """Show icons larger or smaller, as text becomes, 1.0 being the system's."""
        for button in self.findChildren(QToolButton):
            button.setIconSize(icon_size(size))
            button.setMinimumHeight(round(_LEAST * size))
            if button is not self._speed:  # which is as wide as what it says
                button.setMinimumWidth(round(_LEAST * size))

    def show_state(self, state: AppState) -> None:
        """Show where the run stands."""
        self._slider.show_course(state.course, state.at)
        self._slider.setEnabled(state.steppable)
        self._slider.setAccessibleDescription(stepwords.sentence(state))
        self._place.setText(stepwords.place(state) if state.course.kinds else "")
        self._places = stepwords.places(state)
        self._make_room()
        self._speed.setText(f"{state.speed:g}×")
        self._speed.setAccessibleName(self.tr("Speed of play: {speed}").format(speed=self._speed.text()))

    def keep_time(self, playing: bool, speed: float) -> None:
        """Let the clock tick, or stop it."""
        pace = round(PACE / speed)
        if not playing:
            self._clock.stop()
        elif not self._clock.isActive() or self._clock.interval() != pace:
            self._clock.start(pace)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def _make_room(self) -> None:
        """Give what is said the room of its longest, or the window is laid out anew at each text."""
        metrics = self.fontMetrics()
        self._place.setFixedSize(max(map(metrics.horizontalAdvance, self._places)) + 12, metrics.height())

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setIconSize(icon_size(1.0))
        button.setMinimumSize(_LEAST, _LEAST)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
