"""What there is to say of the call around a place of a program, or of the name at it."""

from typing import NamedTuple

from gradviz.model.completion.calls import Calling, callings
from gradviz.model.completion.chains import CALL, ITEM, RESULT, Chain, chain_before
from gradviz.model.completion.found import Catalogue
from gradviz.model.completion.offers import MOST
from gradviz.model.completion.outline import outline
from gradviz.model.completion.place import Call, place
from gradviz.model.completion.things import Instance, Known, Library, Own, Thing, Things
from gradviz.model.completion.tokens import tokens

_WAYS = 4  # to call a thing that are told at once


class Way(NamedTuple):
    """One way to call a thing."""

    name: str
    parameters: tuple[str, ...]
    returns: str = ""
    at: int | None = None  # the parameter that the argument at the place is for


class Tip(NamedTuple):
    """What is said of a thing. Nothing: it is not known."""

    title: str = ""  # "x", "torch.nn.functional"
    told: str = ""  # what it was in the last run, or of what kind it is
    ways: tuple[Way, ...] = ()  # the one that fits first
    doc: str = ""
    asked: tuple[str, ...] = ()  # paths that the engine has to be asked for more

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.told or self.ways or self.doc)


def call_tip(source: str, position: int, known: Known, catalogue: Catalogue) -> Tip:
    """Return what there is to say of the call around a position."""
    call = place(source, position).call if len(source) <= MOST else None
    if call is None:
        return Tip()
    things = Things(outline(source), known, catalogue)
    thing = things.at(call.chain, position)
    return Tip(asked=tuple(things.asked)) if thing is None else _tip(things, thing, call.chain, call)


def name_tip(source: str, position: int, known: Known, catalogue: Catalogue) -> Tip:
    """Return what there is to say of the name at a position."""
    chain = _chain_at(source, position) if len(source) <= MOST else None
    if chain is None:
        return Tip()
    things = Things(outline(source), known, catalogue)
    name = ".".join(chain)
    ran = known.told(name, things.program.function(position))
    thing = things.at(chain, position)
    if ran or thing is None:
        return Tip(name if ran else "", ran, asked=tuple(things.asked))
    return _tip(things, thing, chain, None)


def _chain_at(source: str, position: int) -> Chain | None:
    program = outline(source)
    statement = program.lines[program.at(position)].statement
    here = position - statement.start
    found = tuple(one for one in tokens(statement.text) if one.kind != "comment")
    touched = next((at for at, one in enumerate(found) if one.named and one.start <= here <= one.end), None)
    chain = None if touched is None else chain_before(found, touched + 1)
    return None if chain is None else chain[0]


def _tip(things: Things, thing: Thing, chain: Chain, call: Call | None) -> Tip:
    ways = callings(things, thing) if call is not None or not isinstance(thing, Instance) else ()
    name = next((link for link in reversed(chain) if link not in (CALL, ITEM, RESULT)), "").rpartition(".")[2]
    told, doc, title = "", "", name
    callee = things.callee(thing) if call is not None else thing
    if isinstance(callee, Library):
        answer = things.found(callee.path)
        told, doc, title = "" if ways else answer.kind, answer.doc, callee.path
    elif isinstance(callee, Instance):
        told = callee.path
    elif isinstance(callee, Own):
        doc = things.program.docstring(callee.at)
        told = "" if ways else things.program.lines[callee.at].read.bound[0].name
    if call is not None:
        ways = tuple(sorted(ways, key=lambda one: not one.fits(call)))
    return Tip(title, told, tuple(_way(one, name, call) for one in ways[:_WAYS]), doc, tuple(things.asked))


def _way(way: Calling, name: str, call: Call | None) -> Way:
    at = None if call is None else way.taking(call)
    return Way(name, tuple(one.text for one in way.parameters), way.returns, at)
