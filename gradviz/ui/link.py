"""One child process that speaks frames, behind signals. It may be started again and again; the object stays.

Knows nothing of what the frames mean. What the child writes is not trusted: a stream that is not made of frames ends
the child.
"""

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from gradviz.model.wire import FrameError, FrameReader

_LAST_WORDS = 4096  # characters of the child's standard error kept to explain its end
_GRACE = 2000  # milliseconds a killed child may take to be gone


class Link(QObject):
    """Starts a child, frames what it writes, says when it is gone.

    Signals:
        framed: one whole `Frame` from the child.
        ended: the child is gone; the reason in words, empty where it was killed from here.
    """

    framed = Signal(object)
    ended = Signal(str)

    def __init__(
        self, command: tuple[str, ...], environment: dict[str, str] | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reader = FrameReader()
        self._words = ""
        self._told = True  # there is no child to hear anything
        self._process = process = QProcess(self)
        process.setProgram(command[0])
        process.setArguments(command[1:])
        if environment is not None:
            own = QProcessEnvironment()
            for name, value in environment.items():
                own.insert(name, value)
            process.setProcessEnvironment(own)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._listen)
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

    def start(self) -> None:
        """Start the child, unless it is there or one that was killed is not yet gone. What is sent early is kept."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            return
        self._reader, self._words, self._told = FrameReader(), "", False
        self._process.start()

    def send(self, data: bytes) -> None:
        """Write to the child without waiting; nothing where there is none."""
        if self.alive:
            self._process.write(data)

    def kill(self) -> None:
        """End the child now."""
        self._told = True
        self._process.kill()

    def close(self) -> None:
        """End the child and wait until it is gone; nothing more is said of it."""
        self.blockSignals(True)
        self.kill()
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.waitForFinished(_GRACE)

    def _read(self) -> None:
        data = self._process.readAllStandardOutput().data()
        if self._told:
            return
        try:
            for frame in self._reader.feed(bytes(data)):
                self.framed.emit(frame)
        except FrameError as error:
            self._words = str(error)
            self._process.kill()

    def _listen(self) -> None:
        heard = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self._words = (self._words + heard)[-_LAST_WORDS:]

    def _failed(self, error: QProcess.ProcessError) -> None:
        # Only a child that never came up has no `finished`.
        if error == QProcess.ProcessError.FailedToStart:
            self._words = self._process.errorString()
            self._tell()

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        if not self._words.strip():
            crashed = status == QProcess.ExitStatus.CrashExit
            self._words = f"ended by signal {code}" if crashed else f"ended with status {code}"
        self._tell()

    def _tell(self) -> None:
        reason = "" if self._told else self._words.strip().splitlines()[-1]
        self._told = True
        self.ended.emit(reason)
