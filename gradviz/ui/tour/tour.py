"""The tour: leads from part to part of the window, stays beside them as they move, and passes over what is hidden."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from gradviz.ui.tour.callout import Callout, Ring
from gradviz.ui.tour.stops import Stop

_MOVED = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)
_ROUND = 4  # pixels between a part and the line round it


class Tour(QObject):
    """One walk; it is gone when it has ended. Nothing of it is there before."""

    def __init__(self, window: QMainWindow, stops: tuple[Stop, ...], types: QWidget, at: int = 0) -> None:
        """Begin it.

        Args:
            window: that it leads through.
            stops: where to.
            types: the widget that takes what is typed meanwhile.
            at: where to begin.
        """
        super().__init__(window)
        self._window, self._stops, self._types = window, stops, types
        self._at = -1
        self._ring, self._callout = Ring(window), Callout(window)
        self._callout.stepped.connect(self._step)
        self._callout.ended.connect(self.end)
        self._callout.typed.connect(self._typed)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)  # once all that moves has moved
        self._rest.timeout.connect(self._follow)
        self._watched = (window, *(widget for stop in stops for widget in stop.widgets()))
        for watched in self._watched:
            watched.installEventFilter(self)
        self._go(at, 1)

    @property
    def at(self) -> int:
        """Which of the stops it is at."""
        return self._at

    @property
    def callout(self) -> Callout:
        """What it says."""
        return self._callout

    def end(self) -> None:
        """End it, and give back the focus."""
        for watched in self._watched:
            watched.removeEventFilter(self)
        self._rest.stop()
        self.setParent(None)
        focus = QApplication.focusWidget()
        if focus is self._callout or (focus is not None and self._callout.isAncestorOf(focus)):
            self._types.setFocus()
        for part in (self._ring, self._callout):
            part.hide()
            part.deleteLater()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside what moves; Esc that nobody wanted ends the tour."""
        if event.type() in _MOVED:
            self._rest.start()
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self._window
        if isinstance(event, QKeyEvent) and pressed and event.key() == Qt.Key.Key_Escape:
            self.end()
            return True
        return False

    def _step(self, step: int) -> None:
        self._go(self._at + step, step)

    def _go(self, at: int, step: int) -> None:
        """Go to a stop, or past it where it is hidden; past the last the tour ends."""
        while 0 <= at < len(self._stops) and self._stops[at].part(self._window).isEmpty():
            at += step
        if at >= len(self._stops):
            self.end()
        elif at >= 0:
            self._at = at
            stop = self._stops[at]
            self._callout.say(stop.title, stop.text, at, len(self._stops))
            self._follow()
            self._callout.setFocus()

    def _follow(self) -> None:
        part = self._stops[self._at].part(self._window)
        if part.isEmpty():
            self._go(self._at + 1, 1)
            return
        part = part.adjusted(-_ROUND, -_ROUND, _ROUND, _ROUND).intersected(self._window.rect())
        self._ring.setGeometry(part)
        self._ring.raise_()
        self._ring.show()
        self._callout.show()
        self._callout.point_at(part)

    def _typed(self, event: QKeyEvent) -> None:
        self._types.setFocus()
        QApplication.sendEvent(self._types, event)


def stop(window: QMainWindow) -> int | None:
    """End the tour; return where it was, None: there was none."""
    tours = window.findChildren(Tour)
    for tour in tours:
        tour.end()
    return tours[0].at if tours else None
