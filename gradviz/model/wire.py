"""Messages as bytes on the border between processes: framing, the request, the stream's envelope.

A frame is a header (payload length, run id, kind) and a payload. What the engine is sent and sends is JSON, which needs
the standard library alone; what the window and the picture process say to each other is MessagePack. The run's own
process is hostile: what it writes reaches the reader only as the payload of a PAGE frame whose header the zygote wrote.
Decoding into types belongs to the reading side (`gradviz.intake.decoding`).
"""

import json
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from gradviz.model.completion.found import Found, Look
from gradviz.model.cost import CostPage
from gradviz.model.trace import SCHEMA, GradMode, LimitName, Page

HEADER = struct.Struct("<IIB")
MAX_PAYLOAD = 8 * 1024 * 1024
MAX_RUN = 256 * 1024 * 1024


# Made once: json.dumps makes one for each message. Records hold no cycles.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False, check_circular=False)


class Kind(IntEnum):
    """What a frame carries, and who sends it."""

    RUN = 1  # reader -> zygote: a Request
    CANCEL = 2  # reader -> zygote: kill that run
    READY = 3  # zygote -> reader: a Ready
    PAGE = 4  # zygote -> reader: one Page of the run, as its process wrote it
    EXITED = 5  # zygote -> reader: the run's process is gone; an Exit
    REDRAW = 6  # window -> picture process: View options for the trace it holds
    PICTURE = 7  # picture process -> window: a Picture
    SAVE = 8  # window -> picture process: write the trace it holds to a file; a Save
    SAVED = 9  # picture process -> window: what became of that file; a Saved
    COSTS = 10  # picture process -> window: a CostTable, of the measuring run in the header
    INSPECT = 11  # window -> picture process: a thing of the trace it holds; an Inspect
    INSPECTION = 12  # picture process -> window: what there is to say of it; an Inspection
    BESIDE = 13  # window -> picture process: the Request of a run whose record stands beside that of the newest
    COMPARED = 14  # picture process -> window: a Comparison of the newest run and those beside it
    MARKS = 15  # picture process -> window: a page of the large drawing whose picture comes next
    LOOK = 16  # window -> zygote: what a dotted path names; a Look
    FOUND = 17  # zygote -> window: the answer; a Found
    QUIZ = 18  # window -> picture process: an AskQuiz about the trace it holds
    QUIZZED = 19  # picture process -> window: the questions, a Quizzed


class Limits(NamedTuple):
    """What one run may use."""

    seconds: float = 30.0
    memory: int = 2 * 1024**3  # bytes beyond what the warm process has
    ops: int = 200_000
    output: int = 256 * 1024  # characters


class Neighbour(NamedTuple):
    """A file beside the program that it imports, itself or by another."""

    path: str
    text: str
    problem: str = ""  # why it was not read


class Request(NamedTuple):
    """One run asked for."""

    source: str
    mode: GradMode = "grad"
    seed: int | None = None
    limits: Limits = Limits()
    schema: int = SCHEMA
    budget: float | None = None  # seconds to measure for, instead of recording once
    file: str = ""  # the whole path of the program; "": it is in none
    neighbours: tuple[Neighbour, ...] = ()


class Ready(NamedTuple):
    """What the zygote is, said once when it can run programs."""

    torch: str
    python: str
    sandbox: str  # "" when locked; otherwise why there is no lock
    schema: int = SCHEMA


class Exit(NamedTuple):
    """How a run's process ended. `signal` is 0 when it left by itself; `killed` says which limit made us kill it."""

    status: int
    signal: int
    killed: LimitName | None = None
    reason: str = ""


class Frame(NamedTuple):
    """One frame taken off a stream."""

    run: int
    kind: Kind
    payload: bytes


class FrameError(ValueError):
    """The bytes are not what they should be; the message says how."""


class FullError(FrameError):
    """The bytes may be what they should be, but are more than the reading side holds."""


def pack(kind: Kind, run: int = 0, payload: bytes = b"") -> bytes:
    """Return one frame as bytes."""
    return HEADER.pack(len(payload), run, kind) + payload


def encode(message: Request | Neighbour | Ready | Exit | Page | CostPage | Look | Found) -> bytes:
    """Return a message as JSON; named tuples become arrays. Non-finite floats are refused.

    Half a surrogate pair is a character to Python, but none of UTF-8: it arrives as a question mark.
    """
    return _ENCODER.encode(message).encode(errors="replace")


class FrameReader:
    """Bytes in, whole frames out; keeps what is not yet complete."""

    def __init__(self) -> None:
        """Start with nothing buffered."""
        self._buffer = bytearray()

    @property
    def partial(self) -> bool:
        """Tell whether a frame has come in part."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield every frame completed by `data`.

        Raises:
            FrameError: a header announces an unknown kind or more than MAX_PAYLOAD bytes.
        """
        buffer = self._buffer
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= HEADER.size:
                length, run, kind = HEADER.unpack_from(buffer, start)
                if length > MAX_PAYLOAD or kind not in Kind._value2member_map_:
                    raise FrameError(f"frame of kind {kind} announces {length} bytes")
                end = start + HEADER.size + length
                if len(buffer) < end:
                    break
                payload = bytes(buffer[start + HEADER.size : end])
                start = end
                yield Frame(run, Kind(kind), payload)
        finally:
            del buffer[:start]
