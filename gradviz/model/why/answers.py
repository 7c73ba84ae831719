"""Answers to "why?" and "what if?" of one tensor, op or grad_fn, read off a run as it stood at a step.

An answer is a claim with what it speaks of; its words are in answerwords.py. Where the text can be changed so that the
claim no longer holds, it carries the fix.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Literal, NamedTuple

from gradviz.model.moments.foretold import Foretold, foretold, unseen
from gradviz.model.moments.moment import Moment
from gradviz.model.moments.offenders import is_nought
from gradviz.model.moments.reach import reachable
from gradviz.model.quantities import byte_text
from gradviz.model.trace import BackwardCall, GradFn, Op, Saved, Tensor
from gradviz.model.why.copies import Copy
from gradviz.model.why.fixes.changed import clone_before
from gradviz.model.why.fixes.errors import retain_graph
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.fixes import Fixes
from gradviz.model.why.fixes.renamed import replaced
from gradviz.model.why.grounds import Cutter, Grounds, cut_off
from gradviz.model.why.sizes import size
from gradviz.model.why.why import cutter, origin, returning, why
from gradviz.model.why.zeroed import of_leaf

Question = Literal["grad", "zero", "size", "requires_grad", "recorded", "saved", "again", "in place"]
_MOST = 20  # saved tensors, or leaves, that are told one by one
_PATH = 6  # grad_fns of a path that are named


class Answer(NamedTuple):
    """A claim: `said` and `facts` make its sentence; the rest is where to look."""

    question: Question
    said: str
    facts: dict[str, str | int] = {}  # noqa: RUF012 - never changed: it is a tuple's default
    line: int | None = None
    tensor: int | None = None
    grad_fn: int | None = None
    fixes: tuple[Fix, ...] = ()


def of_tensor(known: Grounds, tensor: Tensor, fixes: Fixes | None = None) -> tuple[Answer, ...]:
    """Return all that can be asked of a tensor.

    Args:
        known: the run, at its end or at a step.
        tensor: its state there.
        fixes: of the run at its end.
    """
    told = _Told(known, fixes)
    return (
        *told.grad(tensor),
        *told.zero(tensor),
        *told.size(tensor),
        *told.requires_grad(tensor),
        *told.saved(tensor),
        *told.again(tensor),
        *told.changed(tensor),
    )


def of_op(known: Grounds, op: Op, fixes: Fixes | None = None) -> tuple[Answer, ...]:
    """Return why an op was not recorded; nothing of one that was."""
    return tuple(_Told(known, fixes).unrecorded(op))


class _Told:
    def __init__(self, known: Grounds, fixes: Fixes | None) -> None:
        self._known, self._moment, self._trace, self._fixes = known, known.moment, known.trace, fixes

    def grad(self, tensor: Tensor) -> Iterator[Answer]:
        """Why .grad is None."""
        if tensor.grad is not None:
            return
        reason = why(self._known, tensor)
        blamed = origin(self._known, tensor) if reason.reason == "untracked" else tensor
        own = why(self._known, blamed) if blamed is not tensor else reason
        copy = self._known.cuts.copied.get(blamed.id) if own.reason == "flag off" else None
        cut: Cutter | BackwardCall | None = copy or returning(self._known, own)
        cut = self._known.cut(tensor) if own.reason == "cut off" else cut or cutter(self._known, blamed)
        renamed = replaced(self._trace, self._moment.history.bindings, tensor) if own.reason == "not a leaf" else None
        if renamed is not None:
            cut, own = renamed, own._replace(line=renamed.line)
        facts: dict[str, str | int] = {
            "name": _name(blamed),
            "of": _name(tensor) if blamed is not tensor else "",
            "dtype": blamed.dtype,
            "call": (cut.call if cut is not None else None) or "",
            "line": own.line or 0,
        }
        said: str = own.reason if renamed is None else "replaced"
        if own.line is None and said in ("no_grad", "inference", "cleared"):
            said = "cleared unseen" if said == "cleared" else "mode"
        if said == "not differentiable" and cut is None:
            said = "beside"
        if isinstance(cut, Copy):
            said, facts["line"] = "copy" if cut is copy else "copied", cut.line
        yield Answer("grad", said, facts, own.line or blamed.line, blamed.id, fixes=self._fix(tensor))

    def zero(self, tensor: Tensor) -> Iterator[Answer]:
        """Why .grad is 0."""
        if tensor.grad is None or not is_nought(tensor.grad):
            return
        found = of_leaf(self._moment.history, tensor, self._moment.begun)
        if found is not None:
            yield Answer("zero", found.said, {**found.facts, "names": _name(tensor)}, found.line)

    def size(self, tensor: Tensor) -> Iterator[Answer]:
        """How .grad came to be very small, or very large."""
        if not self._moment.is_end or tensor.grad is None:
            return
        told = size(self._moment.history, self._known.ways, tensor)
        if told is not None:
            yield Answer("size", told.said, told.facts, told.line)

    def _fix(self, tensor: Tensor) -> tuple[Fix, ...]:
        """The fix, where the reason is still that at the end of the run."""
        if self._fixes is None:
            return ()
        end = self._fixes.known.trace.tensors[tensor.id]
        lasting = end.grad is None and why(self._fixes.known, end) == why(self._known, tensor)
        return self._fixes.of(end) if lasting else ()

    def requires_grad(self, tensor: Tensor) -> Iterator[Answer]:
        """Why it requires grad: its own flag, or a path to a leaf that does."""
        if not tensor.requires_grad:
            return
        if tensor.grad_fn is None:
            flagged = None if tensor.is_parameter else self._flagged(tensor)
            said = "parameter" if tensor.is_parameter else "own flag" if flagged is None else "flag line"
            line = tensor.line if flagged is None else flagged
            yield Answer("requires_grad", said, {"name": _name(tensor), "line": line or 0}, line)
            return
        path = _path(self._moment, tensor.grad_fn)
        leaf = None if path is None else path[-1].variable
        if path is None or leaf is None:
            yield Answer("requires_grad", "recorded", {"grad_fn": self._trace.grad_fns[tensor.grad_fn].name})
            return
        names = [grad_fn.name for grad_fn in path[:-1]]
        way = " → ".join(names if len(names) <= _PATH else [*names[: _PATH - 1], "…", names[-1]])
        found = self._moment.known_tensor(leaf)
        facts: dict[str, str | int] = {
            "name": _name(tensor),
            "leaf": _name(found),
            "path": way,
            "line": found.line or 0,
        }
        yield Answer("requires_grad", "path", facts, found.line, leaf)

    def _flagged(self, tensor: Tensor) -> int | None:
        """The line that set the flag of a tensor which did not have it when it was made."""
        stamp = None
        for before, state in pairwise(self._moment.states(tensor.id)):
            if state.requires_grad and not before.requires_grad:
                stamp = state.step
        lines = (step.line for step in self._trace.steps if stamp and step.kind == "line" and step.id < stamp - 1)
        return next(iter(deque(lines, maxlen=1)), None)

    def unrecorded(self, op: Op) -> Iterator[Answer]:
        """Why autograd did not record an op."""
        if op.grad_fn is not None or op.why_unrecorded is None or op.phase == "backward":
            return
        region = None if op.region is None else self._trace.regions[op.region]
        line = None if region is None else region.line
        facts: dict[str, str | int] = {"call": op.call or op.name, "line": line or op.line or 0}
        facts["mode"] = region.text.rstrip(":") if region is not None and line is not None else self._trace.mode
        facts["reason"] = said = op.why_unrecorded
        if said in ("no_grad", "inference"):
            said = "mode line" if line is not None else "mode run"
        fix = self._fixes.recording(op) if self._fixes is not None and cut_off(op) else None
        yield Answer("recorded", said, facts, line or op.line, fixes=() if fix is None else (fix,))

    def saved(self, tensor: Tensor) -> Iterator[Answer]:
        """Who keeps it for backward, as what, and until when."""
        for grad_fn, saved in islice(self._moment.savings(tensor.id), _MOST):
            yield self._kept(tensor, grad_fn, saved)

    def _kept(self, tensor: Tensor, grad_fn: GradFn, saved: Saved) -> Answer:
        call = self._freed(grad_fn)
        freed = None if call is None else call.line
        said = "saved result" if saved.name.startswith("result") else "saved operand"
        facts: dict[str, str | int] = {
            "name": _name(tensor),
            "as": saved.name,
            "grad_fn": grad_fn.name,
            "line": grad_fn.line or 0,
            "bytes": byte_text(saved.nbytes),
            "freed": freed or 0,
        }
        until = {"kept": "kept", "freed": "freed" if freed else "gone", "packed": "packed"}[saved.state]
        return Answer("saved", f"{said} {until}", facts, grad_fn.line, None, grad_fn.id)

    def _freed(self, grad_fn: GradFn) -> BackwardCall | None:
        """The first backward call, so far, that freed what a grad_fn saved."""
        place = self._moment.history.frees.get(grad_fn.id)
        return None if place is None or place >= self._moment.calls else self._trace.backwards[place]

    def again(self, tensor: Tensor) -> Iterator[Answer]:
        """What backward from here would do now."""
        target = self._known.target(tensor)
        if not tensor.requires_grad or target is None:
            return
        reach = reachable(self._trace.grad_fns, (target,))
        refused = next(foretold(self._moment, sorted(reach, reverse=True)), None)
        if refused is not None:
            yield self._refused("again", tensor, refused)
            return
        if (hidden := unseen(self._moment, reach)) is not None:
            yield Answer("again", "unseen", *self._hidden(hidden))
            return
        leaves = (self._trace.grad_fns[number].variable for number in reach)
        names = [_name(self._moment.known_tensor(leaf)) for leaf in leaves if leaf is not None]
        facts: dict[str, str | int] = {"name": _name(tensor), "leaves": _listed(names)}
        one = "adds" if tensor.shape == () or set(tensor.shape) == {1} else "adds to sum"
        yield Answer("again", "adds to abs" if tensor.dtype.startswith("complex") else one, facts)

    def _hidden(self, grad_fn: int) -> tuple[dict[str, str | int], int | None, None, int]:
        """What is told of a grad_fn that keeps what nobody sees: the facts, the line, no tensor, and itself."""
        found = self._trace.grad_fns[grad_fn]
        return {"grad_fn": found.name, "line": found.line or 0}, found.line, None, grad_fn

    def _refused(self, question: Question, tensor: Tensor, one: Foretold) -> Answer:
        grad_fn, changed = (
            self._trace.grad_fns[one.grad_fn],
            None if one.changed_by is None else self._trace.ops[one.changed_by],
        )
        freed = self._freed(grad_fn)
        line = freed.line if freed is not None and one.why == "freed" else None if changed is None else changed.line
        facts: dict[str, str | int] = {
            "name": _name(tensor),
            "grad_fn": grad_fn.name,
            "line": grad_fn.line or 0,
            "as": one.saved.name,
            "then": one.saved.version or 0,
            "now": one.now or 0,
            "by": (changed.call if changed is not None else None) or "",
            "when": line or 0,
        }
        fix = None if self._fixes is None or one.why != "freed" or freed is None else retain_graph(self._fixes, freed)
        if self._fixes is not None and changed is not None and one.why == "version":
            fix = clone_before(self._fixes, changed, grad_fn)
        said = "gone" if one.why == "freed" and freed is None else one.why
        return Answer(question, said, facts, line or grad_fn.line, None, grad_fn.id, () if fix is None else (fix,))

    def changed(self, tensor: Tensor) -> Iterator[Answer]:
        """What a change in place would do now."""
        name = {"name": _name(tensor)}
        if tensor.is_inference:  # no grad_fn saves one
            yield Answer("in place", "inference", {**name})
            return
        if tensor.requires_grad and tensor.is_leaf:
            yield Answer("in place", "leaf", {**name})
        spoilt = list(islice(self._moment.relying(tensor.id), _MOST))
        if not spoilt and not (tensor.requires_grad and tensor.is_leaf):
            hidden = unseen(self._moment)
            if hidden is None:
                yield Answer("in place", "harmless", {**name})
            else:
                yield Answer("in place", "unseen", *self._hidden(hidden))
        for grad_fn, saved in spoilt:
            facts: dict[str, str | int] = {**name, "grad_fn": grad_fn.name, "as": saved.name, "line": grad_fn.line or 0}
            facts["then"] = saved.version or 0
            yield Answer("in place", "spoils", facts, grad_fn.line, None, grad_fn.id)


def _path(moment: Moment, start: int) -> list[GradFn] | None:
    """The shortest way along next_functions to a leaf."""
    grad_fns = moment.trace.grad_fns
    before: dict[int, int | None] = {start: None}
    todo = deque((start,))
    while todo:
        number = todo.popleft()
        if grad_fns[number].variable is not None:
            path: list[GradFn] = []
            at: int | None = number
            while at is not None:
                path.append(grad_fns[at])
                at = before[at]
            return path[::-1]
        for to, _ in grad_fns[number].next:
            if to is not None and to not in before:
                before[to] = number
                todo.append(to)
    return None


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST])
    return shown if len(names) <= _MOST else f"{shown}, …"


def _name(tensor: Tensor) -> str:
    return tensor.names[0] if tensor.names else ""
