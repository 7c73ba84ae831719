"""The picture process and its standby: frames of a run in, Pictures out; a process busy with the past is killed.

A picture process answers a RUN frame with an empty RUN frame when it takes that run up. Until then it may still be at
an older one, so the new run's frames are held here; if it does not take the run up soon, it is killed and the standby,
already warm, is given what was held.
"""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from gradviz.drawing.pages.marks import Marks, paged
from gradviz.model.costs.table import CostTable
from gradviz.model.uncollected import uncollected
from gradviz.model.wire import Frame, Kind, pack
from gradviz.picture.inspection.inspection import Inspect, Inspection
from gradviz.picture.picture import Comparison, Options, Picture, Save, Saved, Wish
from gradviz.picture.quiz.questions import AskQuiz, Quizzed
from gradviz.picture.sent.frames import SentPage
from gradviz.picture.sent.looks import Looks
from gradviz.ui.processes.link import Link

PATIENCE = 150  # milliseconds
_MAX_ENDS = 3  # in a row without a picture between them, after which the processes are left alone
_LARGE = 50_000  # bytes of a picture: some 1,500 objects, as a step far away brings them
_ANSWERS = (Kind.MARKS, Kind.PICTURE, Kind.SAVED, Kind.COSTS, Kind.INSPECTION, Kind.COMPARED, Kind.QUIZZED)
_PICTURE = msgspec.msgpack.Decoder(Picture)
_PAGE = msgspec.msgpack.Decoder(SentPage)
_SAVED = msgspec.msgpack.Decoder(Saved)
_COMPARISON = msgspec.msgpack.Decoder(Comparison)
_COSTS = msgspec.msgpack.Decoder(CostTable)
_INSPECTION = msgspec.msgpack.Decoder(Inspection)
_QUIZZED = msgspec.msgpack.Decoder(Quizzed)


