"""What is under the pointer, found a slice at a time: where edges lie thick it takes longer than a frame may."""

from collections.abc import Generator
from math import inf
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.drawing.shapes import Mark
from gradviz.layout.geometry import Point
from gradviz.ui.graph.painting.backing import SLICE
from gradviz.ui.graph.painting.scene import Scene

_SHARE = SLICE / 2  # seconds: the frame in which one looks may have a slice to paint as well


class Pointing(QObject):
    """One look at one spot of a scene; a look at another spot ends it.

    Signals:
        found: the mark at the spot that was last looked at; None: there is none.
    """

    found = Signal(object)

    def __init__(self, parent: QObject, share: float = _SHARE) -> None:
        """Look at nothing yet.

        Args:
            parent: owns it.
            share: seconds after which the rest is left to the next turn of the event loop.
        """
        super().__init__(parent)
        self._share = share
        self._spot: tuple[Scene, Point, float] | None = None
        self._looking: Generator[None, None, Mark | None] | None = None  # None: the mark is known
        self._mark: Mark | None = None
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._go_on)

    def look(self, scene: Scene, at: Point, slack: float) -> None:
        """Look at a spot, and tell what is there when it is found: see `Scene.hit`. It is looked at once."""
        self._turn(scene, at, slack)
        self._go_on()

    def at_once(self, scene: Scene, at: Point, slack: float) -> Mark | None:
        """Return what is at a spot, however long it takes; what has been looked through there is not once more."""
        self._turn(scene, at, slack)
        self._known(inf)
        return self._mark

    def end(self) -> None:
        """Look no longer: the scene is another, or seen from elsewhere."""
        self._next.stop()
        self._spot = self._looking = self._mark = None

    def _turn(self, scene: Scene, at: Point, slack: float) -> None:
        spot = (scene, at, slack)
        if spot != self._spot:
            self.end()
            self._spot, self._looking = spot, scene.looking(at, slack)

    def _go_on(self) -> None:
        if self._known(perf_counter() + self._share):
            self.found.emit(self._mark)
        else:
            self._next.start(0)

    def _known(self, until: float) -> bool:
        """Look on until then, and tell whether it is known what is there."""
        while self._looking is not None:
            try:
                next(self._looking)
            except StopIteration as end:
                self._looking, self._mark = None, end.value
            else:
                if perf_counter() >= until:
                    return False
        return True
