"""Fixes: the change of the source after which the reason for an absent .grad no longer holds.

A fix is offered only where it is certain to do that and the least that does. One reason may hide another: a tensor
that was detached has, once it no longer is, no .grad because it is not a leaf.
"""

import ast
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice
from typing import Literal

from gradviz.model.moments.foretold import Foretold, foretold
from gradviz.model.moments.held import Name
from gradviz.model.moments.reach import reachable
from gradviz.model.source.edits import (
    KEYWORD,
    calls_in,
    joined,
    keyword_set,
    line_after,
    line_before,
    line_removed,
    moved_out,
    named,
)
from gradviz.model.source.literals import as_floats
from gradviz.model.source.place import Edit, Text
from gradviz.model.source.toggles import Locked, Toggles
from gradviz.model.trace import Op, Tensor
from gradviz.model.why.copies import Copy
from gradviz.model.why.fixes.earlier import cleared_earlier, flagged_earlier
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.renamed import in_place, replaced
from gradviz.model.why.fixes.stacked import joined_up
from gradviz.model.why.fixes.uncutting import without
from gradviz.model.why.grounds import Grounds
from gradviz.model.why.why import Why, WhyNoGrad, cutter, origin, returning, why

_NAMES = 8  # of a tensor that are tried
_MODE = re.compile(
    r"(?P<no_grad>\bno_grad\b)|(?P<inference>\binference_mode\b(?:\(\s*(?:mode\s*=\s*)?(?:True)?\s*\))?)"
    r"|(?P<set>(?<=set_grad_enabled\()\s*(?:mode\s*=\s*)?False)"
)
_INFERENCE = re.compile(r"\binference_mode\b")
_ON = {"no_grad": "enable_grad", "inference": "inference_mode(False)", "set": "True"}
_BLOCKS = (ast.With, ast.For, ast.While, ast.If, ast.Try, ast.FunctionDef, ast.ClassDef)


