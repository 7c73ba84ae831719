"""Numbers of tensors that were copied without an op that tells: torch.tensor([a, b]), nn.Parameter(y), y.tolist().

The record says what was made, and on which line; the text says of what. It is believed of a name that held a tensor
then, and of an expression whose result an op of that line made.
"""

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from operator import attrgetter
from typing import NamedTuple

from gradviz.model.moments.moment import History, latest
from gradviz.model.source.edits import calls_in, named, same
from gradviz.model.source.place import Text, lines_of, text_of
from gradviz.model.trace import Op, Tensor

FACTORIES = ("tensor", "as_tensor", "asarray", "Tensor", "FloatTensor", "from_numpy")
PARAMETER = "Parameter"
_LIST = "tolist"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WITHOUT_STEPS = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)  # whose names nobody sees
_NUMBER, _STAMP = attrgetter("id"), attrgetter("step")


class Copy(NamedTuple):
    """A call that took the numbers alone of tensors that require grad."""

    step: int  # at which it was done
    line: int
    call: str
    made: int | None  # the tensor that it made; None: a list
    given: tuple[int, ...]
    node: ast.Call


def copies(history: History) -> list[Copy]:
    """Return those of a run, in order."""
    text = text_of(history.trace.source)
    calls: dict[int, list[ast.Call]] = {}
    for call in () if text is None else calls_in(text.tree):
        if named(call) in (_LIST, *FACTORIES, PARAMETER):
            for line in lines_of(call):
                calls.setdefault(line, []).append(call)
    if text is None or not calls:
        return []
    held = _Held(history, text)
    return sorted((*_tensors(held, calls), *_lists(held, calls)), key=_STAMP)


def _tensors(held: "_Held", calls: dict[int, list[ast.Call]]) -> Iterator[Copy]:
    for tensor in held.history.trace.tensors:
        first = held.history.tensors(tensor.id)[0]
        node = _maker(held, first, calls.get(first.line or 0, ()))
        if node is not None and first.line is not None:
            given = held.tracked(_operands(held, node, _Place(first.line, first.step)), first.step)
            if named(node) == PARAMETER:
                given = [one for one in given if one.storage == first.storage]
            if given:
                yield Copy(first.step, first.line, held.text.cut(node), tensor.id, tuple(one.id for one in given), node)


def _maker(held: "_Held", first: Tensor, calls: Sequence[ast.Call]) -> ast.Call | None:
    """The call that brought a tensor into the world, where it is certain which that is."""
    if first.made_by is None:
        found = [call for call in calls if named(call) == PARAMETER and first.is_parameter]
    else:
        op = held.history.trace.ops[first.made_by]
        written = op.call if op.id in held.history.born and op.call is not None else ""
        found = [call for call in calls if named(call) in FACTORIES and same(held.text.cut(call), written)]
    return found[0] if len(found) == 1 and found[0].args else None


def _lists(held: "_Held", calls: dict[int, list[ast.Call]]) -> Iterator[Copy]:
    """Calls of tolist(), for which no op runs: those on lines that ran, done when the next one begins."""
    for step, after in pairwise(held.lines):
        for call in calls.get(step.line or 0, ()):
            if isinstance(call.func, ast.Attribute) and call.func.attr == _LIST and step.line == call.lineno:
                of = held.value(call.func.value, _Place(call.lineno, after.id))
                for given in held.tracked(of, after.id):
                    yield Copy(after.id, call.lineno, held.text.cut(call), None, (given.id,), call)


class _Place(NamedTuple):
    """A line that ran, and a step at which it was done."""

    line: int
    step: int


def _operands(held: "_Held", call: ast.Call, place: _Place) -> list[int]:
    """The tensors whose numbers a call took, where it says so."""
    if named(call) == PARAMETER:
        return held.value(call.args[0], place)
    if named(call) == "from_numpy":
        return [one for part in calls_in(call.args[0]) if read_out(part) for one in _of(held, part, place)]
    return _of(held, call.args[0], place)


