"""What docstrings say in PyTorch's way: the signatures in their first lines, and the first sentence, as plain text."""

import re
from collections.abc import Iterator

from gradviz.model.completion.found import PARAMETERS, SIGNATURES, TEXT, Signature

_DIRECTIVE = re.compile(r"\s*\.\. (?:py:)?(?:function|method):: *")
_ROLE = re.compile(r":[\w:]+:`~?([^`<]*?)(?: *<[^`]*>)?`")
_LITERAL = re.compile(r"``?([^`]+)``?")
_SENTENCE = re.compile(r"(.+?[.。](?=\s|$))")
_LINES = 12  # that one signature may go over
_FORMULA = re.compile(r":math:`[^`]*\\[^`]*`")  # in TeX that is no text


def written(doc: str, name: str) -> tuple[Signature, ...]:
    """Return the signatures of `name` that a docstring begins with or announces: "add(input, other) -> Tensor"."""
    found: dict[Signature, None] = {}
    lines = doc.strip().splitlines()
    leading = True
    for at, line in enumerate(lines):
        announced = _DIRECTIVE.match(line)
        text = line[announced.end() :] if announced else line.strip()
        if (leading or announced) and re.match(rf"(?:[\w.]+\.)?{re.escape(name)} ?\(", text):
            whole = "\n".join([text, *(one.strip() for one in lines[at + 1 : at + _LINES])])
            signature = _signature(whole)
            if signature is not None:
                found[signature] = None
        elif text and not announced and not text.startswith(")"):
            leading = leading and text.endswith((",", "\\")) and bool(found)
    return tuple(found)[:SIGNATURES]


def _signature(text: str) -> Signature | None:
    """The signature that a text begins with; None: its brackets do not close."""
    start = text.index("(") + 1
    end = closing(text, start)
    if end is None:
        return None
    returns = re.match(r" *(?:->|→) *([\w.\[\], ()|]*[\w\])])", text[end + 1 :])
    # "max(iterable, *[, default=obj, key=func])": brackets that say what may be left out
    inside = text[start:end].replace("\\", " ").replace("\n", " ").replace("[,", ",")
    inside = inside if inside.count("[") == inside.count("]") else inside.replace("]", "")
    parameters = tuple(part.strip()[:TEXT] for part in split(inside) if part.strip())[:PARAMETERS]
    return Signature(parameters, "" if returns is None else returns.group(1).strip()[:TEXT])


def closing(text: str, start: int) -> int | None:
    """Return where the bracket closes that was opened before `start`; None: nowhere."""
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0:
            return at
    return None


def split(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no bracket."""
    depth = start = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def first_sentence(doc: str, name: str = "") -> str:
    """Return the first sentence of a docstring without markup; "" where it has none.

    Args:
        doc: the docstring.
        name: of what it is of; signatures of that are passed over.
    """
    for paragraph in re.split(r"\n\s*\n", doc.strip()):
        text = " ".join(paragraph.split())
        if not text or text.startswith("..") or (name and re.match(rf"(?:[\w.]+\.)?{re.escape(name)} ?\(", text)):
            text = _after_signatures(paragraph, name)
        if text:
            sentence = _SENTENCE.match(text)
            return plain(sentence.group(1) if sentence else text)[:TEXT]
    return ""


def _after_signatures(paragraph: str, name: str) -> str:
    """What a paragraph that begins with signatures goes on to say."""
    text = paragraph.strip()
    while name and (begun := re.match(rf"(?:[\w.]+\.)?{re.escape(name)} ?\(", text)):
        end = closing(text, begun.end())
        if end is None:
            return ""
        text = text[end + 1 :].partition("\n")[2].strip()
    return "" if text.startswith("..") else " ".join(text.split())


def plain(text: str) -> str:
    """Return a text of reStructuredText as it is read."""
    return _LITERAL.sub(r"\1", _ROLE.sub(r"\1", _FORMULA.sub("…", text))).replace("\\", "")
