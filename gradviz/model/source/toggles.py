"""How the source has to change for one flag of one tensor to be the other one; or why no change of it can do that.

A change is the least that does it, and leaves the person's formatting and comments alone: the keyword in the call that
made the tensor where there is one, else one line right after the statement that named it.
"""

import ast
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from gradviz.model.moments.moment import History
from gradviz.model.source.edits import KEYWORD, keyword_added, line_after, line_removed, same
from gradviz.model.source.paths import holder, parted, written
from gradviz.model.source.place import Edit, Placed, Text, lines_of, text_of
from gradviz.model.source.told import Tell, Told
from gradviz.model.trace import Tensor, Trace

Flag = Literal["requires_grad", "retain_grad", "detach"]
Locked = Literal["dtype", "not a leaf", "leaf", "inference", "untracked", "sealed", "no place"]

FACTORIES = frozenset(
    (
        *("arange", "empty", "empty_like", "eye", "full", "full_like", "linspace", "logspace", "ones", "ones_like"),
        *("rand", "rand_like", "randn", "randn_like", "randint", "tensor", "zeros", "zeros_like"),
    )
)
LOCKED: dict[str, dict[Locked, str]] = {
    "en": {
        "dtype": "Only floating point and complex tensors can require grad.",
        "not a leaf": "It was computed from others: it requires grad if one of them does. detach() makes a leaf.",
        "leaf": "It is a leaf: its .grad is kept anyway.",
        "inference": "It was made in inference_mode, and never requires grad. clone() outside it makes one that can.",
        "untracked": "It does not require grad.",
        "sealed": "What holds it, such as a tuple, takes no other tensor in its place.",
        "no place": "No statement of the program gives it this name each time that it runs.",
    },
    "ja": {
        "dtype": "requires_grad にできるのは浮動小数点数と複素数のテンソルだけです。",
        "not a leaf": "ほかのテンソルから計算された値です。元のどれかが requires_grad ならこれもそうなります。"
        "detach() で葉にできます。",
        "leaf": "葉テンソルなので .grad は必ず残ります。",
        "inference": "inference_mode の中で作られたため requires_grad にできません。外で clone() すればできます。",
        "untracked": "requires_grad ではありません。",
        "sealed": "これを持つもの (タプルなど) の中身は、ほかのテンソルに入れ替えられません。",
        "no place": "実行のたびにこの名前を付ける文が、プログラムにありません。",
    },
}
_ADDED = f"{KEYWORD}=True"
_FAR = 10_000  # lines run between a binding and the step that tells of it, in a function called there
_ROOT = re.compile(r"\w+")


class _Setter(NamedTuple):
    """A statement that sets the flag of something."""

    target: str
    placed: Placed
    value: ast.Constant | Edit  # the constant; where it is left out, the edit that puts False there


class _Marked(NamedTuple):
    """What in a text may have made a tensor or set its flag."""

    factories: dict[int, list[ast.Call]]  # by line
    setters: dict[tuple[int, str], list[_Setter]]  # by block and what is set


class Submodule(NamedTuple):
    """A module by its path, and what freezes it or, where all its parameters are frozen, unfreezes it."""

    path: str
    frozen: bool
    edit: Edit | None


