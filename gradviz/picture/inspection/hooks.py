"""What there is to say of hooks: where each was registered, and what it made of each gradient that it was given."""

from collections.abc import Iterable, Iterator
from itertools import islice

from gradviz.drawing.content.hooks import change_text, gradients_text
from gradviz.model.moments.hooked import Hooked
from gradviz.model.trace import GradFn, HookCall, Op, Tensor
from gradviz.picture.inspection.inspection import Fact, Section, Subject
from gradviz.picture.inspection.naming import MOST, Naming

_CALLS = 10  # of a hook that are told, the last


def tensor_hooks(naming: Naming, tensor: Tensor) -> Section:
    """The hooks on a tensor, with all their calls; of a leaf those on its AccumulateGrad too."""
    return _section(naming, naming.moment.history.hooks.on_tensor(tensor.id, naming.moment.begun))


def grad_fn_hooks(naming: Naming, grad_fn: GradFn) -> Section:
    """The hooks on what comes to a grad_fn, with the calls for which torch ran that."""
    found = naming.moment.history.hooks.on_grad_fn(grad_fn, naming.moment.begun)
    own = (one._replace(calls=[call for call in one.calls if call.grad_fn == grad_fn.id]) for one in found)
    return _section(naming, own)


def module_hooks(naming: Naming, op: Op) -> Section:
    """The hooks that run in forward, on the modules that an op ran in."""
    found = naming.moment.history.hooks.on_module(op.module, naming.moment.begun) if op.module else ()
    return _section(naming, (one for one in found if one.is_forward))


def _section(naming: Naming, found: Iterable[Hooked]) -> Section:
    return Section(naming.words.hooks, tuple(fact for one in islice(found, MOST) for fact in _facts(naming, one)))


def _facts(naming: Naming, one: Hooked) -> Iterator[Fact]:
    line, text = one.hook.line, one.hook.function
    text = text if line is None else naming.drawn.on_line.format(text, line)
    yield Fact(one.hook.written, naming.drawn.removed.format(text) if one.is_removed else text, line)
    for call in one.calls[-_CALLS:]:
        yield Fact(one.hook.given, _made(naming, call), of=_at(call))


def _made(naming: Naming, call: HookCall) -> str:
    if call.before == call.after:
        return naming.words.left_alone.format(gradients_text(call.before, naming.value))
    return change_text(call.before, call.after, naming.value)


def _at(call: HookCall) -> Subject | None:
    return None if call.grad_fn is None else Subject("grad_fn", call.grad_fn)
