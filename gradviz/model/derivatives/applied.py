"""The rule of a grad_fn with the numbers of its last execution filled in, beside what PyTorch really passed on."""

import ast
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gradviz.model.derivatives.array import Array, CannotComputeError, sum_to
from gradviz.model.derivatives.binding import bound
from gradviz.model.derivatives.expression import Bound, chosen, computed, names_in, parsed
from gradviz.model.derivatives.rule import Rule
from gradviz.model.derivatives.table import RULES
from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Number, Step, Value
from gradviz.model.values import FEW, elements_text, number_text, shape_text

_CLOSE = {"float64": 1e-6, "float32": 1e-3, "float16": 5e-2, "bfloat16": 5e-2}  # of the largest number
_WIDEST = 90  # characters of a formula with its numbers; a wider one has shapes in their place

# What a formula that is given what it does not expect may raise: settings of a hostile run are anything.
_UNFIT = (CannotComputeError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


class Line(NamedTuple):
    """One formula: what it is of, as it is written, with what it speaks of filled in, and what it comes to."""

    name: str
    formula: str
    filled: str = ""  # "": no numbers, as it has not run or they are not known
    comes_to: Value | None = None
    summed: bool = False  # over what its input was broadcast to


class Term(NamedTuple):
    """The gradient for one input."""

    line: Line
    passed: Value | None = None  # what PyTorch passed on, before a hook on the grad_fn changed that
    agrees: bool = True  # what the formula comes to is that, as far as both are known


class Applied(NamedTuple):
    """The rule of a grad_fn, and its last execution."""

    step: int | None  # of the execution; None: it has not run
    where: tuple[Line, ...]
    terms: tuple[Term, ...]


def applied(moment: Moment, grad_fn: GradFn) -> Applied | None:
    """Return the rule of a grad_fn as it had last been used; None: there is none for what it works on."""
    rule = RULES.get(grad_fn.name)
    if rule is None or (len(rule.inputs) != len(grad_fn.next) and not rule.many):
        return None
    step = next(reversed(moment.runs(grad_fn.id)), None)
    if step is not None:
        step = step._replace(left=moment.history.hooked_steps.passed(step))
    if _is_complex(moment, grad_fn, step):
        return None
    names = bound(moment, grad_fn, step, rule)
    where = tuple(_defined(name, formula, names) for name, formula in rule.where)
    terms = tuple(_terms(rule, grad_fn, step, names, _tolerance(moment, grad_fn)))
    return Applied(None if step is None else step.id, where, terms)


def _is_complex(moment: Moment, grad_fn: GradFn, step: Step | None) -> bool:
    """Whether a grad_fn has to do with complex numbers: torch conjugates there, which the formulas leave out."""
    op = moment.made(grad_fn.id)
    tensors = () if op is None else (*op.inputs, *op.outputs)
    passed = () if step is None else (*step.arrived, *step.left)
    numbers = (number for one in passed if one is not None for number in one.data or ())
    return any(moment.known_tensor(one).dtype.startswith("complex") for one in tensors) or any(
        isinstance(number, str) and number.endswith("j") for number in numbers
    )


def _terms(rule: Rule, grad_fn: GradFn, step: Step | None, names: dict[str, Bound], tolerance: float) -> list[Term]:
    found = []
    for k, (target, _) in enumerate(grad_fn.next):
        name, formula = rule.inputs[0 if rule.many else k]
        if target is None:
            continue
        if rule.many:
            names["k"] = k
        passed = step.left[k] if step is not None and k < len(step.left) else None
        line = _line(name.replace("k", str(k)) if rule.many else name, formula, names, passed)
        arrived = _largest(() if step is None else step.arrived)
        known = None if passed is None or passed.data is None else passed
        agrees = known is None or line.comes_to is None or _close(line.comes_to, known, tolerance, arrived)
        found.append(Term(line, passed, agrees))
    return found


def _defined(name: str, formula: str, names: dict[str, Bound]) -> Line:
    """A name that the formulas use, worked out and from then on known."""
    line = _line(name, formula, names, None)
    try:
        names[name] = computed(parsed(formula), names)
    except _UNFIT:
        names.pop(name, None)
    return line


def _line(name: str, formula: str, names: Mapping[str, Bound], passed: Value | None) -> Line:
    tree = parsed(formula)
    try:
        tree = chosen(tree, names)
        filled = _filled(tree, names) if "grad" in names else ""
    except _UNFIT:
        return Line(name, _written(tree))
    try:
        found = computed(tree, names)
        shaped = sum_to(found, passed.shape) if isinstance(found, Array) and passed is not None else found
    except _UNFIT:
        return Line(name, _written(tree), filled)
    return Line(name, _written(tree), filled, _value(shaped), shaped is not found)


def _written(tree: ast.expr) -> str:
    return ast.unparse(tree).replace(" * ", " · ")


def _filled(tree: ast.expr, names: Mapping[str, Bound]) -> str:
    """The formula with a text in the place of each name: its numbers, or its shape where they are many."""
    texts = {name: _text(names[name]) for name in names_in(tree) if name in names}
    told = _Filling(texts).told(tree)
    if len(told) > _WIDEST:
        shapes = {
            name: shape_text(stands_for.shape) if isinstance(stands_for, Array) and stands_for.shape else texts[name]
            for name in texts
            for stands_for in (names[name],)
        }
        told = _Filling(shapes).told(tree)
    return told


class _Filling(ast.NodeTransformer):
    """Puts texts in the place of names."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def told(self, tree: ast.expr) -> str:
        return ast.unparse(self.visit(ast.parse(ast.unparse(tree), mode="eval").body)).replace(" * ", " × ")

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._texts.get(node.id, node.id))


def _text(thing: Bound) -> str:
    if isinstance(thing, Array):
        value = _value(thing)
        many = len(thing.data) > FEW
        text = shape_text(thing.shape) if many or value is None else elements_text(value)
    elif isinstance(thing, float):
        text = number_text(thing)
    else:
        text = repr(thing)
    return f"({text})" if text.startswith("-") else text


def _value(thing: Bound) -> Value | None:
    if isinstance(thing, int | float):
        return Value((), (_number(thing),))
    return Value(thing.shape, tuple(map(_number, thing.data))) if isinstance(thing, Array) else None


def _number(number: float) -> Number:
    return number if math.isfinite(number) else str(number)


def _largest(values: Sequence[Value | None]) -> float:
    """The largest finite number in these values, as far as they are known."""
    numbers = [abs(float(number)) for value in values if value is not None for number in value.data or ()]
    return max(filter(math.isfinite, numbers), default=0.0)


def _close(one: Value, other: Value, tolerance: float, arrived: float) -> bool:
    """Whether two values of one shape are the same within so much of the largest number in them.

    Where terms cancel, what is left is rounding: of the gradient that arrived, a hundredth of that is let pass.
    """
    pairs = [(float(a), float(b)) for a, b in zip(one.data or (), other.data or (), strict=True)]
    largest = max((abs(number) for pair in pairs for number in pair if math.isfinite(number)), default=0.0)
    allowed = tolerance * max(largest, arrived / 100, 1e-6)
    return all(a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= allowed for a, b in pairs)


def _tolerance(moment: Moment, grad_fn: GradFn) -> float:
    """How far the numbers of a grad_fn may be from what they should be, by the coarsest dtype of its op."""
    op = moment.made(grad_fn.id)
    tensors = () if op is None else (*op.inputs, *op.outputs)
    return max((_CLOSE.get(moment.known_tensor(one).dtype, 0.0) for one in tensors), default=_CLOSE["float32"])