class Fixes:
    """The fixes of one trace."""

    def __init__(self, known: Grounds, toggles: Toggles) -> None:
        """Take what is known of a trace; there are no fixes of a text that is no program.

        Args:
            known: the index of the trace.
            toggles: of the same trace.
        """
        self.known = known
        self.toggles = toggles
        self.text = toggles.text

    @cached_property
    def foretold(self) -> tuple[Foretold, ...]:
        """What backward would refuse at the end of the run."""
        return tuple(foretold(self.known.moment))

    def of(self, tensor: Tensor) -> tuple[Fix, ...]:
        """Return what takes away the reason why a tensor has no .grad."""
        found = why(self.known, tensor)
        blamed = origin(self.known, tensor) if found.reason == "untracked" else tensor
        reason = why(self.known, blamed) if blamed is not tensor else found
        find = _FIXES.get(reason.reason)
        if find is None or self.text is None:
            return ()
        fix = find(self, self.text, blamed, reason)
        return () if fix is None else (fix,)

    def recording(self, op: Op) -> Fix | None:
        """What makes autograd record an op that it had reason to record, and did not."""
        text = self.text
        if text is None:
            return None
        if op.why_unrecorded in ("no_grad", "inference"):
            return self._out_of_mode(text, op)
        placed = None if op.line is None else text.statement(op.line, _last_line(op.call))
        if placed is None:
            return None
        if op.why_unrecorded == "detach":
            return without(text, placed, "no detach")
        return without(text, placed, "no readout")

    def bound(self, name: str) -> Tensor | None:
        """The tensor that a name stood for where the program ended: one of the function there, or of the module."""
        trace = self.known.trace
        last = next((step for step in reversed(trace.steps) if step.kind == "line" and step.line is not None), None)
        if last is None:
            return None
        held = self.known.moment.history.bindings.held(last.id)
        number = held.get(Name(last.function, name), held.get(Name(None, name)))
        return None if number is None else trace.tensors[number]

    def toggled(self, tensor: Tensor, flag: Literal["requires_grad", "retain_grad"]) -> tuple[str, Edit] | None:
        """The name of a tensor by which its flag can be switched, and the change that does."""
        for name in tensor.names[:_NAMES]:
            edit = self.toggles.edit(tensor.id, name, flag)
            if isinstance(edit, Edit):
                return name, edit
        return None

    def retained(self, tensor: Tensor) -> Fix | None:
        """What makes a tensor keep its .grad."""
        return None if self.text is None else self._retain(self.text, tensor, Why("not a leaf"))

    def unlocked(self, tensor: Tensor, name: str, locked: Locked) -> Fix | None:
        """What makes it possible to set requires_grad of a tensor that is locked."""
        if locked == "dtype":
            return self.floats(tensor)
        if locked == "inference":
            return self.no_inference((tensor.id,))
        edit = self.toggles.edit(tensor.id, name, "detach") if locked == "not a leaf" else None
        return Fix("cut", edit, f"{name} = {name}.detach()", tensor.line) if isinstance(edit, Edit) else None

    def no_inference(self, tensors: Iterable[int]) -> Fix | None:
        """no_grad in place of the inference_mode that one of some tensors was made in."""
        line = next((self._inferred[number] for number in tensors if number in self._inferred), None)
        if line is None or self.text is None:
            return None
        found = _INFERENCE.search(self.text.source, *self.text.line_span(line))
        return None if found is None else Fix("no inference", Edit(*found.span(), "no_grad"), "", line)

    @cached_property
    def _inferred(self) -> dict[int, int]:
        """The line of the inference_mode that each tensor was made in."""
        regions = self.known.trace.regions
        return {
            number: line
            for op in self.known.trace.ops
            if op.grad_mode == "inference" and op.region is not None
            if (line := regions[op.region].line) is not None
            for number in op.outputs
        }

    def floats(self, tensor: Tensor) -> Fix | None:
        """What makes a tensor of whole numbers one of floats, in the call it came from."""
        call = None if self.text is None else self.toggles.factory(tensor.id)
        if call is None or self.text is None:
            return None
        return Fix("floats", as_floats(self.text, call), self.text.cut(call), call.lineno)

    def require_grad(self, text: Text, tensor: Tensor, _reason: Why) -> Fix | None:
        """Set the flag of a tensor; of one that copies what requires grad, join that in its place."""
        copy = self.known.cuts.copied.get(tensor.id)
        if copy is not None:
            return self._joined(text, copy)
        found = self.toggled(tensor, KEYWORD)
        return None if found is None else Fix("require grad", found[1], found[0], text.line_of(found[1].start))

    def _floats(self, _text: Text, tensor: Tensor, _reason: Why) -> Fix | None:
        return self.floats(tensor)

    def recorded(self, text: Text, tensor: Tensor, _reason: Why) -> Fix | None:
        """Have the op that made a tensor recorded."""
        op = cutter(self.known, tensor)
        update = None if op is None else in_place(self.known.trace, text, op)
        if update is not None:
            return update
        return None if op is None else self.recording(op)

    def _uncut(self, text: Text, tensor: Tensor, _reason: Why) -> Fix | None:
        cut = self.known.cut(tensor)
        if isinstance(cut, Copy):
            return self._joined(text, cut)
        return None if cut is None else self.recording(cut)

    def _joined(self, text: Text, copy: Copy) -> Fix | None:
        return joined_up(self.known.trace, text, copy, self.known.cuts.copied.values())

    def _out_of_mode(self, text: Text, op: Op) -> Fix | None:
        region = None if op.region is None else self.known.trace.regions[op.region]
        if region is None or region.line is None:
            return None
        placed = None if op.line is None else text.statement(op.line, _last_line(op.call))
        if placed is not None and not self._is_fed_inside(op) and not isinstance(placed.statement, _BLOCKS):
            block = text.with_on(region.line, placed.statement)
            edit = None if block is None else moved_out(text, block, placed.statement)
            if edit is not None:
                return Fix("move out", edit, text.cut(placed.statement), region.line)
        switches = _switches(text, region.line, op.line)
        found = switches[0] if len(switches) == 1 else None
        if found is None or found.lastgroup is None:
            return None
        on = _ON[found.lastgroup]
        return Fix("enable", Edit(found.start(), found.end(), on), on, region.line)

    def _is_fed_inside(self, op: Op) -> bool:
        """Whether what an op takes was made under the same grad mode, and so could not be recorded either."""
        trace = self.known.trace
        for number in op.inputs:
            maker = trace.tensors[number].made_by
            if trace.tensors[number].is_inference or (
                maker is not None and trace.ops[maker].region == op.region and number in self.known.cuts.kept_out
            ):
                return True
        return False

    def _retain(self, text: Text, tensor: Tensor, _reason: Why) -> Fix | None:
        """Keep the .grad of what is no leaf; where an update has put it in the place of one, keep the leaf."""
        maker = replaced(self.known.trace, self.known.moment.history.bindings, tensor)
        if maker is not None and (update := in_place(self.known.trace, text, maker)) is not None:
            return update
        found = self.toggled(tensor, "retain_grad")
        line = 0 if found is None else text.line_of(found[1].start)
        if found is None or ("[" in found[0] and self._is_again(line)):
            return None  # what is the second of a list was not there in the first round
        return Fix("retain", found[1], found[0], line) if self._is_held(text, line) else None

    def _is_again(self, line: int) -> bool:
        """Whether a line ran more than once."""
        steps = (step for step in self.known.trace.steps if step.kind == "line" and step.line == line)
        return len([*islice(steps, 2)]) > 1

    def _is_held(self, text: Text, line: int) -> bool:
        """Whether a name bound on a line holds its tensor while backward runs: a local is gone with its function."""
        own = text.function(line)
        return own is None or any(text.function(call.line) is own for call in self.known.trace.backwards)

    def _retain_earlier(self, text: Text, tensor: Tensor, reason: Why) -> Fix | None:
        """Put the line there in time; the late one does no harm where it cannot be taken away."""
        puts = ((name, self.toggles.retained(tensor.id, name)) for name in tensor.names[:_NAMES])
        name, edit = next(((name, edit) for name, edit in puts if edit is not None), ("", None))
        if edit is None:
            return None
        late = None if reason.line is None else text.statement(reason.line, f"{name}.retain_grad(")
        removed = None if late is None or late.previous is None else line_removed(text, late.previous, late.statement)
        whole = edit if removed is None or removed.start < edit.end else joined(text.source, [edit, removed])
        return Fix("retain earlier", whole, name, text.line_of(edit.start))

    def _clear_earlier(self, text: Text, _tensor: Tensor, reason: Why) -> Fix | None:
        found = cleared_earlier(text, reason.line)
        return None if found is None else Fix("earlier", *found)

    def _flag_earlier(self, text: Text, tensor: Tensor, reason: Why) -> Fix | None:
        found = flagged_earlier(text, tensor, reason.line)
        return None if found is None else Fix("earlier", *found)

    def _backward_too(self, text: Text, _tensor: Tensor, reason: Why) -> Fix | None:
        """Call backward() where torch.autograd.grad is called; that of torch.func is given a function, and no root."""
        placed = None if reason.line is None else text.statement(reason.line)
        call = None if placed is None else _call(placed.statement, "grad")
        if placed is None or call is None or not call.args or isinstance(call.args[0], ast.List | ast.Tuple):
            return None
        entered = returning(self.known, reason)
        if entered is None or (entered.call or "").split() != text.cut(call).split():
            return None
        root = text.cut(call.args[0])
        root = root if isinstance(call.args[0], ast.Name | ast.Attribute | ast.Call | ast.Subscript) else f"({root})"
        given = next((text.cut(one.value) for one in call.keywords if one.arg == "grad_outputs"), None)
        given = text.cut(call.args[2]) if len(call.args) > 2 else given
        line = f"{root}.backward({f'{given}, ' if given else ''}retain_graph=True)"
        return Fix("also backward", line_before(text, placed.statement, line), line, placed.statement.lineno)

    def _add_input(self, text: Text, tensor: Tensor, reason: Why) -> Fix | None:
        placed = None if reason.line is None else text.statement(reason.line)
        call = None if placed is None else _call(placed.statement, "backward")
        given = next((one.value for one in call.keywords if one.arg == "inputs"), None) if call else None
        if given is None or call is None or not tensor.names:
            return None
        name = tensor.names[0]
        if isinstance(given, ast.List | ast.Tuple) and given.elts:
            at = text.end(given.elts[-1])
            return Fix("add input", Edit(at, at, f", {name}"), name, reason.line)
        return Fix("add input", keyword_set(text, call, "inputs", f"[{text.cut(given)}, {name}]"), name, reason.line)

    def _backward(self, text: Text, tensor: Tensor, _reason: Why) -> Fix | None:
        """Call backward, at the end, on the last named result that leads to the tensor and can be walked."""
        root = self._root(tensor)
        if root is None or not text.tree.body:
            return None
        name, result = root
        call = f"{name}.backward()" if result.shape in ((), (1,)) else f"{name}.sum().backward()"
        last = text.tree.body[-1]
        return Fix("backward", line_after(text, last, call), call, text.last_line(last))

    def _root(self, tensor: Tensor) -> tuple[str, Tensor] | None:
        trace, target = self.known.trace, self.known.target(tensor)
        if target is None or trace.error is not None:
            return None
        refused = {one.grad_fn for one in self.foretold}
        held = self.known.moment.history.bindings.held()
        bound = {number: name.text for name, number in held.items() if name.function is None}
        for number in sorted(bound, reverse=True):
            result = trace.tensors[number]
            if result.grad_fn is None or not result.dtype.startswith("float") or not bound[number].isidentifier():
                continue
            reach = reachable(trace.grad_fns, (result.grad_fn,))
            if target in reach and refused.isdisjoint(reach):
                return bound[number], result
        return None


