"""What the program prints and is warned of, with the line it came from."""

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import gradviz
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.ledger.stream import Stream
from gradviz.engine.record.program.source import Source
from gradviz.model.program import FILE
from gradviz.model.trace import Output, Warned
from gradviz.model.trace import Stream as StreamName

# In the tracebacks that anomaly detection puts into warnings: what called the program, and what stands between it and
# torch. A bare interpreter has neither.
_HEAD = r"\s*(?:Error detected in|Previous calculation was induced by) [^\n]*\n"
_CODE = r"[^\n]*\n(?:    [^\n]*\n)*"
_OUTER = re.compile(rf'\A({_HEAD})(?:  File "(?!{FILE}"){_CODE})+')
_OURS = re.compile(rf'  File "{re.escape(str(Path(gradviz.__file__).parent))}{re.escape(os.sep)}{_CODE}')


class _Writer(io.TextIOBase):
    """A text stream whose writes become records; joins what one line writes piece by piece."""

    def __init__(self, stream: Stream, source: Source, name: StreamName, budget: list[int]) -> None:
        self._stream = stream
        self._source = source
        self._name = name
        self._budget = budget  # characters left, shared by stdout and stderr

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Record text.

        Raises:
            LimitReached: more was written than a run may.
        """
        with Untraced(), self._stream.lock:
            return self._write(text, self._source.here()[0])

    def _write(self, text: str, line: int | None) -> int:
        kept = text[: self._budget[0]]
        self._budget[0] -= len(text)
        output, written = self._stream.output, Output(line, kept, self._name, self._stream.steps)
        if output and output[-1]._replace(text=kept) == written:
            written = written._replace(text=output.pop().text + kept)
        if written.text:
            output.append(written)
        if self._budget[0] < 0:
            self._stream.stop("output", "")
        return len(text)


def _as_bare(message: str) -> str:
    """A warning without the frames of a traceback that a bare interpreter would not have."""
    return _OURS.sub("", _OUTER.sub(r"\1", message)) if re.match(_HEAD, message) else message


@contextmanager
def captured(stream: Stream, source: Source, characters: int) -> Iterator[None]:
    """Within it, prints and warnings become records; at most `characters` are kept."""
    budget = [characters]

    def showwarning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: object = None,
        line: str | None = None,
    ) -> None:
        del filename, lineno, file, line  # the program's own line says more than a line inside torch
        text = str(message)  # by the program's own code, perhaps
        with Untraced():
            stream.warn(Warned(source.here()[0], category.__name__, _as_bare(text)))

    with (
        redirect_stdout(_Writer(stream, source, "stdout", budget)),
        redirect_stderr(_Writer(stream, source, "stderr", budget)),
        warnings.catch_warnings(),
    ):
        _set_default_filters()
        warnings.showwarning = showwarning
        yield


def _set_default_filters() -> None:
    """Filter warnings as Python does for a program run by itself, whatever holds in this process."""
    warnings.resetwarnings()
    for category in (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