class Pictures(QObject):
    """Two picture processes, one at work.

    Signals:
        arrived: one `Picture`.
        saved: one `Saved`, for each file that was asked for.
        costed: the id of a measuring run and a `CostTable`.
        inspected: the id of a run and an `Inspection` of a thing of it.
        compared: one `Comparison`.
        quizzed: the id of a run and a `Quizzed` of it.
        drained: less is on its way to the process at work.
        ended: the process at work is gone and the trace with it; the reason in words.
    """

    arrived = Signal(object)
    saved = Signal(object)
    costed = Signal(int, object)
    inspected = Signal(int, object)
    compared = Signal(object)
    quizzed = Signal(int, object)
    drained = Signal()
    ended = Signal(str)

    def __init__(self, command: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._links = [Link(command, None, self), Link(command, None, self)]
        for link in self._links:
            link.framed.connect(self._framed)
            link.ended.connect(self._gone)
            link.drained.connect(self.drained)
        self._greeting = b""
        self._run = 0
        self._others: set[int] = set()  # runs that measure, or stand beside that one
        self._held: list[bytes] = []  # frames of the run that the process has not taken up
        self._taken = True
        self._used = False  # whether the process at work was ever given a run
        self._ends = 0
        self._looks = Looks()  # that it has sent
        self._pages: list[SentPage] = []  # of the drawing whose picture comes next
        self._saving: list[str] = []  # the files that the process at work was asked for
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setTimerType(Qt.TimerType.PreciseTimer)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._impatient)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process at work, then the standby."""
        return tuple(link.pid for link in self._links)

    @property
    def waiting(self) -> int:
        """Bytes on their way to the process at work."""
        return self._links[0].waiting + sum(map(len, self._held))

    def start(self) -> None:
        """Start both processes where they are not there."""
        for link in self._links:
            link.start()

    def greet(self, ready: bytes) -> None:
        """Take the engine's READY payload, which goes ahead of every run."""
        self._greeting = pack(Kind.READY, 0, ready)

    def begin(self, run: int, request: bytes, options: Options) -> None:
        """Turn to a new run; frames of older ones are no longer passed on. What failed at an older one may not here."""
        self._ends = 0
        self.start()
        self._run, self._others = run, set()
        opening = self._greeting + _wish(run, Wish(options)) + pack(Kind.RUN, run, request)
        self._taken = False
        self._held = [opening]
        self._open()

    def measure(self, run: int, request: bytes) -> None:
        """Have the costs of a measuring run told. The trace that is held stays."""
        self._others.add(run)
        self._pass(pack(Kind.RUN, run, request))

    def beside(self, run: int, request: bytes) -> None:
        """Have a run's record stand beside the trace that is held."""
        self._others.add(run)
        self._pass(pack(Kind.BESIDE, run, request))

    def feed(self, frame: Frame) -> None:
        """Pass on a frame from the engine, or hold it until the run is taken up."""
        if frame.run == self._run or frame.run in self._others:
            self._pass(pack(frame.kind, frame.run, frame.payload))

    def redraw(self, run: int, wish: Wish) -> None:
        """Ask for the trace that is held to be shown in another way."""
        self._pass(_wish(run, wish))

    def inspect(self, run: int, wanted: Inspect) -> None:
        """Ask about a thing of the trace that is held."""
        self._pass(pack(Kind.INSPECT, run, msgspec.msgpack.encode(wanted)))

    def quiz(self, run: int, wanted: AskQuiz) -> None:
        """Ask for questions about the trace that is held."""
        self._pass(pack(Kind.QUIZ, run, msgspec.msgpack.encode(wanted)))

    def save(self, wanted: Save) -> None:
        """Ask for a file of the trace that is held."""
        if not self._taken or not self._links[0].alive:
            self.saved.emit(Saved(wanted.path, self.tr("the graph is just being made")))
            return
        self._saving.append(wanted.path)
        self._links[0].send(pack(Kind.SAVE, self._run, msgspec.msgpack.encode(wanted)))

    def drop(self) -> None:
        """Kill the process at its work, and the trace with it; the standby waits for the next run."""
        self._forget()
        self._swap()

    def close(self) -> None:
        """End both processes and wait until they are gone."""
        self._patience.stop()
        for link in self._links:
            link.kill()
            link.blockSignals(True)  # or the one that ends while the other is waited for would be started again
        for link in self._links:
            link.close()

    def _open(self) -> None:
        """Send the start of the run. A process that never had one is not busy and is trusted with everything."""
        if not self._links[0].alive:
            return  # it was killed a moment ago and comes back in `_gone`
        if self._used:
            self._links[0].send(self._held[0])
            self._patience.start()
        else:
            self._links[0].send(b"".join(self._held))
            self._take()
        self._used = True

    def _pass(self, data: bytes) -> None:
        if self._taken:
            self._links[0].send(data)
        else:
            self._held.append(data)

    def _take(self) -> None:
        self._patience.stop()
        self._taken, self._held = True, []

    def _forget(self) -> None:
        self._run = 0
        self._take()

    def _impatient(self) -> None:
        if self._saving:
            self._patience.start()  # a file is waited for
        else:
            self._swap()

    def _swap(self) -> None:
        """Let the standby take over; what is held goes to it."""
        self._patience.stop()
        self._pages = []
        self._links[0].kill()
        self._give_up_saving()
        self._links.reverse()
        self._used = False
        if not self._taken:
            self._open()
        self.drained.emit()

    def _give_up_saving(self) -> None:
        paths, self._saving = self._saving, []
        for path in paths:
            self.saved.emit(Saved(path, self.tr("the process that held the graph ended")))

    def _framed(self, frame: Frame) -> None:
        if self.sender() is not self._links[0]:
            return
        if frame.kind == Kind.RUN and frame.run == self._run and not self._taken:
            for data in self._held[1:]:
                self._links[0].send(data)
            self._take()
        elif frame.kind in _ANSWERS:
            self._decode(frame)

    def _decode(self, frame: Frame) -> None:
        try:
            if frame.kind == Kind.MARKS:
                self._pages.append(_PAGE.decode(frame.payload))
            elif frame.kind == Kind.PICTURE:
                pages, self._pages = self._pages, []
                picture = decoded(frame.payload, self._looks, pages)
                self._ends = 0
                self.arrived.emit(picture)
            elif frame.kind == Kind.COSTS:
                self.costed.emit(frame.run, _COSTS.decode(frame.payload))
            elif frame.kind == Kind.INSPECTION:
                self.inspected.emit(frame.run, _INSPECTION.decode(frame.payload))
            elif frame.kind == Kind.QUIZZED:
                self.quizzed.emit(frame.run, _QUIZZED.decode(frame.payload))
            elif frame.kind == Kind.COMPARED:
                self.compared.emit(_COMPARISON.decode(frame.payload))
            else:
                self._told(_SAVED.decode(frame.payload))
        except (msgspec.MsgspecError, IndexError) as error:
            self._lost(str(error))

    def _told(self, saved: Saved) -> None:
        if saved.path in self._saving:
            self._saving.remove(saved.path)
            self.saved.emit(saved)

    def _gone(self, reason: str) -> None:
        """A process is gone: killed from here (no reason) or by itself. It comes back, unless it keeps failing."""
        at_work = self.sender() is self._links[0]
        if reason:
            self._ends += 1
        if reason and at_work:
            self._lost(reason)
        if self._ends < _MAX_ENDS:
            self.start()
            if at_work and not reason and not self._taken:
                self._open()

    def _lost(self, reason: str) -> None:
        """The process at work failed. What it was at is given up: it would fail again."""
        self._forget()
        self._swap()
        self.ended.emit(reason)


def decoded(payload: bytes, looks: Looks, pages: Sequence[SentPage] = ()) -> Picture:
    """Decode a picture.

    Args:
        payload: of its frame.
        looks: that the process has sent; those of the picture are added.
        pages: the pages that came ahead of it, of a drawing that is large.

    Raises:
        msgspec.MsgspecError: it is none.
        IndexError: it names a look that was not sent.
    """
    with uncollected(kept=len(payload) >= _LARGE):
        picture = _PICTURE.decode(payload)
    drawing, change = picture.drawing, picture.change
    if drawing is not None:
        if pages:
            edges, nodes = (Marks([sent.page for sent in pages if sent.of == of]) for of in ("edges", "nodes"))
            drawing = drawing._replace(edges=edges, nodes=nodes)
        picture = picture._replace(drawing=paged(drawing))
    looks.take(picture)
    return picture if change is None else picture._replace(change=looks.whole(change))


def _wish(run: int, wish: Wish) -> bytes:
    return pack(Kind.REDRAW, run, msgspec.msgpack.encode(wish))
