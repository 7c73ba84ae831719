"""What stands between an op of this thread and its kernel: what is in force there, and guards that go past it.

Nothing that is computed here for a person may be seen by the program, or recorded by its autograd.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, TypeVar

import torch

from gradviz.model.trace import GradMode

Result = TypeVar("Result")
untyped: Any = torch._C  # what torch's stubs leave out
_is_inference, _is_grad = torch.is_inference_mode_enabled, torch.is_grad_enabled


def shares_version() -> bool:
    """Whether the op at hand came through the place where views are given their base's version counter.

    detach() does; .data, which torch makes of the same kernel, does not.
    """
    excluded: bool = torch._C._dispatch_tls_is_dispatch_key_excluded(torch._C.DispatchKey.ADInplaceOrView)
    return excluded


def grad_mode() -> GradMode:
    """The grad mode in force in this thread."""
    if _is_inference():
        return "inference"
    return "grad" if _is_grad() else "no_grad"


def is_watched() -> bool:
    """Whether a dispatch mode sees what this thread does; none does while torch.jit.trace takes down and compares."""
    return not torch._C._dispatch_tls_is_dispatch_key_excluded(torch._C.DispatchKey.Python)


def fills_memory() -> bool:
    """Whether torch fills the memory that torch.empty hands out, as it does where all is to be deterministic."""
    deterministic: Any = torch.utils.deterministic
    return torch.are_deterministic_algorithms_enabled() and bool(deterministic.fill_uninitialized_memory)


def has_default_hooks() -> bool:
    """Whether saved_tensors_hooks pack what is saved: torch looks at no version of that."""
    return untyped._autograd._top_saved_tensors_default_hooks(True) is not None


WithoutModes: Any = untyped._DisableTorchDispatch  # a context in which no dispatch mode sees what is done


class Aside:
    """Within it, neither overrides of torch's functions (__torch_function__) nor torch.jit.trace see what is done."""

    __slots__ = ("_guard", "_tracing")

    def __enter__(self) -> None:
        """Put both aside."""
        self._guard = torch._C.DisableTorchFunction()
        self._guard.__enter__()
        self._tracing = torch._C._get_tracing_state()
        if self._tracing is not None:
            untyped._set_tracing_state(None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Put them back."""
        if self._tracing is not None:
            untyped._set_tracing_state(self._tracing)
        self._guard.__exit__(None, None, None)


_tracing_state, _WithoutOverrides = torch._C._get_tracing_state, torch._C.DisableTorchFunction


def aside() -> AbstractContextManager[object]:
    """The same as Aside, in a quarter of the time where nothing is traced."""
    return _WithoutOverrides() if _tracing_state() is None else Aside()


def run_unasked(run: Callable[..., Result], args: tuple[object, ...], kwargs: dict[str, object]) -> Result:
    """Run what C++ calls, which asks no class of its operands for an override of its own (__torch_function__)."""
    if not torch._C._has_torch_function(args):
        return run(*args, **kwargs)
    with aside():
        return run(*args, **kwargs)


def _unwatched_keys() -> torch._C.DispatchKeySet:
    before = torch._C._dispatch_tls_local_exclude_set()
    with torch._C._AutoDispatchBelowAutograd(), torch._C._DisableTorchDispatch():
        return torch._C._dispatch_tls_local_exclude_set() - before


_UNWATCHED = _unwatched_keys()


def unwatched() -> AbstractContextManager[object]:
    """Within it, what is computed is seen neither by autograd nor by any dispatch mode of this thread.

    One guard with the keys of both that torch has, which take four times as long.
    """
    return torch._C._ExcludeDispatchKeyGuard(_UNWATCHED)


_CLEAN = untyped._dispatch_tls_local_include_set(), untyped._dispatch_tls_local_exclude_set()  # as a thread begins


@contextmanager
def apart() -> Iterator[None]:
    """Within it, autograd records what is computed, and nothing of the program sees it or changes how it is done."""
    guards = untyped._ForceDispatchKeyGuard(*_CLEAN), torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction()
    with guards[0], guards[1], guards[2], torch.inference_mode(mode=False), torch.enable_grad():
        yield
