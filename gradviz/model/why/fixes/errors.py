"""The change of the source after which an error, or a warning, is not raised again; where there is a safe one."""

import ast
import math
from collections.abc import Callable

from gradviz.model.moments.reach import reachable, runs
from gradviz.model.source.edits import (
    calls_in,
    keyword_set,
    method_before,
    method_on,
    named,
    torchs_name,
    wrapped,
)
from gradviz.model.source.literals import as_floats
from gradviz.model.source.place import Edit, Placed, Text
from gradviz.model.trace import BackwardCall, ProgramError, Tensor, Trace, Warned
from gradviz.model.why.fixes.carried import detached
from gradviz.model.why.fixes.changed import cloned, left_alone
from gradviz.model.why.fixes.fitted import applied, floats_first, floats_given, torchs_own, transposed
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes
from gradviz.model.why.fixes.gradsread import filled, given_memory
from gradviz.model.why.fixes.spelling import ABSENT, half_width, indented, spelt
from gradviz.model.why.fixes.uncutting import without
from gradviz.model.why.why import origin


def of_error(fixes: Fixes, error: ProgramError) -> tuple[Fix, ...]:
    """Return the fixes of the error that ended a run, each by itself enough; none of what is in another file."""
    if error.file is not None:
        return ()
    if error.hint == "full-width":
        return _some(half_width(fixes.known.trace.source))
    if error.hint == "indent":
        return _some(indented(fixes.known.trace.source, error))
    finds = _ERRORS.get(error.hint or "", ())
    placed = None if fixes.text is None or error.line is None else fixes.text.statement(error.line)
    if fixes.text is None or placed is None:
        return ()
    found = (find(fixes, fixes.text, placed, error) for find in finds)
    return tuple(fix for fix in found if fix is not None)


def of_warning(fixes: Fixes, warned: Warned, hint: str | None) -> tuple[Fix, ...]:
    """Return the fix of a warning."""
    if fixes.text is None or warned.line is None:
        return ()
    placed = fixes.text.statement(warned.line)
    match hint:
        case "non-leaf-grad" if placed is not None:
            return _some(_retained(fixes, placed))
        case "copy-tensor" if placed is not None:
            return _some(_copied(fixes.text, placed))
        case "number-of-tracked" if placed is not None:
            return _some(_number(fixes.text, placed))
        case _:
            return ()


def _some(fix: Fix | None) -> tuple[Fix, ...]:
    return () if fix is None else (fix,)


def retain_graph(fixes: Fixes, call: BackwardCall) -> Fix | None:
    """Return what keeps a backward call from freeing the graph."""
    placed = None if fixes.text is None or call.line is None else fixes.text.statement(call.line)
    found = None if placed is None else _call(placed, "backward", "grad")
    if found is None or fixes.text is None:
        return None
    return Fix("retain graph", keyword_set(fixes.text, found, "retain_graph", "True"), line=call.line)


def _call(placed: Placed, *names: str) -> ast.Call | None:
    found = [call for call in calls_in(placed.statement) if named(call) in names]
    return found[0] if len(found) == 1 else None


def _tensors(fixes: Fixes, error: ProgramError) -> list[Tensor]:
    return [fixes.known.trace.tensors[number] for number in error.tensors]


def _recorded(fixes: Fixes, text: Text, _placed: Placed, error: ProgramError) -> Fix | None:
    """What makes the tensor that backward was asked of require grad."""
    lacking = (tensor for tensor in _tensors(fixes, error) if not tensor.requires_grad)
    return next((found for found in (_required(fixes, text, tensor) for tensor in lacking) if found), None)


def _required(fixes: Fixes, text: Text, tensor: Tensor) -> Fix | None:
    blamed = origin(fixes.known, tensor)
    call = _that_gave(fixes.known.trace, blamed)
    found = fixes.of(tensor) if call is None else _some(_created(fixes, text, call, tensor))
    return found[0] if found else None


def _that_gave(trace: Trace, tensor: Tensor) -> BackwardCall | None:
    """The backward call that a tensor without a graph is a gradient of."""
    maker = None if tensor.made_by is None else trace.ops[tensor.made_by]
    if maker is None or maker.phase != "backward":
        return None
    calls = (one for one in trace.backwards if one.line == maker.line and tensor.id not in one.roots)
    return min(calls, key=lambda one: abs(one.step - maker.step), default=None)


def _created(fixes: Fixes, text: Text, call: BackwardCall, tensor: Tensor) -> Fix | None:
    """Have a call record how it computes gradients, where that depends on anything."""
    placed = None if call.line is None else text.statement(call.line)
    found = None if placed is None else _call(placed, "backward", "grad")
    if found is None or call.create_graph or not _depends(fixes.known.trace, tensor, call):
        return None
    return Fix("create graph", keyword_set(text, found, "create_graph", "True"), line=call.line)


