"""What differs between two runs, as facts with their reasons: what autograd recorded in one of them alone.

Two runs of one program in two grad modes, or before and after an edit. A thing is missing in a run where nothing in it
is alike (model/compare/alike.py), and the reason is read off the run in which it is missing.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gradviz.model.births import births
from gradviz.model.calls import calls
from gradviz.model.compare.alike import Key, Lines, first_name, line_in, lines_alike, numbered
from gradviz.model.moments.held import Name
from gradviz.model.trace import GradFn, Op, Tensor, Trace
from gradviz.model.why.grounds import Grounds
from gradviz.model.why.why import Why, why

What = Literal["grad_fn", "op", "tensor", "requires_grad", "grad", "error"]
FEW = 4  # names that are told of one fact
_SWITCHES = re.compile(r"(,\s*)?\brequires_grad\s*=\s*\w+|^\s*[\w.\[\]]+\.requires_grad_\(\w*\)\s*\n?", re.MULTILINE)

ENDED = "ended"  # the run had ended


class Fact(NamedTuple):
    """So many things of a kind that one run has and the other lacks, for one reason."""

    what: What
    gained: bool  # the later run has them
    number: int
    names: tuple[str, ...]  # of the first few, each once
    more: bool  # there are others
    reason: Why | str | None  # why the other lacks them: a code of ours or of why_unrecorded; None: not known


def is_switch(before: Trace, after: Trace) -> bool:
    """Whether nothing but the grad mode, or a flag, was changed between two runs."""
    return _SWITCHES.sub("", before.source) == _SWITCHES.sub("", after.source)


def difference(before: Grounds, after: Grounds) -> tuple[Fact, ...]:
    """Return what the later run lacks, then what it has beyond the earlier. Linear in what was recorded."""
    was = _index(before, None)
    now = _index(after, lines_alike(before.trace.source, after.trace.source))
    return (*_missing(was, now, gained=False), *_missing(now, was, gained=True))


def called_ops(trace: Trace) -> list[Op]:
    """Return the ops of the forward run that the program called, but for those that only bring a tensor into being."""
    inner = births(trace) | set(calls(trace))
    return [op for op in trace.ops if op.phase == "forward" and op.outputs and op.id not in inner]


class _Index(NamedTuple):
    """A run with everything of it by what it is. Dicts are in the order of the run."""

    trace: Trace
    known: Grounds
    ops: dict[Key, Op]  # of the forward run, those that a program calls
    grad_fns: dict[Key, GradFn]
    makers: dict[int, Key]  # grad_fn -> the op that made it
    users: dict[int, int]  # grad_fn -> the first that leads to it
    leaves: dict[int, Key]  # tensor -> what it is
    by_leaf: dict[Key, Tensor]
    names: dict[Name, Tensor]


def _index(known: Grounds, lines: Lines | None) -> _Index:
    trace = known.trace
    ops = called_ops(trace)
    ops_by_key = dict(zip(numbered((op.name, line_in(op.line, lines)) for op in ops), ops, strict=True))
    keys = numbered(_grad_fn_key(trace, grad_fn, lines) for grad_fn in trace.grad_fns)
    leaves = [tensor for tensor in trace.tensors if tensor.is_leaf and tensor.names]
    by_leaf = dict(zip(numbered(_leaf_key(tensor, lines) for tensor in leaves), leaves, strict=True))
    return _Index(
        trace,
        known,
        ops_by_key,
        dict(zip(keys, trace.grad_fns, strict=True)),
        {op.grad_fn: key for key, op in ops_by_key.items() if op.grad_fn is not None},
        {target: one.id for one in reversed(trace.grad_fns) for target, _ in one.next if target is not None},
        {tensor.id: key for key, tensor in by_leaf.items()},
        by_leaf,
        {name: trace.tensors[tensor] for name, tensor in known.moment.history.bindings.held().items()},
    )


def _grad_fn_key(trace: Trace, grad_fn: GradFn, lines: Lines | None) -> Key:
    if grad_fn.variable is None:
        return grad_fn.name, line_in(grad_fn.line, lines)
    return grad_fn.name, *_leaf_key(trace.tensors[grad_fn.variable], lines)


def _leaf_key(tensor: Tensor, lines: Lines | None) -> Key:
    return line_in(tensor.line, lines), first_name(tensor)


def _missing(has: _Index, lacks: _Index, *, gained: bool) -> Iterator[Fact]:
    found: dict[tuple[What, Why | str | None], list[str]] = {}
    for what, reason, name in (*_unrecorded(has, lacks), *_lost(has, lacks)):
        found.setdefault((what, reason), []).append(name)
    for (what, reason), names in found.items():
        known = tuple(dict.fromkeys(names))
        yield Fact(what, gained, len(names), known[:FEW], len(known) > FEW, reason)


_Absence = tuple[What, Why | str | None, str]  # what one run lacks, why, and its name


def _unrecorded(has: _Index, lacks: _Index) -> Iterator[_Absence]:
    ended = _ended(has, lacks)
    for key, grad_fn in has.grad_fns.items():
        if key not in lacks.grad_fns:
            yield "grad_fn", _unmade(has, lacks, grad_fn, ended), grad_fn.name
    for key, op in has.ops.items():
        if key not in lacks.ops:
            yield "op", ENDED if key in ended else None, op.call or op.name


def _lost(has: _Index, lacks: _Index) -> Iterator[_Absence]:
    """What names no longer hold, or what those tensors no longer have."""
    for name, tensor in has.names.items():
        other = lacks.names.get(name)
        if other is None:
            yield "tensor", None, name.text
            continue
        if tensor.requires_grad and not other.requires_grad:
            yield "requires_grad", why(lacks.known, other), name.text
        if tensor.grad is not None and other.grad is None:
            yield "grad", why(lacks.known, other), name.text
    if has.trace.error is not None and lacks.trace.error is None:
        yield "error", None, has.trace.error.type


def _ended(has: _Index, lacks: _Index) -> set[Key]:
    """The ops that come after everything that a run did before it ended in an error."""
    if lacks.trace.error is None:
        return set()
    found = set()
    for key in reversed(has.ops):
        if key in lacks.ops:
            break
        found.add(key)
    return found


def _unmade(has: _Index, lacks: _Index, grad_fn: GradFn, ended: set[Key]) -> Why | str | None:
    """Why a run has no such grad_fn; where it lacks the op as well, that is told and is all there is to say."""
    key = None if grad_fn.variable is None else has.leaves.get(grad_fn.variable)
    leaf = None if key is None else lacks.by_leaf.get(key)
    if leaf is not None and not leaf.requires_grad:
        return Why("flag off")
    # An AccumulateGrad is made when the first op that uses its leaf is recorded.
    maker = has.makers.get(has.users.get(grad_fn.id, -1) if grad_fn.variable is not None else grad_fn.id)
    op = None if maker is None else lacks.ops.get(maker)
    if op is not None:
        return op.why_unrecorded
    return ENDED if maker in ended else None
