"""The names that can be written at a place of a program, the best first."""

import builtins
import keyword
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from gradviz.model.completion.calls import parameters_of
from gradviz.model.completion.chains import LIBRARY, Chain
from gradviz.model.completion.found import Catalogue
from gradviz.model.completion.outline import Outline, outline
from gradviz.model.completion.place import Call, Place, place
from gradviz.model.completion.things import Known, Own, Thing, Things

MOST = 200_000  # characters of a program beyond which nothing is offered: to read it takes longer than a frame

Kind = Literal[
    "module", "class", "function", "value", "attribute", "argument", "variable", "parameter", "keyword", "builtin", ""
]
_BUILTINS = tuple(name for name in dir(builtins) if not name.startswith("_") and name not in keyword.kwlist)
_ORDER: dict[Kind, int] = {"argument": 0, "builtin": 2, "keyword": 3}  # of those that fit equally; all others: 1
_FIRST, _BEST, _SAME, _PART, _SCATTERED = range(5)


class Candidate(NamedTuple):
    """A name that can be written."""

    name: str
    kind: Kind
    told: str = ""  # what it is, where more is known than its kind: "Tensor (4, 3) float32", "Linear"
    begins: bool = True  # with what is written


class Offers(NamedTuple):
    """What can be written at a place."""

    place: Place
    candidates: tuple[Candidate, ...] = ()
    asked: tuple[str, ...] = ()  # paths that the engine has to be asked for more


def offers(source: str, position: int, known: Known, catalogue: Catalogue) -> Offers:
    """Return what can be written at a position of a program.

    Args:
        source: the program, finished or not.
        position: in it, from 0.
        known: what its last run held.
        catalogue: what the engine has said of its libraries.
    """
    if len(source) > MOST:
        return Offers(Place("nothing", start=position, end=position))
    here, program = place(source, position), outline(source)
    things = Things(program, known, catalogue)
    if here.what == "nothing":
        return Offers(here)
    if here.what == "name":
        found = {one.name: one for one in _names(things, position)}
        found |= {one.name: one for one in _arguments(things, here.call, position)}
    else:
        found = {one.name: one for one in _attributes(things, here.chain, position)}
    if here.what == "module":
        found = {name: one for name, one in found.items() if one.kind == "module"}
    return Offers(here, ranked(found.values(), here.word), tuple(things.asked))


def ranked(candidates: Iterable[Candidate], word: str) -> tuple[Candidate, ...]:
    """Return those that a word may stand for: what begins with it, then what has it in it, then what has its letters.

    Private names are among them only where the word begins as they do.
    """
    found: list[tuple[int, int, str, str, Candidate]] = []
    for one in candidates:
        fit = _fit(one.name, word)
        if fit is not None and (word.startswith("_") or not one.name.startswith("_")):
            begins = fit <= _SAME
            candidate = one if begins else one._replace(begins=False)
            found.append((fit, _ORDER.get(one.kind, 1), one.name.casefold(), one.name, candidate))
    return tuple(one for *_, one in sorted(found))


def _fit(name: str, word: str) -> int | None:
    """How well a name fits a word; None: not at all."""
    if name.startswith(word):
        return _FIRST if name == word else _BEST
    low, wanted = name.lower(), word.lower()
    if low.startswith(wanted):
        return _SAME
    if len(wanted) < 2:
        return None
    if wanted in low:
        return _PART
    letters = iter(low)
    return _SCATTERED if low[0] == wanted[0] and all(letter in letters for letter in wanted) else None


def _names(things: Things, position: int) -> Iterator[Candidate]:
    """The names that are known at a place."""
    for name in _BUILTINS:
        yield Candidate(name, "builtin")
    for name in keyword.kwlist:
        yield Candidate(name, "keyword")
    for line in things.program.lines:
        for path in line.read.stars:
            yield from _of_library(things, path)
    function = things.program.function(position)
    for name, bound in things.program.visible(position).items():
        kind, told = bound.binding.kind, things.known.told(name, function)
        if kind == "import":
            path = (bound.binding.value or ("",))[0][len(LIBRARY) :]
            yield Candidate(name, things.found(path).kind, path)
        else:
            yield Candidate(name, kind, told)
    if _in_class(things.program, position):
        yield Candidate("super", "builtin")


def _in_class(program: Outline, position: int) -> bool:
    return any(program.lines[at].read.defines == "class" for at in program.scope(position))


def _arguments(things: Things, call: Call | None, position: int) -> Iterator[Candidate]:
    """The arguments that can be given by name in a call."""
    if call is None or call.keyword:
        return
    for calling in parameters_of(things, call, position):
        given = calling.given(call.at - len(call.keywords))
        for one in calling.parameters:
            if one.by_name and one.name not in given and one.name not in call.keywords:
                yield Candidate(f"{one.name}=", "argument", one.told)


def _attributes(things: Things, chain: Chain, position: int) -> Iterator[Candidate]:
    """The names in what a chain leads to, and those that the last run held in it."""
    thing = things.at(chain, position)
    if thing is not None:
        yield from _of(things, thing)
    start = ".".join(chain) + "."
    for names in (things.known.modules, things.known.tensors):
        for name, told in names.items():
            part, rest = name[len(start) :].partition(".")[::2]
            if name.startswith(start) and part.isidentifier() and not rest:
                yield Candidate(part, "attribute", told)


def _of(things: Things, thing: Thing, deep: int = 0) -> Iterator[Candidate]:
    if isinstance(thing, Own):
        for base in things.bases(thing) if deep < 5 else ():
            yield from _of(things, base, deep + 1)
        for name, bound in things.program.attributes(thing.at).items():
            kind = bound.binding.kind
            yield Candidate(name, "attribute" if kind == "variable" else "value" if kind == "import" else kind)
    else:
        yield from _of_library(things, thing.path)


def _of_library(things: Things, path: str) -> Iterator[Candidate]:
    told = things.found(path)
    if told.kind == "value":
        told = things.found(told.of)
    for one in told.names:
        yield Candidate(one.name, one.kind)
