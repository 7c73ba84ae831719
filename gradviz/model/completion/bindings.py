"""What a statement binds to which names, as it is written: imports, definitions, assignments, loops, parameters."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from gradviz.model.completion.chains import CALL, LIBRARY, Chain, whole_chain
from gradviz.model.completion.tokens import Token, ending, split, tokens

Kind = Literal["import", "function", "class", "parameter", "variable"]


class Binding(NamedTuple):
    """A name, and what it is given. A name with a dot is an attribute: self.weight."""

    name: str
    kind: Kind
    value: Chain | None = None  # that it is bound to; None: not known


class Read(NamedTuple):
    """What a statement says."""

    tokens: tuple[Token, ...]  # without comments
    bound: tuple[Binding, ...] = ()
    inside: tuple[Binding, ...] = ()  # within the statement alone: of comprehensions, of a lambda
    parameters: tuple[Binding, ...] = ()  # of the function that it defines, for what is in that
    signature: tuple[str, ...] = ()  # as they are written
    bases: tuple[Chain, ...] = ()  # of the class that it defines
    stars: tuple[str, ...] = ()  # modules all names of which it imports

    @property
    def defines(self) -> Kind | None:
        """Whether it defines a function or a class."""
        return self.bound[0].kind if self.bound and self.bound[0].kind in ("function", "class") else None


@lru_cache(maxsize=4096)
def read(text: str) -> Read:
    """Return what a statement says."""
    found = tuple(token for token in tokens(text) if token.kind != "comment")
    plain = found[1:] if found and found[0].text == "async" else found
    head = plain[0].text if plain else ""
    if head in ("def", "class") and len(plain) > 1 and plain[1].named:
        return _definition(text, found, plain)
    bound: list[Binding] = []
    stars: list[str] = []
    for part in split(plain, ";"):
        if part and part[0].text == "import":
            bound += _import(part)
        elif part and part[0].text == "from":
            names, star = _from(part)
            bound += names
            stars += star
        else:
            bound += _bound(part)
    return Read(found, tuple(bound), tuple(_inside(found)), stars=tuple(stars))


def _definition(text: str, found: tuple[Token, ...], plain: tuple[Token, ...]) -> Read:
    name, opens = plain[1].text, len(plain) > 2 and plain[2].text == "("
    parts = [part for part in split(plain[3 : ending(plain, 2)], ",") if part] if opens else []
    inside = tuple(_inside(found))
    if plain[0].text == "class":
        bases = tuple(chain for part in parts if (chain := whole_chain(part)) is not None)
        return Read(found, (Binding(name, "class"),), inside, bases=bases)
    after = plain[ending(plain, 2) + 1 :] if opens else ()
    returned = split(after[1:], ":")[0] if after and after[0].text == "->" else ()
    told = tuple(" ".join(text[part[0].start : part[-1].end].split()) for part in parts)
    parameters = tuple(one for part in parts for one in _parameter(part))
    value = _instance(returned)
    return Read(found, (Binding(name, "function", value),), inside, parameters, told)


def _parameter(part: tuple[Token, ...]) -> Iterator[Binding]:
    part = split(part, "=")[0]
    names = [token for token in part[:3] if token.named]
    if names:
        annotation = split(part, ":")[1:]
        starred = part[0].text in ("*", "**")
        yield Binding(names[0].text, "parameter", _instance(annotation[0]) if annotation and not starred else None)


def _instance(annotation: tuple[Token, ...]) -> Chain | None:
    """What has an annotation."""
    chain = whole_chain(annotation)
    return None if chain is None or CALL in chain else (*chain, CALL)


def _dotted(part: tuple[Token, ...]) -> str:
    """The path that some tokens begin with."""
    path = ""
    for at, token in enumerate(part):
        if not (token.named if at % 2 == 0 else token.text == "."):
            break
        path += token.text
    return path.rstrip(".")


def _import(part: tuple[Token, ...]) -> Iterator[Binding]:
    for item in split(part[1:], ","):
        path = _dotted(item)
        if path and len(item) > 2 and item[-2].text == "as":
            yield Binding(item[-1].text, "import", (LIBRARY + path,))
        elif path:
            first = path.partition(".")[0]
            yield Binding(first, "import", (LIBRARY + first,))


def _from(part: tuple[Token, ...]) -> tuple[list[Binding], list[str]]:
    at = next((at for at, token in enumerate(part) if token.text == "import"), len(part))
    path, names = _dotted(part[1:at]), [token for token in part[at + 1 :] if token.text not in ("(", ")")]
    if not path:
        return [], []
    if [token.text for token in names] == ["*"]:
        return [], [path]
    items = [item for item in split(tuple(names), ",") if item and item[0].named]
    return [Binding(item[-1].text, "import", (f"{LIBRARY}{path}.{item[0].text}",)) for item in items], []


def _bound(part: tuple[Token, ...]) -> Iterator[Binding]:
    """What an assignment, a loop, a with, an except binds."""
    head = part[0].text if part else ""
    if head == "for":
        end = next((at for at, token in enumerate(part) if token.text == "in"), len(part))
        yield from _targets(part[1:end], None)
    elif head in ("with", "except"):
        for at, token in enumerate(part[:-1]):
            if token.text == "as":
                yield from _targets(part[at + 1 : at + 2], None)
    elif head in ("global", "nonlocal"):
        yield from _targets(part[1:], None)
    else:
        *targets, value = split(part, "=")
        for target in targets:
            yield from _targets(target, value)
        if not targets and len(annotated := split(part, ":")) == 2 and len(annotated[0]) == 1:
            yield from _targets(part, None)


def _targets(target: tuple[Token, ...], value: tuple[Token, ...] | None) -> Iterator[Binding]:
    """The names in what is assigned to, each with its part of the value where that is written beside it."""
    name, *annotation = split(target, ":")
    if len(name) > 2 and name[0].text in ("(", "["):
        name = name[1 : ending(name, 0)]
    names = split(name, ",")
    values = [value] if value is None or len(names) == 1 else split(value, ",")
    for at, one in enumerate(names):
        path = _dotted(one[1:] if one and one[0].text == "*" else one)
        own = values[at] if len(values) == len(names) else None
        chain = _instance(annotation[0]) if annotation else None if own is None else whole_chain(own)
        if path and (path.count(".") == 0 or len(one) == 3) and one[-1].named:
            yield Binding(path, "variable", chain)


def _inside(found: tuple[Token, ...]) -> Iterator[Binding]:
    """What comprehensions, lambdas and := bind."""
    for at, token in enumerate(found):
        rest = found[at + 1 :]
        if token.text == "for" and at:
            end = next((place for place, one in enumerate(rest) if one.text == "in"), 0)
            yield from _targets(rest[:end], None)
        elif token.text == "lambda":
            for part in split(split(rest, ":")[0], ","):
                yield from _parameter(part)
        elif token.text == ":=" and at and found[at - 1].named:
            yield Binding(found[at - 1].text, "variable")
