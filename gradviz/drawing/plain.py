"""Text from a program made safe to draw: one direction, no controls, nothing an XML parser refuses."""

import re

from gradviz.drawing.metrics import ELLIPSIS

# Controls, bidirectional marks, embeddings and isolates, interlinear marks, surrogates, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Return the text without characters that could mislead a reader or break a file. Lines stay lines."""
    return text if text.isprintable() else _UNSAFE.sub("", text)  # none of those is printable


def bounded(text: str, most: int) -> str:
    """Return the text, cut at its end with an ellipsis where it has more than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS
