"""One change of the source that helps, and what it does: a value, of which the window makes a row with a button."""

from typing import Literal, NamedTuple

from gradviz.model.source.place import Edit

Does = Literal[
    "require grad",
    "floats",
    "retain",
    "retain earlier",
    "move out",
    "enable",
    "no detach",
    "no readout",
    "earlier",
    "backward",
    "also backward",
    "add input",
    "retain graph",
    "create graph",
    "sum",
    "no_grad block",
    "clone",
    "detach",
    "no inference",
    "allow unused",
    "zeros",
    "clear",
    "name",
    "update",
    "half width",
    "indent",
    "cut",
]


class Fix(NamedTuple):
    """A change of the source, and what it does."""

    does: Does
    edit: Edit
    what: str = ""  # the name or the text that it is about
    line: int | None = None  # that it changes
