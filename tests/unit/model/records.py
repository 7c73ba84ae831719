"""Hypothesis strategies for the records of a trace, read off their types: all that a page can hold."""

from types import NoneType, UnionType
from typing import Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

Record = TypeVar("Record", bound=tuple[object, ...])

FINITE = st.floats(allow_nan=False, allow_infinity=False)
WIDE = st.integers(-(2**63), 2**64 - 1)


def records(kind: type[Record], integers: st.SearchStrategy[int] = WIDE) -> st.SearchStrategy[Record]:
    """Records of a named tuple type, each field anything that its type allows."""
    fields = [_values(hint, integers) for hint in get_type_hints(kind).values()]
    return st.tuples(*fields).map(lambda values: kind(*values))


def _values(hint: object, integers: st.SearchStrategy[int]) -> st.SearchStrategy[object]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of(*(_values(one, integers) for one in arguments))
    if origin is dict:
        return st.dictionaries(*(_values(one, integers) for one in arguments), max_size=2)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_values(arguments[0], integers), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(_values(one, integers) for one in arguments))
    if isinstance(hint, type) and issubclass(hint, tuple):
        return records(hint, integers)
    plain = {int: integers, float: FINITE, str: st.text(max_size=5), bool: st.booleans(), NoneType: st.none()}
    assert isinstance(hint, type)
    return plain[hint]