_Find = Callable[[Fixes, Text, Tensor, Why], Fix | None]
_FIXES: dict[WhyNoGrad, _Find] = {
    "dtype": Fixes._floats,
    "flag off": Fixes.require_grad,
    "no_grad": Fixes.recorded,
    "inference": Fixes.recorded,
    "detach": Fixes.recorded,
    "not a leaf": Fixes._retain,
    "too late": Fixes._retain_earlier,
    "not run": Fixes._backward,
    "cleared": Fixes._clear_earlier,
    "returned": Fixes._backward_too,
    "left out": Fixes._add_input,
    "cut off": Fixes._uncut,
    "not reached": Fixes._backward,
    "used before": Fixes._flag_earlier,
}


def _switches(text: Text, line: int, until: int | None) -> list[re.Match[str]]:
    """What switches autograd off on the line of a region, and may do so again before an op in it."""
    beside = until is not None and line < until and text.function(until) is text.function(line)
    lines = {*range(line, until + 1)} if beside and until is not None else {line, *text.function_lines(until)}
    spans = (text.line_span(one) for one in sorted(lines))
    return [found for span in spans for found in _MODE.finditer(text.source, *span)]


def _last_line(call: str | None) -> str:
    return (call or "").strip().rpartition("\n")[2].strip()


def _call(statement: ast.stmt, method: str) -> ast.Call | None:
    """The only call of a method or function of a name in a statement."""
    found = [call for call in calls_in(statement) if named(call) == method]
    return found[0] if len(found) == 1 else None
