"""What a dotted path names among the modules that are imported here: the names in it, how it is called, what it is for.

Nothing is imported for an answer, and nothing that is found is called or read: the path is followed through the
namespaces of modules and classes, never through getattr, so that no module's __getattr__ and no property has a say.
"""

import inspect
import re
import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TypeGuard

from gradviz.engine.processes.docstrings import first_sentence, written
from gradviz.engine.processes.schemas import HOLDERS, by_schema
from gradviz.model.completion.found import NAMES, PARAMETERS, TEXT, Found, Kind, Named, Signature

_ROOTS = frozenset(sys.stdlib_module_names | {"torch", "numpy"})
_SHORT = 28  # characters of an annotation that is told with its parameter, and of a default
_FUNCTIONS = (FunctionType, BuiltinFunctionType, staticmethod, classmethod)
_METHODS = (type(str.join), type(str.__len__), type(dict.__dict__["fromkeys"]))  # as C makes them
_NOTHING = object()


def look(path: str) -> Found:
    """Return what a path names, "" being all that can be imported; a Found without a kind where there is nothing."""
    if not path:
        roots = sorted(name for name in _ROOTS.intersection(sys.modules) if not name.startswith("_"))
        return Found(path, "module", names=tuple(Named(name, "module") for name in roots))
    thing, owner = _follow(path)
    if thing is _NOTHING:
        return Found(path[:TEXT])
    name, doc, kind = path.rpartition(".")[2], _doc(thing), _kind(thing, owner)
    if _holds_names(thing):
        signatures = _signatures(thing, name, doc) if kind == "class" else ()
        return Found(path, kind, "", _named(thing), signatures, (), first_sentence(doc, name))
    if kind == "function":
        unwrapped = _unwrapped(thing) if _speaks(thing) else thing
        signatures = _signatures(unwrapped, name, doc)
        if not signatures and path.rpartition(".")[0] in HOLDERS:
            signatures = by_schema(name)
            own = tuple(one._replace(parameters=one.parameters[1:]) for one in signatures)
            return Found(path, kind, "", (), signatures, own if _is(owner, type) else signatures)
        bound = signatures
        if _is(owner, type) and not _is(thing, staticmethod) and _has_self(unwrapped):
            bound = tuple(one._replace(parameters=one.parameters[1:]) for one in signatures)
            signatures = bound if _is(thing, classmethod) else signatures
        return Found(path, kind, "", (), signatures, bound, first_sentence(doc, name))
    if kind == "attribute":
        return Found(path, kind, doc=first_sentence(doc))
    return Found(path, kind, f"{type(thing).__module__}.{type(thing).__qualname__}"[:TEXT])


def _follow(path: str) -> tuple[object, object]:
    """The thing at the end of a path, and what it is in."""
    first, *rest = path.split(".")
    thing: object = sys.modules.get(first, _NOTHING) if first in _ROOTS and len(path) <= TEXT else _NOTHING
    owner: object = None
    for name in rest:
        if not _holds_names(thing):
            return _NOTHING, None
        thing, owner = _space(thing).get(name, _NOTHING), thing
    return thing, owner


def _is(thing: object, *kinds: type) -> bool:
    """isinstance, but for what a thing itself says of its class, which may be a property."""
    return issubclass(type(thing), kinds)


def _holds_names(thing: object) -> TypeGuard[ModuleType | type]:
    return _is(thing, ModuleType, type)


def _unwrapped(thing: object) -> object:
    """The function in a static or class method."""
    return thing.__func__ if isinstance(thing, staticmethod | classmethod) else thing


def _space(thing: ModuleType | type) -> Mapping[str, object]:
    """The names in a module, or in a class and those that it comes from."""
    if isinstance(thing, ModuleType):
        return dict(vars(thing))
    found: dict[str, object] = {}
    for one in reversed(type.mro(thing) if thing is not type else (object, type)):
        found |= vars(one)
    return found


def _named(thing: ModuleType | type) -> tuple[Named, ...]:
    """The names in a module or a class, without what a module has imported for its own use."""
    space = _space(thing)
    told = sorted(name for name in space if len(name) <= TEXT)
    if isinstance(thing, ModuleType):
        declared = space.get("__all__")
        public = frozenset(declared) if isinstance(declared, list | tuple) else frozenset[object]()
        told = [name for name in told if name in public or _belongs(space[name], thing)]
    return tuple(Named(name, _kind(space[name], thing)) for name in told[:NAMES])