class Toggles:
    """The changes that can be made for the tensors of one trace."""

    def __init__(self, history: History) -> None:
        """Read the source of a run; no change can be made to a text that is no program."""
        trace = history.trace
        self.text = text_of(trace.source)
        self.tensors = trace.tensors
        self._calls = _factory_calls(trace, history.born)
        self._times = Counter(self._calls.values())
        self._told = Told(trace.steps)
        self._lines = self._told.lines
        self._marked = _Marked({}, {}) if self.text is None else _marked(self.text)
        self._found: dict[tuple[str, Tell], Placed | None] = {}
        self._placed: dict[tuple[str, int], Placed | None] = {}
        self._modules = {module.path for module in trace.modules}
        self._submodules: dict[tuple[str, ast.stmt | None], tuple[Submodule, ...]] = {}
        self._flipped = _flipped_at(trace)
        self._sealed = frozenset(trace.sealed)

    def edit(self, number: int, name: str, flag: Flag) -> Edit | Locked:
        """Return the change that gives a tensor's flag its other value; or why there is none.

        Args:
            number: the tensor's id.
            name: one of its names.
            flag: "requires_grad" and "retain_grad" as torch has them; "detach": the name is bound to what detach()
                makes of the tensor, or no longer is.
        """
        tensor = self.tensors[number]
        locked = _locked(tensor, flag)
        if flag == "detach" and not tensor.requires_grad and not self.is_detached(number, name):
            locked = "untracked"
        if locked is None and flag == "detach" and holder(name) in self._sealed:
            locked = "sealed"
        if locked is not None:
            return locked
        found = None if self.text is None else self._change(self.text, tensor, name, flag)
        return "no place" if found is None else found

    def _change(self, text: Text, tensor: Tensor, name: str, flag: Flag) -> Edit | None:
        if flag == "detach" and tensor.is_parameter:
            return None  # a module takes no other tensor for it
        placed = self._binding(text, tensor, name)
        target = written(name, is_parameter=tensor.is_parameter)
        if target is None:
            return None
        if flag != KEYWORD:
            return None if placed is None else _statement(text, placed, _STATEMENTS[flag].format(target))
        on = not tensor.requires_grad
        return (
            (None if placed is None else self._set_later(text, placed, tensor, target))
            or self._in_call(text, tensor, on=on)
            or (None if placed is None else self._set_after(text, placed, tensor, f"{target}.requires_grad_({on})"))
        )

    def _set_after(self, text: Text, placed: Placed, tensor: Tensor, line: str) -> Edit | None:
        """A line behind the statement that gave the name, or the one of its block that switched the flag since."""
        step = self._flipped.get(tensor.id)
        if step is None:
            return line_after(text, placed.statement, line)
        last = bisect_left(self._lines, step, key=lambda one: one.id) - 1  # what changed is seen when its line is done
        ran = (self._lines[at].line for at in range(last, max(-1, last - _FAR), -1))
        later = {number: one for one in placed.block[placed.at :] for number in lines_of(one)}
        switched = next((later[number] for number in ran if number in later), None)
        return None if switched is None else line_after(text, switched, line)

    def retained(self, number: int, name: str) -> Edit | None:
        """Return what calls retain_grad() right after the statement that gave a tensor a name, wherever else it is."""
        tensor = self.tensors[number]
        placed = None if self.text is None else self._binding(self.text, tensor, name)
        target = written(name, is_parameter=tensor.is_parameter)
        if placed is None or self.text is None or target is None:
            return None
        return line_after(self.text, placed.statement, _STATEMENTS["retain_grad"].format(target))

    def is_detached(self, number: int, name: str) -> bool:
        """Whether a name was bound to what detach() made of what it held before, which is no parameter."""
        tensor = self.tensors[number]
        if self.text is None or tensor.is_parameter:
            return False
        placed = self._binding(self.text, tensor, name)
        line = _STATEMENTS["detach"].format(written(name, is_parameter=False))
        return placed is not None and same(self.text.cut(placed.statement), line)

    def submodules(self, number: int, name: str) -> tuple[Submodule, ...]:
        """Return the modules that a parameter is in, the innermost first, with what freezes or unfreezes each whole."""
        tensor = self.tensors[number]
        if not tensor.is_parameter or self.text is None or not name.partition(".")[0].isidentifier():
            return ()
        placed = self._binding(self.text, tensor, name)
        return self._around(self.text, placed, name.rpartition(".")[0])

    def _is_module(self, path: str) -> bool:
        """Whether a module has a path, and not what holds one; what that calls its own is not told of."""
        return path in self._modules or path.startswith("self.")

    def _around(self, text: Text, placed: Placed | None, path: str) -> tuple[Submodule, ...]:
        """A module by its path, and those that it is in; the same for all parameters in it."""
        if not self._is_module(path):
            return ()
        key = (path, None if placed is None else placed.statement)
        if key not in self._submodules:
            frozen = path not in self._learning
            edit = None if placed is None else self._frozen(text, placed, path, frozen)
            outer = self._around(text, placed, path.rpartition(".")[0])
            self._submodules[key] = (Submodule(path, frozen, edit), *outer)
        return self._submodules[key]

    @cached_property
    def _learning(self) -> set[str]:
        """The paths of all modules that have a parameter which requires grad."""
        learning = (one for one in self.tensors if one.is_parameter and one.requires_grad)
        found: set[str] = set()
        for path in {name.rpartition(".")[0] for tensor in learning for name in tensor.names}:
            outer = path
            while outer and outer not in found:
                found.add(outer)
                outer = outer.rpartition(".")[0]
        return found

    def _frozen(self, text: Text, placed: Placed, path: str, frozen: bool) -> Edit | None:
        """A line right after the module was made; only that line is taken away again."""
        root, rest = parted(path)
        target = f'{root}.get_submodule("{rest}")' if rest else path
        line = f"{target}.requires_grad_(False)"
        return _removed_later(text, placed, line) if frozen else line_after(text, placed.statement, line)

    def _binding(self, text: Text, tensor: Tensor, name: str) -> Placed | None:
        """The statement that bound the name to the tensor last: it ran before the step that tells so, in that frame."""
        named = (name, tensor.id)
        if named not in self._placed:
            root, told = _ROOT.match(name), self._told.last.get(named)
            found = None if root is None or told is None else self._before(text, root[0], told)
            is_there = found is not None and self._told.is_there(lines_of(found.statement), name)
            self._placed[named] = found if is_there else None
        return self._placed[named]

    def _before(self, text: Text, root: str, told: Tell) -> Placed | None:
        """The statement that bound a name last before a step; the same for all parameters of a module."""
        key = (root, told)
        if key not in self._found:
            self._found[key] = self._find(text, *key)
        return self._found[key]

    def _find(self, text: Text, root: str, told: Tell) -> Placed | None:
        for position in range(told.at - 1, max(0, told.at - _FAR) - 1, -1):
            step = self._lines[position]
            placed = None if step.line is None else text.binding(step.line, root)
            if placed is not None and (step.scope == told.scope or text.reaches_out(step.line, root)):
                return placed
        return None

    def _set_later(self, text: Text, placed: Placed, tensor: Tensor, target: str) -> Edit | None:
        """The last statement of the block that sets the flag, flipped; or removed, if the flag was right before it."""
        on = not tensor.requires_grad
        setters = self._marked.setters.get((id(placed.block), target), [])
        if not setters or setters[-1].placed.at <= placed.at:
            return None
        statement, value = setters[-1].placed.statement, setters[-1].value
        ours = statement is placed.next and same(text.cut(statement), f"{target}.requires_grad_({not on})")
        removed = line_removed(text, placed.statement, statement) if ours and tensor.id in self._flipped else None
        return removed or _flipped(text, value, on=on)

    def _in_call(self, text: Text, tensor: Tensor, *, on: bool) -> Edit | None:
        """In the call that made it, if that made no other tensor."""
        call = self.factory(tensor.id)
        return None if call is None or self._times[self._calls[tensor.id]] > 1 else _keyword(text, call, on=on)

    def factory(self, number: int) -> ast.Call | None:
        """Return the call in the text that a tensor came from, if it came from one and it is certain which."""
        made = self._calls.get(number)
        if made is None or self.text is None:
            return None
        line, written = made
        calls = [call for call in self._marked.factories.get(line, ()) if same(self.text.cut(call), written)]
        return calls[0] if len(calls) == 1 else None


