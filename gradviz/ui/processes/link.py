"""One child process that speaks frames, behind signals. It may be started again and again; the object stays.

Knows nothing of what the frames mean. What the child writes is not trusted: a stream that is not made of frames ends
the child. Its output comes through a pipe of our own, because a QProcess reads all there is and keeps it: here the
child waits while nobody listens.
"""

import os

from PySide6.QtCore import QIODevice, QObject, QProcess, QProcessEnvironment, QSocketNotifier, QTimer, Signal

from gradviz.model.wire import FrameError, FrameReader

_LAST_WORDS = 4096  # characters of the child's standard error kept to explain its end
_GRACE = 2000  # milliseconds a killed child may take to be gone
_PIECE = 256 * 1024  # bytes read at once
Command = tuple[tuple[str, ...], dict[str, str] | None]  # all arguments, all environment; None: that of the window


class Link(QObject):
    """Starts a child, frames what it writes, says when it is gone.

    Signals:
        framed: one whole `Frame` from the child.
        drained: the child has taken some of what was sent.
        ended: the child is gone; the reason in words, empty where it was killed from here.
    """

    framed = Signal(object)
    drained = Signal()
    ended = Signal(str)

    def __init__(
        self, command: tuple[str, ...], environment: dict[str, str] | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reader = FrameReader()
        self._words = ""
        self._told = True  # there is no child to hear anything
        self._output: QSocketNotifier | None = None  # of the pipe that the child writes to
        self._following: Command | None = None  # what is to be started when the child that was killed is gone
        self._status = 0
        self._process = process = QProcess(self)
        self._command(command, environment)
        process.readyReadStandardError.connect(self._listen)
        process.bytesWritten.connect(lambda _count: self.drained.emit())
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)

    @property
    def alive(self) -> bool:
        """Whether the child is there or on its way, and was not killed."""
        return not self._told and self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def pid(self) -> int:
        """The child's process id, 0 without one."""
        return self._process.processId()

    @property
    def waiting(self) -> int:
        """Bytes sent that the child has not taken."""
        return self._process.bytesToWrite() if self.alive else 0

    @property
    def status(self) -> int:
        """The exit status of the child that has ended last."""
        return self._status

    def start_instead(self, command: tuple[str, ...], environment: dict[str, str] | None) -> None:
        """Start another child from now on; one that is there ends, and nothing is said of that."""
        self._following = command, environment
        if self._process.state() == QProcess.ProcessState.NotRunning:
            self._follow()
        else:
            self.kill()

    def _follow(self) -> None:
        if self._following is not None:
            following, self._following = self._following, None
            self._command(*following)
            self.start()

    def _command(self, command: tuple[str, ...], environment: dict[str, str] | None) -> None:
        self._process.setProgram(command[0])
        self._process.setArguments(command[1:])
        inherited = QProcessEnvironment.Initialization.InheritFromParent
        own = QProcessEnvironment() if environment is not None else QProcessEnvironment(inherited)
        for name, value in (environment or {}).items():
            own.insert(name, value)
        self._process.setProcessEnvironment(own)

    def start(self) -> None:
        """Start the child, unless it is there or one that was killed is not yet gone. What is sent early is kept."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            return
        self._reader, self._words, self._told = FrameReader(), "", False
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        self._output = QSocketNotifier(reading, QSocketNotifier.Type.Read, self)
        self._output.activated.connect(self._read)
        self._process.setStandardOutputFile(f"/dev/fd/{writing}", QIODevice.OpenModeFlag.Append)
        self._process.start()
        os.close(writing)  # the child has its own end: when that closes, reading ends

    def send(self, data: bytes) -> None:
        """Write to the child without waiting; nothing where there is none."""
        if self.alive:
            self._process.write(data)

    def push(self) -> None:
        """Hand on what was sent as far as the pipe takes it, and not only once there are no other events."""
        if self.alive:
            self._process.waitForBytesWritten(0)

    def listen(self, on: bool) -> None:
        """Read what the child writes, or leave it waiting."""
        if self._output is not None and self._output.isEnabled() != on:
            self._output.setEnabled(on)

    def kill(self) -> None:
        """End the child now."""
        self._told = True
        self._process.kill()

    def close(self) -> None:
        """End the child and wait until it is gone; nothing more is said of it."""
        self.blockSignals(True)
        self._following = None
        self.kill()
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.waitForFinished(_GRACE)
        self._hang_up()

    def _read(self) -> bool:
        """Take one piece of output; return whether there was one."""
        if self._output is None:
            return False
        try:
            data = os.read(self._output.socket(), _PIECE)
        except BlockingIOError:
            return False
        if not data:
            self._hang_up()
        elif not self._told:
            self._take(data)
        return bool(data)

    def _take(self, data: bytes) -> None:
        try:
            for frame in self._reader.feed(data):
                self.framed.emit(frame)
        except FrameError as error:
            self._words = str(error)
            self._process.kill()

    def _hang_up(self) -> None:
        if self._output is not None:
            self._output.setEnabled(False)
            os.close(self._output.socket())
            self._output.deleteLater()
            self._output = None

    def _listen(self) -> None:
        heard = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self._words = (self._words + heard)[-_LAST_WORDS:]

    def _failed(self, error: QProcess.ProcessError) -> None:
        # Only a child that never came up has no `finished`.
        if error == QProcess.ProcessError.FailedToStart:
            self._words = self._process.errorString()
            self._hang_up()
            # Qt has still to clear away what did not start: who hears of it may start another.
            QTimer.singleShot(0, self, self._tell)

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._status = code
        while self._read():  # what it wrote last, at most what the pipe holds
            pass
        self._hang_up()
        if self._following is not None:
            self._follow()
            return
        if not self._words.strip():
            crashed = status == QProcess.ExitStatus.CrashExit
            self._words = f"ended by signal {code}" if crashed else f"ended with status {code}"
        self._tell()

    def _tell(self) -> None:
        reason = "" if self._told else self._words.strip().splitlines()[-1]
        self._told = True
        self.ended.emit(reason)
