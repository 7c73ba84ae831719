"""Formulas: Python expressions in a few words, which can be read, filled in and computed.

The formulas are gradviz's own; what they speak of comes from a run, and is only ever looked up by name.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from gradviz.model.derivatives import numbers, shaping, windows
from gradviz.model.derivatives.array import (
    Array,
    CannotComputeError,
    divided,
    each,
    logarithm,
    matmul,
    pairwise,
    power,
    scalar,
    sum_to,
)

Bound = object  # an Array, a number, a text, None, or a tuple of those: what a name stands for
Names = Mapping[str, Bound]

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divided,
    ast.Pow: power,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ELEMENTS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "abs": math.fabs,
    "floor": math.floor,
    "trunc": math.trunc,
    "erf": math.erf,
    "sign": numbers.sign,
    "sigmoid": numbers.sigmoid,
    "softplus": numbers.softplus,
    "digamma": numbers.digamma,
    "isfinite": math.isfinite,
}


def _elementwise(work: Callable[[float], float]) -> Callable[[Bound], Array]:
    return lambda source: each(work, _array(source))


def _negated(many: Sequence[int]) -> tuple[int, ...]:
    return tuple(-one for one in many)


def _outer(one: Array, other: Array) -> Array:
    return pairwise(operator.mul, shaping.unsqueeze(one, -1), shaping.unsqueeze(other, -2))


FUNCTIONS: Mapping[str, object] = {
    **{name: _elementwise(work) for name, work in (*_ELEMENTS.items(), ("log", logarithm))},
    **{
        work.__name__: work
        for work in (
            *(numbers.where, numbers.mean, numbers.spread, numbers.cumsum, numbers.reversed_cumsum, numbers.count),
            *(numbers.product_of_others, numbers.evenly, numbers.cross, numbers.one_hot, numbers.channel),
            *(numbers.others, numbers.last, sum_to, shaping.reshape, shaping.zeros, shaping.permute),
            *(shaping.inverse, shaping.transpose, shaping.unsqueeze, shaping.squeeze, shaping.flip, shaping.roll),
            *(shaping.narrow, shaping.place, shaping.select, shaping.cat, shaping.stack, shaping.crop),
            *(shaping.start_of, shaping.length_of, shaping.repeats_added, shaping.diagonal, shaping.place_diagonal),
            *(shaping.tril, shaping.triu, shaping.eye, shaping.gather, shaping.scatter, shaping.index_select),
            *(shaping.index_add, shaping.rows_added, shaping.index_get, shaping.index_put),
            *(windows.conv, windows.conv_input, windows.conv_weight, windows.sliding, windows.unpool),
            *(windows.unaverage, windows.unaverage_adaptive),
        )
    },
    "sum": numbers.sums,
    "negated": _negated,
    "outer": _outer,
}
_CONSTANTS: Names = {"pi": math.pi, "inf": math.inf}


@lru_cache(maxsize=1024)
def parsed(formula: str) -> ast.expr:
    """Return a formula as a tree."""
    return ast.parse(formula, mode="eval").body


def names_in(tree: ast.expr) -> tuple[str, ...]:
    """Return what a formula speaks of, in order; functions and constants are no names."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called]
    found.sort(key=lambda node: node.col_offset)
    return tuple(dict.fromkeys(node.id for node in found if node.id not in _CONSTANTS))


def chosen(tree: ast.expr, names: Names) -> ast.expr:
    """Return a formula without the cases that do not hold.

    Raises:
        CannotComputeError: what a case depends on is not known.
    """
    while isinstance(tree, ast.IfExp):
        tree = tree.body if _truth(computed(tree.test, names)) else tree.orelse
    return tree


def computed(tree: ast.expr, names: Names) -> Bound:
    """Return what a formula comes to.

    Raises:
        CannotComputeError: a name is not known, or the numbers do not fit the formula.
    """
    match tree:
        case ast.Constant(value):
            return value
        case ast.Name(id=name):
            if name not in names and name not in _CONSTANTS:
                raise CannotComputeError(name)
            return names[name] if name in names else _CONSTANTS[name]
        case ast.BinOp(left, op, right):
            return _combined(type(op), computed(left, names), computed(right, names))
        case ast.UnaryOp(ast.USub(), operand):
            source = computed(operand, names)
            return -source if isinstance(source, int) else _combined(ast.Mult, -1.0, source)
        case ast.Compare(left, [op], [right]):
            return _compared(op, computed(left, names), computed(right, names))
        case ast.IfExp():
            return computed(chosen(tree, names), names)
        case ast.Tuple(parts) | ast.List(parts):
            return tuple(computed(one, names) for one in parts)
        case _:
            return _reached(tree, names)


def _reached(tree: ast.expr, names: Names) -> Bound:
    match tree:
        case ast.Call(ast.Name(id=name), args):
            function = FUNCTIONS[name]
            assert callable(function)
            found: Bound = function(*(_argument(computed(one, names)) for one in args))
            return found
        case ast.Subscript(value, at):
            many, place = computed(value, names), computed(at, names)
            if isinstance(many, tuple) and isinstance(place, int) and 0 <= place < len(many):
                return many[place]
            raise CannotComputeError(ast.unparse(tree))
        case ast.Attribute(value, attr):
            source = _array(computed(value, names))
            return source.shape if attr == "shape" else shaping.transpose(source, -2, -1)
    raise CannotComputeError(ast.unparse(tree))


def _argument(bound: Bound) -> Bound:
    """What a function is given; where it wants arrays a number is one."""
    return scalar(bound) if isinstance(bound, float) else bound


def _array(bound: Bound) -> Array:
    if isinstance(bound, Array):
        return bound
    if isinstance(bound, int | float):
        return scalar(bound)
    raise CannotComputeError(f"no numbers: {bound}")


def _combined(op: type[ast.AST], left: Bound, right: Bound) -> Bound:
    if op is ast.MatMult:
        return matmul(_array(left), _array(right))
    if isinstance(left, Array) or isinstance(right, Array):
        return pairwise(_OPERATORS[op], _array(left), _array(right))
    if isinstance(left, int) and isinstance(right, int) and op in (ast.Add, ast.Sub, ast.Mult):
        return int(_OPERATORS[op](left, right))
    return pairwise(_OPERATORS[op], _array(left), _array(right)).data[0]


def _compared(op: ast.cmpop, left: Bound, right: Bound) -> Bound:
    if isinstance(op, ast.Is):
        return left is right
    if isinstance(left, Array) or isinstance(right, Array):
        return pairwise(_OPERATORS[type(op)], _array(left), _array(right))
    if isinstance(left, int | float) and isinstance(right, int | float):
        return bool(_OPERATORS[type(op)](left, right))
    return (left == right) is isinstance(op, ast.Eq)


def _truth(bound: Bound) -> bool:
    if isinstance(bound, Array):
        raise CannotComputeError("a case that depends on many numbers")
    return bool(bound)
