"""Pictures as frames. What a large drawing is made of goes ahead, by the page: nobody has to take in all at once."""

from typing import Literal, NamedTuple

import msgspec

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import Page
from gradviz.model.wire import MAX_PAYLOAD, Kind, pack
from gradviz.picture.picture import Picture

MANY = 2048  # marks; the pages of a drawing with more go ahead of its picture
MAX_PAGES = 64 * 1024 * 1024  # bytes of all pages of a drawing


class SentPage(NamedTuple):
    """A page of a drawing on its way."""

    of: Literal["edges", "nodes"]
    page: Page


def frames(run: int, picture: Picture) -> bytes | None:
    """Return a picture as the frames in which it is sent; None where it is larger than what may be."""
    ahead: list[bytes] = []
    drawing = picture.drawing
    if drawing is not None and len(drawing.edges) + len(drawing.nodes) > MANY:
        ahead += [_frame(run, SentPage("edges", page)) for page in Marks.of(drawing.edges).pages]
        ahead += [_frame(run, SentPage("nodes", page)) for page in Marks.of(drawing.nodes).pages]
        picture = picture._replace(drawing=drawing._replace(edges=(), nodes=()))
    payload = msgspec.msgpack.encode(picture)
    if len(payload) > MAX_PAYLOAD or sum(map(len, ahead)) > MAX_PAGES:
        return None
    return b"".join((*ahead, pack(Kind.PICTURE, run, payload)))


def _frame(run: int, sent: SentPage) -> bytes:
    return pack(Kind.MARKS, run, msgspec.msgpack.encode(sent._replace(page=sent.page.packed())))