def _depends(trace: Trace, tensor: Tensor, call: BackwardCall) -> bool:
    """Whether something that requires grad went into the ops by which a call, and what came after it, made a tensor."""
    todo, seen = [tensor], {tensor.id}
    while todo:
        maker = todo.pop().made_by
        inputs = () if maker is None or trace.ops[maker].step < call.step else trace.ops[maker].inputs
        found = [trace.tensors[number] for number in inputs if number not in seen]
        if any(one.requires_grad for one in found):
            return True
        seen.update(inputs)
        todo += found
    return False


def _summed(fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    call = _call(placed, "backward", "grad")
    if call is None or any(tensor.dtype.startswith("complex") for tensor in _tensors(fixes, error)):
        return None  # nor does backward begin at a complex sum
    function = call.func
    owner = function.value if isinstance(function, ast.Attribute) else None
    if named(call) == "backward" and isinstance(function, ast.Attribute) and not _is_autograd(owner):
        edit = method_before(text, function, "sum")
    elif call.args and not isinstance(call.args[0], ast.List | ast.Tuple):
        edit = method_on(text, call.args[0], "sum")
    else:
        return None
    return Fix("sum", edit, ".sum()", placed.statement.lineno)


def _is_autograd(owner: ast.expr | None) -> bool:
    return isinstance(owner, ast.Attribute) and owner.attr == "autograd"


def _kept(fixes: Fixes, _text: Text, _placed: Placed, error: ProgramError) -> Fix | None:
    """Keep the graph in the first call that freed what the last one needs, unless that has changed since."""
    trace, versions = fixes.known.trace, fixes.known.moment.history.versions
    needed = [trace.grad_fns[number] for number in runs(trace, trace.backwards[-1])] if trace.backwards else []
    if any(math.isfinite(versions.moved(saved)) for one in needed for saved in one.saved):
        return None
    for call in trace.backwards:
        if not call.keep_graph and not runs(trace, call).isdisjoint(error.grad_fns):
            leaves = (one.variable for one in needed if one.variable is not None)
            is_updated = any(step > call.step for leaf in leaves for step in versions.steps(leaf)[-1:])
            return None if is_updated else retain_graph(fixes, call)  # the next round would need what a leaf was
    return None


def _as_floats(fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """In the call that asked for gradients of whole numbers, or in the one that its tensor came from."""
    asked = [call for call in calls_in(placed.statement) if any(one.arg == "requires_grad" for one in call.keywords)]
    if len(asked) == 1:
        return Fix("floats", as_floats(text, asked[0]), text.cut(asked[0]), asked[0].lineno)
    match placed.statement:
        case (
            ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="requires_grad_")))
            | ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad")])
        ):
            tensor = fixes.bound(name)
            return None if tensor is None else fixes.floats(tensor)
        case _:
            return None


def _under_no_grad(_fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    torch = torchs_name(text)
    edit = None if torch is None else wrapped(text, placed.statement, f"with {torch}.no_grad():")
    return None if edit is None else Fix("no_grad block", edit, "", placed.statement.lineno)


def _detached_leaf(_fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    match placed.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="requires_grad_"))):
            pass
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad")]):
            pass
        case _:
            return None
    line = f"{name} = {name}.detach()"
    edit = Edit(text.start(placed.statement), text.end(placed.statement), line)
    return Fix("detach", edit, line, placed.statement.lineno)


def _no_inference(fixes: Fixes, _text: Text, _placed: Placed, error: ProgramError) -> Fix | None:
    spoken = _tensors(fixes, error) or fixes.known.trace.tensors
    return fixes.no_inference(tensor.id for tensor in spoken if tensor.is_inference)


