"""How much memory the records of a page can take, found by counting signs of its text before it is decoded."""

from gradviz.model import floats

# What msgspec and CPython make of a list, an object, a value in one (of which 8 bytes are its place), at the most,
# and of a text beside its characters: a list may become a record of which all but one field is left out. Empty lists
# are all one, and so are null, true and false.
_LIST, _OBJECT, _VALUE, _PLACE = 96, 256, 40, 8
_NARROW, _WIDE = (1, 20), (4, 44)  # bytes of a character and of a text; wide: where one of them may be beyond ASCII
# The signs of a page that are counted. What begins a null, a true or a false becomes an n: after a comma it is one of
# them, or stands in a text, with a comma of its own that counts as a value.
_SIGNS = bytes.maketrans(b"tf", b"nn")
_OTHERS = bytes(set(range(256)) - set(b'[{,:"ntf'))
_PAGE_ITSELF = 4096  # more than its memory: taking a page needs time, and an honest run sends some fifty a second


def weight(payload: bytes, rest: bytes) -> int:
    """Return how many bytes of memory a page can take at most, without decoding it.

    Every list, object, text and value of JSON needs a sign of its own, so counting those bounds what comes of them; a
    sign inside a text is counted too, which does no harm.

    Args:
        payload: the page.
        rest: what is left of it without its floats.
    """
    signs = payload.translate(_SIGNS, _OTHERS)
    lists, objects = signs.count(b"[") - payload.count(b"[]"), signs.count(b"{")
    values = signs.count(b",") + signs.count(b":") + lists + objects
    shared, texts = signs.count(b",n"), signs.count(b'"') // 2
    is_narrow = payload.isascii() and (b"\\" not in payload or b"\\u" not in payload)
    character, text = _NARROW if is_narrow else _WIDE
    written = character * len(payload) + text * texts + floats.grown(payload, rest)
    return _PAGE_ITSELF + written + _LIST * lists + _OBJECT * objects + _VALUE * values - (_VALUE - _PLACE) * shared
