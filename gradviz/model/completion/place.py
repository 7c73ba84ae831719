"""What stands at a place of a program: a name that is begun, what it is an attribute of, the call that it is in."""

from typing import Literal, NamedTuple

from gradviz.model.completion.chains import LIBRARY, Chain, chain_before, unclosed
from gradviz.model.completion.outline import outline
from gradviz.model.completion.tokens import CLOSING, OPENING, Token, split, tokens

# "name": one that is known there; "attribute": one of what the chain leads to; "module": a module in that.
What = Literal["name", "attribute", "module", "nothing"]


_BEFORE_NEW = ("def", "class", "as", "global", "nonlocal", "for", "lambda", ")", "]", "}")  # stand before a new name


class Call(NamedTuple):
    """A call that a place is in."""

    chain: Chain  # what is called
    at: int  # arguments before that at the place
    keyword: str  # that the one at the place is given by; "": by its position
    keywords: tuple[str, ...]  # of the others
    number: int  # arguments before and after


class Place(NamedTuple):
    """What is written at a place."""

    what: What
    chain: Chain = ()
    word: str = ""  # that is begun
    start: int = 0  # of that in the program
    end: int = 0  # of the whole word, which may go on behind the place
    call: Call | None = None


def place(source: str, position: int) -> Place:
    """Return what stands at a position of a program."""
    lines = outline(source)
    line = lines.lines[lines.at(position)]
    here = position - line.statement.start
    found = tokens(line.statement.text)
    touching = next((one for one in found if one.start < here <= one.end), None)
    before = tuple(one for one in found if one.end <= here and one.kind != "comment")
    call = _call(tuple(one for one in found if one.kind != "comment"), here)
    nothing = Place("nothing", start=position, end=position, call=call)
    if touching is not None and touching.kind == "comment":
        return nothing._replace(call=None)
    word, start, end = "", position, position
    if touching is not None and (touching.kind == "number" or _is_in_string(touching, here)):
        return nothing
    if touching is not None and touching.kind == "name":
        start, end = line.statement.start + touching.start, line.statement.start + touching.end
        word, before = source[start:position], tuple(one for one in before if one.end <= touching.start)
    written = Place("name", (), word, start, end, call)
    imported = _imported(before)
    if imported is not None:
        what, path = imported
        return written._replace(what=what, chain=(LIBRARY + path,))
    if before and before[-1].text == ".":
        chain = chain_before(before, len(before) - 1)
        return nothing if chain is None else written._replace(what="attribute", chain=chain[0])
    return nothing if _names_something(before) else written


def _is_in_string(token: Token, here: int) -> bool:
    return token.kind == "string" and (here < token.end or token.open)


def _imported(before: tuple[Token, ...]) -> tuple[What, str] | None:
    """What is imported at the end of some tokens, and from which path, "" for all modules; None: nothing is."""
    texts = [one.text for one in before]
    if texts[:1] == ["import"]:
        rest = [one.text for one in split(before[1:], ",")[-1]]
        return _path(rest)
    if texts[:1] == ["from"] and "import" not in texts:
        return _path(texts[1:])
    if texts[:1] == ["from"] and texts[-1] in ("import", ",", "("):
        return "attribute", "".join(texts[1 : texts.index("import")])
    return None


def _path(rest: list[str]) -> tuple[What, str] | None:
    """The path before the last dot."""
    if not rest:
        return "module", ""
    return ("module", "".join(rest[:-1])) if rest[-1] == "." and len(rest) > 1 else None


def _names_something(before: tuple[Token, ...]) -> bool:
    """Whether a new name is to follow some tokens, or nothing can."""
    if not before:
        return False
    last, texts = before[-1], [one.text for one in before]
    if last.named or last.kind in ("number", "string") or last.text in _BEFORE_NEW:
        return True
    if "for" in texts and "in" not in texts[_last(texts, "for") :]:
        return True
    if "lambda" in texts and ":" not in texts[_last(texts, "lambda") :]:
        return last.text == ","
    waiting = unclosed(before)
    defines = "def" in texts[:2] and waiting[:1] == [texts.index("def") + 2]
    return defines and last.text in ("(", ",", "*", "**")


def _last(texts: list[str], word: str) -> int:
    return len(texts) - 1 - texts[::-1].index(word)


def _call(found: tuple[Token, ...], here: int) -> Call | None:
    """The innermost call around a place."""
    before = tuple(one for one in found if one.start < here)
    for inside, at in enumerate(unclosed(before)):
        chain = chain_before(before, at) if before[at].text == "(" else None
        if chain is None:
            continue
        if chain[1] and before[chain[1] - 1].text in ("def", "class"):
            return None
        parts, rest = split(before[at + 1 :], ","), _rest(found[len(before) :], inside)
        words = [_keyword(part) for part in parts]
        keywords = tuple(word for word in (*words[:-1], *map(_keyword, rest)) if word)
        return Call(chain[0], len(parts) - 1, words[-1], keywords, len(parts) + len(rest))
    return None


def _keyword(part: tuple[Token, ...]) -> str:
    return part[0].text if len(part) > 1 and part[0].named and part[1].text == "=" else ""


def _rest(after: tuple[Token, ...], inside: int) -> list[tuple[Token, ...]]:
    """The arguments behind the one that goes on with some tokens, which begin in so many brackets of it."""
    depth, rest = inside, list[Token]()
    for token in after:
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth < 0:
            break
        rest.append(token)
    return [part for part in split(tuple(rest), ",", inside)[1:] if part]