def _zeros(_fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    """Noughts for what a result does not depend on: what comes after can go on with them, as it cannot with None."""
    call = _call(placed, "grad")
    if call is None or any(one.arg == "allow_unused" for one in call.keywords):
        return None  # torch takes both only where they agree
    return Fix("zeros", keyword_set(text, call, "materialize_grads", "True"), "", placed.statement.lineno)


def _unused(fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    """None in place of the error; not for a gradient of a gradient that depends on nothing, which is nought."""
    call = _call(placed, "grad")
    if call is None:
        return None
    trace = fixes.known.trace
    reach = reachable(trace.grad_fns, trace.backwards[-1].grad_fns) if trace.backwards else {}
    is_second = any(op.phase == "backward" and op.grad_fn in reach for op in trace.ops)
    if is_second and not any(one.arg == "allow_unused" for one in call.keywords):
        return None
    return Fix("allow unused", keyword_set(text, call, "allow_unused", "True"), "", placed.statement.lineno)


def _array(_fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    call = _call(placed, "numpy")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    return Fix("detach", method_before(text, call.func, "detach"), ".detach().numpy()", call.lineno)


def _kept_tensor(fixes: Fixes, text: Text, placed: Placed, error: ProgramError) -> Fix | None:
    """A tensor in place of the number that the statement made of it which bound the name before."""
    what = ABSENT.search(error.message)
    nodes = [node for node in ast.walk(placed.statement) if isinstance(node, ast.Attribute)]
    owners = [node.value for node in nodes if what is not None and node.attr == what["name"]]
    if len(owners) != 1 or not isinstance(owners[0], ast.Name):
        return None
    name, steps = owners[0].id, reversed(fixes.known.trace.steps)
    ran = (step.line for step in steps if step.kind == "line" and step.line is not None)
    bound = next((one for line in ran if (one := text.binding(line, name)) and one.statement != placed.statement), None)
    if bound is None or not isinstance(bound.statement, ast.Assign):
        return None
    return without(text, bound, "no readout") or torchs_own(fixes, text, bound, error)


def _reshaped(_fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    call = _call(placed, "view")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    end = text.end(call.func)
    return Fix("name", Edit(end - len("view"), end, "reshape"), ".reshape()", call.lineno)


def _copied_leaf(fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    call = _call(placed, "deepcopy")
    if call is None or len(call.args) != 1:
        return None
    if isinstance(call.args[0], ast.Name) and fixes.bound(call.args[0].id) is None:
        return None  # what holds the tensor has no detach()
    edit = method_on(text, call.args[0], "detach")
    return Fix("detach", edit, edit.text, call.lineno)


def _cloned_view(fixes: Fixes, text: Text, placed: Placed, _error: ProgramError) -> Fix | None:
    return cloned(fixes, text, placed)


def _retained(fixes: Fixes, placed: Placed) -> Fix | None:
    """retain_grad() of the one tensor whose .grad a line reads and that is no leaf."""
    nodes = [node for node in ast.walk(placed.statement) if isinstance(node, ast.Attribute) and node.attr == "grad"]
    names = {node.value.id for node in nodes if isinstance(node.value, ast.Name)}
    found = [tensor for name in sorted(names) if (tensor := fixes.bound(name)) is not None and not tensor.is_leaf]
    return fixes.retained(found[0]) if len(found) == 1 else None


def _copied(text: Text, placed: Placed) -> Fix | None:
    """What torch itself recommends in place of torch.tensor(t)."""
    call = _call(placed, "tensor")
    if call is None or len(call.args) != 1 or call.keywords:
        return None
    edit = method_on(text, call.args[0], "detach().clone")._replace(start=text.start(call), end=text.end(call))
    return Fix("detach", edit, edit.text, call.lineno)


def _number(text: Text, placed: Placed) -> Fix | None:
    """Detach what float() or int() makes a number of."""
    found = [call for call in calls_in(placed.statement) if named(call) in ("float", "int") and call.args]
    if len(found) != 1 or isinstance(found[0].args[0], ast.Constant | ast.Starred):
        return None
    edit = method_on(text, found[0].args[0], "detach")
    return Fix("detach", edit, edit.text, placed.statement.lineno)


_Find = Callable[[Fixes, Text, Placed, ProgramError], Fix | None]
_ERRORS: dict[str, tuple[_Find, ...]] = {
    "not-tracked": (_recorded,),
    "retain-no-rg": (_recorded,),
    "non-scalar": (_summed,),
    "no-grad-yet": (filled,),
    "none": (filled,),
    "zero-tensor": (given_memory,),
    "second-backward": (detached, _kept),
    "int-grad": (_as_floats,),
    "leaf-inplace": (_under_no_grad,),
    "view-of-leaf": (_under_no_grad,),
    "version": (left_alone, detached),
    "flag-non-leaf": (_detached_leaf,),
    "infer-save": (_no_inference,),
    "infer-inplace": (_no_inference,),
    "infer-rg": (_no_inference,),
    "unused": (_zeros, _unused),
    "numpy": (_array, torchs_own),
    "number": (_kept_tensor,),
    "mm": (transposed,),
    "dtype": (floats_given,),
    "cast": (floats_given,),
    "whole": (floats_first,),
    "function-called": (applied,),
    "deepcopy": (_copied_leaf,),
    "multi-view": (_cloned_view,),
    "overlap": (_cloned_view,),
    "not-asked": (_recorded,),
    "not-contiguous": (_reshaped,),
    "typo": (spelt,),
    "keyword": (spelt,),
}
