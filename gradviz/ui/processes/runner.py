"""The processes beside the window behind a few signals: the engine that runs programs, and what draws their traces.

The window never blocks on either. Every object here is made once; no run makes a new one.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from gradviz.intake import decoding
from gradviz.model.completion.found import Look
from gradviz.model.trace import SCHEMA
from gradviz.model.wire import Frame, FrameError, Kind, Ready, Request, encode, pack
from gradviz.picture.inspection.inspection import Inspect
from gradviz.picture.picture import Options, Save, Wish
from gradviz.picture.quiz.questions import AskQuiz
from gradviz.ui.processes import commands
from gradviz.ui.processes.link import Link
from gradviz.ui.processes.pictures import Pictures

LONG = 300  # milliseconds after which a run is worth a word
REST = 100  # milliseconds after a picture without an edit, after which its program is measured
FADE = 5000  # milliseconds for which what changed is in view: long enough to look for it
ENOUGH = 4 * 1024**2  # bytes on their way to the picture process, beyond which the engine, and the run, have to wait


class Runner(QObject):
    """Engine and picture processes.

    Signals:
        ready: the engine's `Ready`.
        exited: run id and `Exit`.
        pictured: a `Picture`.
        saved: a `Saved`, for each file that was asked for.
        engineEnded, pictureEnded: that process is gone; the reason in words.
        ranLong: this run has been going on for LONG.
        rested: nobody has asked for anything else since the rest for this run began, REST ago.
        compared: a `Comparison` of the newest run and those beside it.
        faded: what changed has been in view for FADE.
        costed: the id of a measuring run and a `CostTable` of what it has found so far.
        inspected: the id of a run and an `Inspection` of a thing of it.
        found: a `Found`, for each path that was looked up.
        quizzed: the id of a run and a `Quizzed` of it.
    """

    ready = Signal(object)
    exited = Signal(int, object)
    pictured = Signal(object)
    saved = Signal(object)
    engineEnded = Signal(str)
    pictureEnded = Signal(str)
    ranLong = Signal(int)
    rested = Signal(int)
    costed = Signal(int, object)
    inspected = Signal(int, object)
    compared = Signal(object)
    quizzed = Signal(int, object)
    faded = Signal()
    found = Signal(object)

    def __init__(
        self,
        engine: tuple[str, ...],
        environment: dict[str, str] | None,
        picture: tuple[str, ...],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._own = engine, environment
        self._engine = Link(engine, environment, self)
        self._engine.framed.connect(self._framed)
        self._engine.ended.connect(self._ended)
        self._pictures = Pictures(picture, self)
        self._pictures.arrived.connect(self.pictured)
        self._pictures.ended.connect(self.pictureEnded)
        self._pictures.saved.connect(self.saved)
        self._pictures.costed.connect(self.costed)
        self._pictures.inspected.connect(self.inspected)
        self._pictures.compared.connect(self.compared)
        self._pictures.quizzed.connect(self.quizzed)
        self._pictures.drained.connect(self._balance)
        self._cancelled = False
        self._again = self._timer(self._start_engine)
        self._why = ""  # it was killed from here
        self._watched = 0
        self._watch = self._timer(lambda: self.ranLong.emit(self._watched))
        self._resting = 0
        self._rest = self._timer(lambda: self.rested.emit(self._resting))
        self._fade = self._timer(self.faded.emit)

    def _timer(self, action: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(action)
        return timer

    @property
    def pids(self) -> tuple[int, ...]:
        """The engine, the picture process at work, the standby; 0 for one that is not there."""
        return (self._engine.pid, *self._pictures.pids)

    @property
    def waiting(self) -> int:
        """Bytes on their way to the picture process."""
        return self._pictures.waiting

    def start(self) -> None:
        """Start all processes."""
        self._start_engine()
        self._pictures.start()

    def use(self, python: str) -> None:
        """Have the engine be a process of this Python; "": as it was made. The end of one that is there is not told."""
        self._again.stop()
        self._watch.stop()
        self._cancelled = False
        self._engine.start_instead(*(commands.engine(python) if python else self._own))

    def start_engine(self, delay: int) -> None:
        """Start the engine after `delay` milliseconds."""
        self._again.start(delay)

    def kill_engine(self) -> None:
        """Kill the engine; told as any other end of it."""
        self._refuse(self.tr("it did not answer and was ended"))

    def run(self, run: int, request: Request, options: Options) -> None:
        """Run a program. A run that is still going on ends."""
        self._cancelled = False
        payload = encode(request)
        self._engine.send(pack(Kind.RUN, run, payload))
        self._engine.push()
        self._pictures.begin(run, _alone(request, payload), options)

    def measure(self, run: int, request: Request) -> None:
        """Measure a program, beside the record of the newest run. It ends as that would at the next run."""
        self._cancelled = False
        payload = encode(request)
        self._engine.send(pack(Kind.RUN, run, payload))
        self._pictures.measure(run, _alone(request, payload))

    def run_beside(self, run: int, request: Request) -> None:
        """Run a program in another grad mode, to stand beside the newest run. It ends as that would at the next run."""
        self._cancelled = False
        payload = encode(request)
        self._engine.send(pack(Kind.RUN, run, payload))
        self._pictures.beside(run, _alone(request, payload))

    def cancel(self, run: int) -> None:
        """Kill a run's process. Its end is listened for, whatever is still on its way."""
        self._cancelled = True
        self._balance()
        self._engine.send(pack(Kind.CANCEL, run))

    def redraw(self, run: int, wish: Wish) -> None:
        """Show the newest run in another way."""
        self._pictures.redraw(run, wish)

    def inspect(self, run: int, wanted: Inspect) -> None:
        """Ask about a thing of the newest run; `inspected` tells."""
        self._pictures.inspect(run, wanted)

    def look(self, path: str) -> None:
        """Ask what a dotted path names in the engine's libraries; `found` tells. Nothing comes of it without one."""
        self._engine.send(pack(Kind.LOOK, 0, encode(Look(path))))

    def quiz(self, run: int, wanted: AskQuiz) -> None:
        """Ask for questions about the newest run; `quizzed` tells them."""
        self._pictures.quiz(run, wanted)

    def save(self, wanted: Save) -> None:
        """Write the newest run to a file; `saved` tells what came of it."""
        self._pictures.save(wanted)

    def drop_picture(self) -> None:
        """Kill the picture process at its work."""
        self._pictures.drop()

    def watch(self, run: int) -> None:
        """Send `ranLong` for this run in a moment, whether or not it still goes on."""
        self._watched = run
        self._watch.start(LONG)

    def rest(self, run: int) -> None:
        """Send `rested` for this run after a while."""
        self._resting = run
        self._rest.start(REST)

    def fade(self) -> None:
        """Send `faded` after a while."""
        self._fade.start(FADE)

    def close(self) -> None:
        """End all processes and wait until they are gone."""
        for timer in (self._again, self._watch, self._rest, self._fade):
            timer.stop()
        self._engine.close()
        self._pictures.close()

    def _start_engine(self) -> None:
        self._engine.start()

    def _framed(self, frame: Frame) -> None:
        if frame.kind == Kind.PAGE:
            self._pictures.feed(frame)
            self._balance()
            return
        try:
            if frame.kind == Kind.READY:
                self._welcome(decoding.ready(frame.payload), frame.payload)
            elif frame.kind == Kind.EXITED:
                how = decoding.exited(frame.payload)
                self._pictures.feed(frame)
                self.exited.emit(frame.run, how)
            elif frame.kind == Kind.FOUND:
                self.found.emit(decoding.found(frame.payload))
        except FrameError as error:
            self._refuse(str(error))

    def _balance(self) -> None:
        self._engine.listen(self._cancelled or self.waiting < ENOUGH)

    def _welcome(self, ready: Ready, payload: bytes) -> None:
        if ready.schema == SCHEMA:
            self._pictures.greet(payload)
            self.ready.emit(ready)
        else:
            reason = self.tr("it speaks schema {theirs}, the window {ours}")
            self._refuse(reason.format(theirs=ready.schema, ours=SCHEMA))

    def _refuse(self, reason: str) -> None:
        self._why = reason
        self._engine.kill()

    def _ended(self, reason: str) -> None:
        self._watch.stop()
        self.engineEnded.emit(reason or self._why)


def _alone(request: Request, payload: bytes) -> bytes:
    """A request as the picture process is sent it, which looks into no file beside the program."""
    return encode(request._replace(neighbours=())) if request.neighbours else payload