def _belongs(value: object, module: ModuleType) -> bool:
    """Whether a thing in a module is its own or its package's, as far as it says where it comes from."""
    root = module.__name__.partition(".")[0]
    if _is(value, ModuleType):
        return str(vars(value).get("__name__")).startswith(f"{module.__name__}.")
    if type(value).__module__ in ("typing", "__future__"):
        return False
    if root in ("torch", "numpy") and _is(value, type, FunctionType, BuiltinFunctionType):
        home = getattr(value, "__module__", None)
        return not isinstance(home, str) or home.partition(".")[0].lstrip("_") in (root, "builtins")
    return True


def _kind(thing: object, owner: object) -> Kind:
    if _is(thing, ModuleType):
        return "module"
    if _is(thing, type):
        return "class"
    if _is(thing, *_FUNCTIONS, *_METHODS):
        return "function"
    if _is(owner, type):
        return "attribute"
    return "function" if callable(thing) else "value"


def _speaks(thing: object) -> bool:
    """Whether a thing can be asked about itself without running code of its class, which looks up no names."""
    space = _space(type(thing))
    own = (space.get(name) for name in ("__getattr__", "__getattribute__", "__doc__", "__signature__"))
    return _holds_names(thing) or not any(_is(one, FunctionType, property) for one in own)


def _doc(thing: object) -> str:
    if not _speaks(thing):
        return ""
    doc = vars(thing).get("__doc__") if _holds_names(thing) else getattr(thing, "__doc__", None)
    return doc if isinstance(doc, str) else ""


def _signatures(thing: object, name: str, doc: str) -> tuple[Signature, ...]:
    """How a thing is called: as Python knows it; as its docstring says, where that is not known or passes all on."""
    own = _inspected(thing)
    if own is not None and _names_parameters(own):
        return (own,)
    return written(doc, name) or (() if own is None else (own,))


def _names_parameters(signature: Signature) -> bool:
    rest = [one for one in signature.parameters if one not in ("self", "cls")]
    return not rest or not all(one.startswith("*") for one in rest)


def _inspected(thing: object) -> Signature | None:
    try:
        signature = inspect.signature(thing) if callable(thing) and _speaks(thing) else None
    except (TypeError, ValueError):  # a function of C that does not say
        return None
    if signature is None or len(signature.parameters) > PARAMETERS:
        return None
    told: list[str] = []
    kinds = [one.kind for one in signature.parameters.values()]
    for at, one in enumerate(signature.parameters.values()):
        if one.kind is one.KEYWORD_ONLY and one.VAR_POSITIONAL not in kinds[:at] and one.kind not in kinds[:at]:
            told.append("*")
        told.append(_parameter(one))
        if one.kind is one.POSITIONAL_ONLY and kinds[at + 1 : at + 2] != [one.kind]:
            told.append("/")
    returns = signature.return_annotation
    silent = returns is signature.empty or isinstance(thing, type)
    return Signature(tuple(told[:PARAMETERS]), "" if silent else _annotated(returns))


def _parameter(one: inspect.Parameter) -> str:
    stars = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    annotation = "" if one.annotation is one.empty else _annotated(one.annotation)
    text = f"{stars}{one.name}" + (f": {annotation}" if annotation else "")
    if one.default is one.empty:
        return text[:TEXT]
    plain = type(one.default) in (int, float, bool, str, bytes, type(None), tuple)
    default = repr(one.default) if plain else _annotated(one.default)
    sign = " = " if annotation else "="
    return f"{text}{sign}{default if 0 < len(default) <= _SHORT else '…'}"[:TEXT]


def _annotated(annotation: object) -> str:
    """An annotation as a person writes it; "" where it is too long to be read beside its parameter."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    text = re.sub(r"\b(?:torch|typing|collections\.abc|builtins)\.(?=[A-Z])", "", text)
    return text if len(text) <= _SHORT and text.isprintable() else ""


def _has_self(thing: object) -> bool:
    """Whether a function of a class is told with what it is bound to: C's docstrings leave that out."""
    own = _inspected(thing)
    return own is not None and _names_parameters(own)