def _flipped_at(trace: Trace) -> dict[int, int]:
    """The step at which the requires_grad of each tensor changed last, of those whose it did."""
    found: dict[int, int] = {}
    flags: dict[int, bool] = {}
    for state in trace.past:
        if flags.setdefault(state.id, state.requires_grad) != state.requires_grad:
            found[state.id] = state.step
        flags[state.id] = state.requires_grad
    return found | {
        number: trace.tensors[number].step
        for number, flag in flags.items()
        if trace.tensors[number].requires_grad != flag
    }


@lru_cache(maxsize=2)  # of each text that is run again and again
def _marked(text: Text) -> _Marked:
    factories: dict[int, list[ast.Call]] = defaultdict(list)
    for node in ast.walk(text.tree):
        if isinstance(node, ast.Call) and _is_factory(node.func):
            for line in lines_of(node):
                factories[line].append(node)
    setters: dict[tuple[int, str], list[_Setter]] = defaultdict(list)
    for placed in text.statements:
        setter = _setter(text, placed)
        if setter is not None:
            setters[id(placed.block), setter.target].append(setter)
    return _Marked(factories, setters)


def _statement(text: Text, placed: Placed, line: str) -> Edit | None:
    """The line that sets a flag, put right after a statement; taken away where it is already, or is the statement."""
    if same(text.cut(placed.statement), line):
        return None if placed.previous is None else line_removed(text, placed.previous, placed.statement)
    there = any(same(text.cut(one), line) for one in placed.block[placed.at + 1 :])
    return _removed_later(text, placed, line) if there else line_after(text, placed.statement, line)


