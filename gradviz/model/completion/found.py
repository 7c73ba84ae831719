"""What the engine answers when it is asked what a dotted path names: "torch.nn", "torch.Tensor.add"."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["module", "class", "function", "value", "attribute", ""]

# What an answer holds at most.
NAMES = 5000
SIGNATURES = 8
PARAMETERS = 80
TEXT = 400  # characters of any text in it


class Named(NamedTuple):
    """A name in a module or a class."""

    name: str
    kind: Kind


class Signature(NamedTuple):
    """One way to call a thing."""

    parameters: tuple[str, ...]  # as they are written: "input", "*", "alpha=1"; without that which a method is bound to
    returns: str = ""


class Look(NamedTuple):
    """A question: what does this path name?"""

    path: str


class Found(NamedTuple):
    """The answer. An attribute is a value that only an instance of its class has; its type is not known."""

    path: str
    kind: Kind = ""  # "": nothing that is imported has this path
    of: str = ""  # the path of the class of a value
    names: tuple[Named, ...] = ()  # of a module or a class, private ones among them
    signatures: tuple[Signature, ...] = ()
    bound: tuple[Signature, ...] = ()  # where it is called on an instance, if that is another way
    doc: str = ""  # the first sentence of its docstring


Catalogue = Mapping[str, Found]


def bounded(found: Found) -> bool:
    """Whether an answer is no longer than an answer may be."""
    signatures = (*found.signatures, *found.bound)
    texts = (found.path, found.of, found.doc, *(one.name for one in found.names))
    written = (text for one in signatures for text in (*one.parameters, one.returns))
    return (
        len(found.names) <= NAMES
        and max(len(found.signatures), len(found.bound)) <= SIGNATURES
        and all(len(one.parameters) <= PARAMETERS for one in signatures)
        and all(len(text) <= TEXT for text in (*texts, *written))
    )
