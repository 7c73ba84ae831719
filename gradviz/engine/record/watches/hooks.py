"""The program's hooks as they are registered, as they run in backward, and as they are removed.

Each runs as torch would run it. What stands where torch keeps it only reads the gradients before and after.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import FrameType

import torch
from torch.utils.hooks import RemovableHandle

from gradviz.engine.record.internals import entries, gradfns, hooks
from gradviz.engine.record.internals.depth import C_CALL
from gradviz.engine.record.internals.hooks import WatchedHook
from gradviz.engine.record.internals.quiet import Untraced
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.watches.owners import Handles, Owners
from gradviz.model.trace import Hook, HookCall, Value

_LEVELS = 2 + C_CALL  # of a hook that is called: what stands for it, and what runs it


class HookWatch:
    """Stands where hooks are registered on tensors, grad_fns and modules."""

    def __init__(self, here: Callable[[], Recorder]) -> None:
        self._here = here  # the recorder of this thread
        self._count = 0
        self._there: dict[int, Hook] = {}  # by the number of the handle that removes it
        self._waits: dict[int, Callable[[], object]] = {}  # by the same, what ends that it takes paths of its module
        self._owners = Owners()
        self._undo = [
            entries.replace_hook_registrations(self._stand_in, self._registered),
            entries.replace_keep_hook(self._wrap_keep),
        ]

    def undo(self) -> None:
        """Put back what it stands in for."""
        for one in self._undo:
            one()

    def _stand_in(self, how: str, hook: entries.Function) -> WatchedHook:
        """What torch is given in place of a hook; that of a tensor's own class has come here before."""
        return hook if isinstance(hook, WatchedHook) else WatchedHook(how, hook, self._run)

    def _registered(self, how: str, owner: object, kept: entries.Function, handle: RemovableHandle) -> None:
        watched = kept if isinstance(kept, WatchedHook) else None
        if watched is not None and watched.number is not None:
            return
        recorder = self._here()
        with Untraced(), recorder.lock:
            tensor = grad_fn = module = None
            if isinstance(owner, torch.Tensor):
                tensor, grad_fn = recorder.ledger.see(owner, None), recorder.nodes.target(owner)
            elif isinstance(owner, torch.nn.Module):
                module = recorder.source.modules.called(owner)
            named = hooks.named(how, kept if watched is None else watched.hook)
            number = self._tell_new(handle.id, named, tensor, grad_fn, module)
            if isinstance(owner, torch.nn.Module):
                self._waits[handle.id] = recorder.source.modules.await_path(owner, partial(self._renamed, handle.id))
        if watched is not None:
            watched.number = number

    def _wrap_keep(self, keep: entries.KeepHook) -> entries.KeepHook:
        """Return what keeps the hooks of grad_fns, with those of the program noted."""

        def watched(held: entries.Held | None, hook: entries.Function) -> tuple[entries.Held, RemovableHandle]:
            if hooks.is_ours(hook) or _is_torch(sys._getframe().f_back):
                return keep(held, hook)
            stand_in = WatchedHook(hooks.KEPT, hook, self._run)
            held, handle = keep(held, stand_in)
            with Untraced(), self._here().lock:
                hooks.put_ours_last(held)
                stand_in.number = self._tell_new(handle.id, hooks.named(hooks.KEPT, hook), None, None, None)
                self._owners.wait(held, handle.id)
            return held, handle

        return watched

    def met(self, nodes: Iterable[gradfns.Node], handles: Iterable[Handles]) -> None:
        """Tell of grad_fns which hooks are on them, where that was not known.

        Args:
            nodes: the grad_fns.
            handles: those of a prehook and a hook that each was given.
        """
        if self._owners.are_missing:
            for node, both in zip(nodes, handles, strict=True):
                for number, how in self._owners.found(both):
                    grad_fn = self._here().nodes.see(node, None)
                    self._tell(number, self._there[number]._replace(how=how, grad_fn=grad_fn))

    def finish(self) -> None:
        """Tell the same of those that no backward came to and that are still there, at the end of the run."""
        recorder = self._here()
        with Untraced(), recorder.lock:
            nodes = gradfns.alive(recorder.ledger.alive())
            while self._owners.are_missing and (node := next(nodes, None)) is not None:
                both = node.register_prehook(_nothing), node.register_hook(_nothing)
                self.met([node], [both])
                for handle in both:
                    handle.remove()

    def _tell_new(
        self, handle: int, named: hooks.Named, tensor: int | None, grad_fn: int | None, module: str | None
    ) -> int:
        """Tell a hook that has just been registered, and return its number."""
        recorder = self._here()
        if not self._count:  # a program without hooks pays nothing for those that are removed
            self._undo.append(entries.replace_remove(self._removed))
        number = self._count
        self._count += 1
        line, _ = recorder.source.here()
        self._tell(handle, Hook(number, _stamp(recorder), *named, line, tensor, grad_fn, module))
        return number

    def _renamed(self, handle: int, path: str) -> None:
        """Take another path of the module that a hook is on."""
        self._tell(handle, self._there[handle]._replace(module=path))

    def _removed(self, handle: int) -> None:
        hook = self._there.get(handle)
        if hook is not None:
            recorder = self._here()
            with Untraced(), recorder.lock:
                self._tell(handle, hook._replace(removed=hook.removed or _stamp(recorder)))
                if handle in self._waits:
                    self._waits.pop(handle)()

    def _tell(self, handle: int, hook: Hook) -> None:
        self._there[handle] = hook
        self._here().stream.hooks.append(hook)

    def _run(self, hook: WatchedHook, given: tuple[object, ...]) -> object:
        """Run a hook, and write down what it made of the gradients that it was given."""
        recorder = self._here()
        with Untraced(), recorder.lock:
            recorder.settle()
            before = _read(recorder, hooks.gradients(hook.how, given))
            recorder.stand_beneath(_LEVELS)
        try:
            result = hook.hook(*given)
        finally:
            recorder.stand_beneath(-_LEVELS)
        with Untraced(), recorder.lock:
            recorder.settle()
            after = _read(recorder, hooks.gradients(hook.how, given) if result is None else result)
            node = gradfns.at_work()
            grad_fn = None if node is None else recorder.nodes.id_of(node)
            if hook.number is not None:
                call = HookCall(hook.number, _stamp(recorder), grad_fn, before, after)
                recorder.stream.hook_calls.append(call)
        return result


def _nothing(*_: object) -> None:
    """Be a hook that leaves all as it is."""


def _is_torch(frame: FrameType | None) -> bool:
    """Whether code of torch's own runs, which puts hooks on grad_fns where a program puts them on modules."""
    return frame is not None and str(frame.f_globals.get("__name__")).startswith("torch.")


def _stamp(recorder: Recorder) -> int:
    """That of what is so from the next step on."""
    with recorder.stream.ahead:
        return recorder.stream.stamp


def _read(recorder: Recorder, gradients: object) -> tuple[Value | None, ...]:
    each = gradients if isinstance(gradients, tuple | list) else (gradients,)
    return tuple(recorder.ledger.value_of(one) if isinstance(one, torch.Tensor) else None for one in each)