def _removed_later(text: Text, placed: Placed, line: str) -> Edit | None:
    """What takes a line away that comes after a statement in its block."""
    for before, statement in pairwise(placed.block[placed.at :]):
        if same(text.cut(statement), line):
            return line_removed(text, before, statement)
    return None


_STATEMENTS = {"retain_grad": "{0}.retain_grad()", "detach": "{0} = {0}.detach()"}


def _locked(tensor: Tensor, flag: Flag) -> Locked | None:
    if tensor.is_inference:
        return "inference"
    if flag == KEYWORD:
        if not tensor.is_leaf:
            return "not a leaf"
        return None if tensor.dtype.startswith(("float", "bfloat", "complex")) else "dtype"
    if flag == "retain_grad" and tensor.is_leaf:
        return "leaf" if tensor.requires_grad else "untracked"
    return None


def _factory_calls(trace: Trace, born: set[int]) -> dict[int, tuple[int, str]]:
    """Line and text of the call that each tensor of a factory came from."""
    return {
        tensor: (op.line, op.call)
        for op in trace.ops
        if op.id in born and op.line is not None and op.call is not None
        for tensor in op.outputs
        if trace.tensors[tensor].names  # a factory has tensors of its own on the way
    }


def _is_factory(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in FACTORIES


def _keyword(text: Text, call: ast.Call, *, on: bool) -> Edit | None:
    """Add, flip or remove the keyword of a factory call."""
    keyword = next((one for one in call.keywords if one.arg == KEYWORD), None)
    close = text.end(call) - 1
    if keyword is None:
        return keyword_added(text, call, _ADDED) if on else None
    if not isinstance(keyword.value, ast.Constant) or keyword.value.value is on:
        return None
    if not on and text.source[:close].endswith(f", {_ADDED}") and len(call.keywords) + len(call.args) > 1:
        return Edit(close - len(f", {_ADDED}"), close, "")
    return Edit(text.start(keyword.value), text.end(keyword.value), str(on))


def _flipped(text: Text, value: ast.Constant | Edit, *, on: bool) -> Edit | None:
    if isinstance(value, Edit):
        return None if on else value
    return None if value.value is on else Edit(text.start(value), text.end(value), str(on))


def _setter(text: Text, placed: Placed) -> _Setter | None:
    """What a statement sets the flag of, if it does so by a constant."""
    match placed.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="requires_grad_"), args=[], keywords=[])):
            close = text.end(placed.statement) - 1
            return _Setter(text.cut(owner), placed, Edit(close, close, "False"))
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=owner, attr="requires_grad_"), args=[ast.Constant() as value], keywords=[]
            )
        ):
            return _Setter(text.cut(owner), placed, value)
        case ast.Assign(targets=[ast.Attribute(value=owner, attr="requires_grad")], value=ast.Constant() as value):
            return _Setter(text.cut(owner), placed, value)
    return None