def _of(held: "_Held", part: ast.expr, place: _Place) -> list[int]:
    """The tensors whose numbers an expression is made of: a list, what is read out of one, or its entries by name."""
    match part:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [one for part in parts for one in _of(held, part, place)]
        case ast.ListComp(elt=ast.Name(id=name), generators=[ast.comprehension(ast.Name(id=each), over, [], 0)]) if (
            name == each
        ):
            return held.entries(over, place)
        case ast.ListComp(elt=each) if not isinstance(each, ast.Name):
            return _of(held, each, place)
        case ast.Call() if (of := read_out(part)) is not None:
            return held.value(of, place)
    return held.value(part, place) or held.entries(part, place)


def read_out(call: ast.Call) -> ast.expr | None:
    """What a call reads one number out of."""
    match call:
        case ast.Call(func=ast.Attribute(value=of, attr="item"), args=[]):
            return of
        case ast.Call(func=ast.Name(id="float" | "int"), args=[of]):
            return of
    return None


class _Held:
    """What expressions of a text held in the course of a run."""

    def __init__(self, history: History, text: Text) -> None:
        self.history, self.text = history, text
        self.lines = [step for step in history.trace.steps if step.kind == "line"]
        self._ran: dict[int | None, list[int]] = {}
        for step in self.lines:
            self._ran.setdefault(step.line, []).append(step.id)
        self._ops: dict[tuple[str, int], list[Op]] = {}
        for op in history.trace.ops:
            if op.call is not None and op.line is not None and op.phase == "forward" and op.outputs:
                self._ops.setdefault((_plain(op.call), op.line), []).append(op)
        nodes = [*ast.walk(text.tree)]
        self._local = {name for one in nodes if isinstance(one, _FUNCTIONS) for name in _bound_in(one)}
        self._inner = {name for one in nodes if isinstance(one, _WITHOUT_STEPS) for name in _bound_in(one)}

    def tracked(self, tensors: Sequence[int], step: int) -> list[Tensor]:
        """Those that required grad at a step, as they were then."""
        states = (latest(self.history.tensors(one), step) for one in tensors)
        return [one for one in states if one is not None and one.requires_grad]

    def value(self, part: ast.expr, place: _Place) -> list[int]:
        """The tensor that an expression stood for on a line that ran; of one within a comprehension all of them."""
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript):
            found = self._bound(self.text.cut(part), place.step)
            if found is not None:
                return [found]
        ran = self._ran.get(place.line, [])
        begun = bisect_left(ran, place.step)
        ops = self._ops.get((_plain(self.text.cut(part)), part.lineno), []) if begun else []
        start = bisect_right(ops, ran[begun - 1], key=_STAMP) if ops else 0
        return [op.outputs[0] for op in ops[start : bisect_left(ops, place.step, key=_STAMP)]]

    def entries(self, given: ast.expr, place: _Place) -> list[int]:
        """The tensors in a list that has a name."""
        found: list[int] = []
        for at in count() if isinstance(given, ast.Name | ast.Attribute) else ():
            one = self._bound(f"{self.text.cut(given)}[{at}]", place.step)
            if one is None:
                break
            found.append(one)
        return found

    def _bound(self, name: str, step: int) -> int | None:
        """The tensor that a name held: of the function that ran, else of the module, if no function has one like it."""
        root = name.split(".")[0].split("[")[0]
        place = bisect_left(self.lines, step, key=_NUMBER)
        if root in self._inner or not place:
            return None
        ran = self.lines[place - 1]
        own = self._last(ran.scope, name, step)
        if own is not None or ran.scope == 0:
            return own
        if root == "self":
            kind = (ran.function or "").partition(".")[0]
            paths = {module.path for module in self.history.trace.modules if module.type == kind}
            return self._last(0, paths.pop() + name.removeprefix(root), step) if len(paths) == 1 else None
        return None if root in self._local else self._last(0, name, step)

    def _last(self, scope: int, name: str, step: int) -> int | None:
        line = self.history.bindings.of.get(scope, {}).get(name, [])
        place = bisect_right(line, step - 1, key=_STAMP)
        return line[place - 1].tensor if place else None


def _plain(text: str) -> str:
    return " ".join(text.split())


def _bound_in(node: ast.AST) -> Iterator[str]:
    """The names that a node binds within."""
    for one in ast.walk(node):
        if isinstance(one, ast.arg):
            yield one.arg
        elif isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            yield one.id
