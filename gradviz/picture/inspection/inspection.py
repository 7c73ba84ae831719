"""The Inspection: all there is to say of a tensor, op, grad_fn or fold at a step, as plain values for the window.

A section is a title with facts, and perhaps a table of numbers. Whoever has more to say of a thing adds a section;
the panel that paints them knows none of them by name.
"""

from typing import Literal, NamedTuple

from gradviz.model.graph.graph import View
from gradviz.model.source.place import Edit
from gradviz.picture.picture import Language


class Subject(NamedTuple):
    """What is inspected: a record of the trace, or a fold of what is drawn."""

    kind: Literal["tensor", "op", "grad_fn", "fold"]
    id: int | str  # of a fold its key


class Inspect(NamedTuple):
    """What the window asks for."""

    of: Subject
    step: int | None = None  # as it was at this step; None: at the end
    language: Language = "en"
    view: View = "both"  # in which a fold is drawn


class Fact(NamedTuple):
    """One line of a section: what it is about, and what holds."""

    label: str  # "": the text says it all
    text: str
    line: int | None = None  # of the program, to go to
    of: Subject | None = None  # the thing it names, to be inspected in turn
    alarming: bool = False
    edit: Edit | None = None  # of the source, that the text offers
    turns: str = ""  # the key of a fold that the text opens, or where it is open closes


class Cell(NamedTuple):
    """One number of a table."""

    text: str
    heat: float | None = None  # from -1 to 1: where it lies between the extremes; None: it has no place there


class Section(NamedTuple):
    """Facts of one kind, in the order in which they are read."""

    title: str
    facts: tuple[Fact, ...] = ()
    table: tuple[tuple[Cell, ...], ...] = ()


class Inspection(NamedTuple):
    """The answer: `asked` is what it is of."""

    asked: Inspect
    title: str
    sections: tuple[Section, ...] = ()
