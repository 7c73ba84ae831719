"""What the engine says, decoded into records: msgspec refuses everything that is not one."""

from typing import TypeVar

import msgspec

from gradviz.intake.readable import explained
from gradviz.model.completion.found import Found, bounded
from gradviz.model.cost import CostPage, sound
from gradviz.model.trace import SCHEMA, Page
from gradviz.model.wire import Exit, FrameError, FullError, Ready, Request

_COSTS = msgspec.json.Decoder(CostPage)
_PAGE = msgspec.json.Decoder(Page)
_READY = msgspec.json.Decoder(Ready)
_EXIT = msgspec.json.Decoder(Exit)
_REQUEST = msgspec.json.Decoder(Request)
_FOUND = msgspec.json.Decoder(Found)

Message = TypeVar("Message", CostPage, Page, Ready, Exit, Request, Found)


def ready(payload: bytes) -> Ready:
    """Decode the payload of a READY frame, or raise FrameError."""
    return _decode(_READY, payload)


def exited(payload: bytes) -> Exit:
    """Decode the payload of an EXITED frame, or raise FrameError."""
    return _decode(_EXIT, payload)


def request(payload: bytes) -> Request:
    """Decode the payload of a RUN frame, or raise FrameError."""
    found = _decode(_REQUEST, payload)
    if found.schema != SCHEMA:
        raise FrameError(f"a request of schema {found.schema}; this is {SCHEMA}")
    return found


def found(payload: bytes) -> Found:
    """Decode the payload of a FOUND frame, or raise FrameError."""
    answer = _decode(_FOUND, payload)
    if not bounded(answer):
        raise FrameError("an answer longer than an answer may be")
    return answer


def page(payload: bytes) -> Page:
    """Decode the payload of a run's PAGE frame, or raise FrameError; FullError where memory does not hold it."""
    return _decode(_PAGE, payload)


def cost_page(payload: bytes) -> CostPage:
    """Decode the payload of a measuring run's PAGE frame, or raise FrameError."""
    found = _decode(_COSTS, payload)
    if not sound(found):
        raise FrameError("measured numbers that cannot be")
    return found._replace(raised=tuple(one._replace(error=explained(one.error)) for one in found.raised))


def _decode(decoder: msgspec.json.Decoder[Message], payload: bytes) -> Message:
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError(str(error)) from error
    except MemoryError as error:
        raise FullError("as much as memory holds") from error
