"""Claims: checkable statements about a run, so that a lesson says nothing its own program does not show.

A claim is declarative and small: what it speaks of (one of `tensor`, `grad_fn`, `error`, `warning`, `output`, `line`,
`saved_bytes`) and what must be so. It reads a Trace and knows neither files nor languages.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gradviz.model.moments.held import bindings
from gradviz.model.trace import GradFn, GradMode, Number, Op, SavedState, Tensor, Trace, Value

NONE = "None"  # how a claim writes an absent grad, grad_fn or version
Numbers = Number | list["Numbers"]


class Claim(NamedTuple):
    """One statement. The first of these that is given is its subject; the other fields say what holds of it.

    tensor: the last tensor bound to that name (`value`, `grad`, `grad_fn`, `requires_grad`, `is_leaf`, `is_inference`,
        `version`, `shares`).
    grad_fn: the grad_fns of that name, each of them (`edges`, `into`, `saved`, `state`), how many there are (`times`),
        or how often backward went through one of them (`runs`).
    error: the type of the exception that ended the run ("" for none), with its `line` and `hint`.
    warning: a part of a warning's text, with its `line`, or how many warnings there are that say it (`times`).
    output: one whole line that the program printed.
    line: the forward ops of that line, each of them (`mode`, `recorded`, `why`), or how many there are (`times`).
    saved_bytes: what was kept for backward over the whole run.
    """

    tensor: str | None = None
    value: Numbers | None = None
    grad: Numbers | None = None
    requires_grad: bool | None = None
    is_leaf: bool | None = None
    is_inference: bool | None = None
    version: int | str | None = None  # "None" of an inference tensor
    shares: str | None = None  # the name of another tensor, which lies in the same memory
    grad_fn: str | None = None
    edges: int | None = None  # entries of next_functions that lead somewhere
    into: int | None = None  # how many different grad_fns they lead to
    saved: list[str] | None = None  # their names, in any order
    state: SavedState | None = None  # of every saved tensor, at the end
    runs: int | None = None  # one after another, of all of them together
    error: str | None = None
    hint: str | None = None
    warning: str | None = None
    output: str | None = None
    line: int | None = None
    mode: GradMode | None = None
    recorded: bool | None = None
    why: str | None = None
    times: int | None = None
    saved_bytes: int | None = None


def failure(claim: Claim, trace: Trace) -> str:
    """Return "" when `claim` holds of `trace`, otherwise what is so instead, in one line.

    Raises:
        ValueError: the claim states nothing.
    """
    for subject, check in _CHECKS:
        if getattr(claim, subject) is not None:
            return check(claim, trace)
    raise ValueError(f"a claim that states nothing: {claim}")


def failures(claims: tuple[Claim, ...], trace: Trace) -> tuple[str, ...]:
    """Return what `failure` says of each of `claims` that does not hold."""
    return tuple(words for words in (failure(claim, trace) for claim in claims) if words)


def _tensor(claim: Claim, trace: Trace) -> str:
    tensor = _bound(str(claim.tensor), trace)
    if tensor is None:
        return f"no tensor is named {claim.tensor}"
    grad_fn = NONE if tensor.grad_fn is None else trace.grad_fns[tensor.grad_fn].name
    return _differences(
        f"tensor {claim.tensor}",
        ("value", claim.value, _numbers(tensor.value)),
        ("grad", claim.grad, _numbers(tensor.grad)),
        ("grad_fn", claim.grad_fn, grad_fn),
        ("requires_grad", claim.requires_grad, tensor.requires_grad),
        ("is_leaf", claim.is_leaf, tensor.is_leaf),
        ("is_inference", claim.is_inference, tensor.is_inference),
        ("version", claim.version, NONE if tensor.version is None else tensor.version),
    ) or _shares(claim, tensor, trace)


def _shares(claim: Claim, tensor: Tensor, trace: Trace) -> str:
    if claim.shares is None:
        return ""
    other = _bound(claim.shares, trace)
    same = other is not None and other.storage == tensor.storage
    return "" if same else f"tensor {claim.tensor}: its memory is not that of {claim.shares}"


def _grad_fn(claim: Claim, trace: Trace) -> str:
    found = [grad_fn for grad_fn in trace.grad_fns if grad_fn.name == claim.grad_fn]
    if claim.times is None and not found:
        return f"there is no {claim.grad_fn}"
    numbers = {grad_fn.id for grad_fn in found}
    runs = sum(step.grad_fn in numbers for step in trace.steps if step.kind in {"backward", "accumulate"})
    counted = _differences(f"{claim.grad_fn}", ("times", claim.times, len(found)), ("runs", claim.runs, runs))
    return counted or _first(_one_grad_fn(claim, grad_fn) for grad_fn in found)


def _one_grad_fn(claim: Claim, grad_fn: GradFn) -> str:
    leads_to = [target for target, _ in grad_fn.next if target is not None]
    states = {saved.state for saved in grad_fn.saved}
    return _differences(
        f"{grad_fn.name} {grad_fn.id}",
        ("edges", claim.edges, len(leads_to)),
        ("into", claim.into, len(set(leads_to))),
        ("saved", claim.saved and sorted(claim.saved), sorted(saved.name for saved in grad_fn.saved)),
        ("state", claim.state and [claim.state], sorted(states)),
    )


def _error(claim: Claim, trace: Trace) -> str:
    error = trace.error
    if error is None:
        return "" if claim.error == "" else f"no error, {claim.error} was claimed"
    return _differences(
        f"error ({error.message})",
        ("type", claim.error, error.type),
        ("line", claim.line, error.line),
        ("hint", claim.hint, error.hint),
    )


def _warning(claim: Claim, trace: Trace) -> str:
    part = str(claim.warning)
    found = [one for one in trace.warnings if part in one.message and claim.line in {None, one.line}]
    if claim.times is not None:
        return _differences(f"warnings that say {part!r}", ("times", claim.times, len(found)))
    return "" if found else f"no warning says {part!r}" + ("" if claim.line is None else f" on line {claim.line}")


def _output(claim: Claim, trace: Trace) -> str:
    printed = "".join(output.text for output in trace.output if output.stream == "stdout").splitlines()
    return "" if claim.output in printed else f"{claim.output!r} was not printed, but {printed}"


def _line(claim: Claim, trace: Trace) -> str:
    found = [op for op in trace.ops if op.line == claim.line and op.phase == "forward"]
    if claim.times is None and not found:
        return f"no op ran on line {claim.line}"
    counted = _differences(f"ops on line {claim.line}", ("times", claim.times, len(found)))
    return counted or _first(_one_op(claim, op) for op in found)


def _one_op(claim: Claim, op: Op) -> str:
    return _differences(
        f"{op.name} on line {op.line}",
        ("mode", claim.mode, op.grad_mode),
        ("recorded", claim.recorded, op.grad_fn is not None),
        ("why", claim.why, op.why_unrecorded),
    )


def _saved_bytes(claim: Claim, trace: Trace) -> str:
    return _differences("the graph", ("saved_bytes", claim.saved_bytes, trace.memory.saved_bytes))


_CHECKS: tuple[tuple[str, Callable[[Claim, Trace], str]], ...] = (
    ("tensor", _tensor),
    ("grad_fn", _grad_fn),
    ("error", _error),
    ("warning", _warning),
    ("output", _output),
    ("line", _line),
    ("saved_bytes", _saved_bytes),
)


def _bound(name: str, trace: Trace) -> Tensor | None:
    """Return the tensor that `name` meant last: in the module, or else in a function."""
    number = bindings(trace).last(name)
    return None if number is None else trace.tensors[number]


def _differences(subject: str, *facts: tuple[str, object, object]) -> str:
    """Compare each (name, claimed, found) where something is claimed."""
    wrong = [f"{name} is {found}, not {claimed}" for name, claimed, found in facts if claimed not in (None, found)]
    return f"{subject}: {', '.join(wrong)}" if wrong else ""


def _first(words: Iterable[str]) -> str:
    return next(filter(None, words), "")


def _numbers(value: Value | None) -> object:
    """Return the elements as nested lists of the value's shape, as a claim writes them."""
    if value is None or value.data is None:
        return NONE
    numbers: list[object] = list(value.data)
    if not numbers:
        return []
    for size in reversed(value.shape):
        numbers = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    return numbers[0]
