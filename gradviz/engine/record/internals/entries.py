"""The entries of torch that the recorder stands in while a program runs: each is wrapped, and put back after it."""

import functools
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch._functorch import eager_transforms
from torch.autograd.function import _SingleLevelFunction
from torch.autograd.graph import _engine_run_backward as engine_run  # the true one, which nothing is put in place of
from torch.nn.modules.module import register_module_module_registration_hook
from torch.utils.hooks import RemovableHandle

from gradviz.engine.record.internals.guards import WithoutModes, untyped
from gradviz.engine.record.internals.operators import has_other_modes
from gradviz.engine.record.internals.quiet import Untraced

__all__ = ["engine_run"]

EngineRun = Callable[..., Any]  # torch's entry into the autograd engine: any arguments, tensors or None
MakeGrads = Callable[..., Any]  # of roots, gradients or None, and whether those are batched
Detach = Callable[[torch.Tensor], torch.Tensor]  # in place
Hook = Callable[[object], Any]  # one of saved_tensors_hooks
PushHooks = Callable[[Hook, Hook], None]
Function = Callable[..., Any]  # any of the program's
FunctionApply = Callable[..., Any]  # a torch.autograd.Function's class and the arguments of its call; what it returns
Held = OrderedDict[int, object]  # the hooks of one kind on a grad_fn, by the numbers of their handles
KeepHook = Callable[[Held | None, Function], tuple[Held, RemovableHandle]]  # None: it is the first
_base: Any = torch._C.TensorBase
_LEVELS = ("_grad_increment_nesting", "_grad_decrement_nesting", "_create_differentiable")


def replace(owner: object, name: str, replacement: object) -> Callable[[], None]:
    """Put another in the place of what an owner has under a name; returns what undoes it."""
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    return lambda: setattr(owner, name, original)


def replace_engine_run(replacement: Callable[[EngineRun], EngineRun]) -> Callable[[], None]:
    """Wrap the one name through which backward() and grad() enter the engine; returns what undoes it."""
    original = torch.autograd._engine_run_backward  # type: ignore[attr-defined]  # imported there from torch.autograd.graph
    torch.autograd._engine_run_backward = replacement(original)  # type: ignore[attr-defined]  # as above

    def undo() -> None:
        torch.autograd._engine_run_backward = original  # type: ignore[attr-defined]  # as above

    return undo


def replace_make_grads(replacement: Callable[[MakeGrads], MakeGrads]) -> Callable[[], None]:
    """Wrap the one name through which backward() and grad() make the gradients of their roots; returns what undoes it.

    It refuses what never gets to the engine: a root that is no scalar, a gradient of another shape.
    """
    original: MakeGrads = torch.autograd._make_grads
    return replace(torch.autograd, "_make_grads", replacement(original))


def replace_detach(replacement: Callable[[Detach], Detach]) -> Callable[[], None]:
    """Wrap both names under which torch has detach_(); returns what undoes it."""
    return _all([replace(owner, "detach_", replacement(owner.detach_)) for owner in (torch.Tensor, torch)])


def replace_function_apply(replacement: Callable[[FunctionApply], FunctionApply]) -> Callable[[], None]:
    """Wrap the entry of every torch.autograd.Function into C++; returns what undoes it.

    The class below torch.autograd.Function inherits its apply from C++: one of its own comes before that. It is called
    by no Python on the way, for calls of Functions inside each other, as nested checkpoints are, soon reach the limit
    of recursion.
    """
    entry: Any = _SingleLevelFunction
    inherited: FunctionApply = vars(untyped._FunctionBase)["apply"]
    entry.apply = classmethod(replacement(inherited))

    def undo() -> None:
        del entry.apply

    return undo


def replace_script_calls(replacement: Callable[[Function], Function]) -> Callable[[], None]:
    """Wrap the calls of functions and methods that TorchScript runs; returns what undoes it."""
    kinds: tuple[Any, ...] = (torch._C.ScriptFunction, torch._C.ScriptMethod)
    return _all([replace(kind, "__call__", replacement(kind.__call__)) for kind in kinds])


def replace_push_hooks(replacement: Callable[[PushHooks], PushHooks]) -> Callable[[], None]:
    """Wrap the one name through which saved_tensors_hooks come into force; returns what undoes it."""
    autograd: Any = torch._C._autograd
    original: PushHooks = autograd._push_saved_tensors_default_hooks
    autograd._push_saved_tensors_default_hooks = replacement(original)

    def undo() -> None:
        autograd._push_saved_tensors_default_hooks = original

    return undo


def replace_settings(
    reassigned: Callable[[torch.Tensor], None],
    granted: Callable[[torch.Tensor, object], None],
    changed: Callable[[torch.Tensor], None],
) -> Callable[[], None]:
    """Have noted whenever a tensor is given other memory, another .grad or another flag; returns what undoes it.

    No property stands in for what can be set: it would be in the way of each reading too.

    Args:
        reassigned: is given a tensor that has its new memory.
        granted: is given a tensor that has its new .grad, and that or None.
        changed: is given a tensor that has its new flag.
    """
    entry: Any = torch.Tensor
    set_one, delete_one = entry.__setattr__, entry.__delattr__
    notes: dict[str, Callable[[torch.Tensor, object], None]] = {
        "data": lambda tensor, _: reassigned(tensor),
        "requires_grad": lambda tensor, _: changed(tensor),
        **dict.fromkeys(("grad", "_grad"), granted),
    }
    flagging = ("requires_grad_", "retain_grad")

    def assign(tensor: torch.Tensor, name: str, value: object) -> None:
        set_one(tensor, name, value)
        if name in notes:
            with Untraced():
                notes[name](tensor, value)

    def delete(tensor: torch.Tensor, name: str) -> None:
        delete_one(tensor, name)
        if name in notes:
            with Untraced():
                notes[name](tensor, None)

    def noted(original: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(original)
        def flag(tensor: torch.Tensor, *args: object, **kwargs: object) -> object:
            result = original(tensor, *args, **kwargs)
            with Untraced():
                changed(tensor)
            return result

        return flag

    entry.__setattr__, entry.__delattr__ = assign, delete
    for name in flagging:
        setattr(entry, name, noted(getattr(entry, name)))

    def undo() -> None:
        for name in ("__setattr__", "__delattr__", *flagging):
            delattr(entry, name)  # it is inherited

    return undo


def replace_registrations(
    placing: Callable[[torch.nn.Module, str, object], None], moved: Callable[[torch.nn.Module], None]
) -> Callable[[], None]:
    """Have every change of what parts and parameters a module has noted; returns what undoes it.

    Args:
        placing: is given the module, a name in it, and what will be under that.
        moved: is given a module that has others in any other way.
    """
    nn: Any = torch.nn
    register = nn.Module.register_parameter

    def place(module: torch.nn.Module, name: str, placed: object) -> None:
        with Untraced():
            placing(module, name, placed)

    @functools.wraps(register)
    def register_parameter(self: torch.nn.Module, name: str, param: torch.nn.Parameter | None) -> None:
        place(self, name, param)
        register(self, name, param)

    def noted(original: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(original)
        def change(module: torch.nn.Module, *args: object, **kwargs: object) -> object:
            result = original(module, *args, **kwargs)
            with Untraced():
                moved(module)
            return result

        return change

    ways = [(nn.Module, "__delattr__"), (nn.ModuleDict, "__delitem__"), (nn.ModuleDict, "clear")]
    ways += [(kind, "insert") for kind in (nn.Sequential, nn.ModuleList)]
    handle = register_module_module_registration_hook(place)
    undo = [replace(owner, name, noted(getattr(owner, name))) for owner, name in ways]
    return _all([handle.remove, replace(nn.Module, "register_parameter", register_parameter), *undo])


def replace_hook_registrations(
    stand_in: Callable[[str, Function], Function], registered: Callable[[str, object, Function, RemovableHandle], None]
) -> Callable[[], None]:
    """Have every hook noted that is registered on a tensor or a module; returns what undoes it.

    Args:
        stand_in: is given what registers a hook that runs in backward, and the hook; torch is given what it returns.
        registered: is given what has registered a hook, what the hook is on, what torch was given, and the handle.
    """

    def noted(how: str, original: Callable[..., RemovableHandle]) -> Callable[..., RemovableHandle]:
        @functools.wraps(original)
        def register(owner: object, hook: Function, *args: object, **kwargs: object) -> RemovableHandle:
            kept = hook if "forward" in how else stand_in(how, hook)
            handle = original(owner, kept, *args, **kwargs)
            registered(how, owner, kept, handle)
            return handle

        return register

    tensor = ("register_hook", "register_post_accumulate_grad_hook")
    module = ("full_backward_pre", "full_backward", "backward", "forward_pre", "forward")
    owners: list[tuple[Any, str]] = [(torch.Tensor, how) for how in tensor]
    owners += [(torch.nn.Module, f"register_{kind}_hook") for kind in module]
    return _all([replace(owner, how, noted(how, getattr(owner, how))) for owner, how in owners])


def replace_keep_hook(replacement: Callable[[KeepHook], KeepHook]) -> Callable[[], None]:
    """Wrap the one name through which every grad_fn has its hooks kept in order; returns what undoes it.

    The types of grad_fns are torch's own, into which nothing can be put: neither which of them it is for can be seen
    here, nor whether it runs before it or after.
    """
    entry: Any = _SingleLevelFunction
    entry._register_hook = staticmethod(replacement(entry._register_hook))

    def undo() -> None:
        del entry._register_hook  # it is inherited

    return undo


def replace_remove(removed: Callable[[int], None]) -> Callable[[], None]:
    """Have the number of each handle noted by which a hook is removed; returns what undoes it."""
    original = RemovableHandle.remove

    @functools.wraps(original)
    def remove(handle: RemovableHandle) -> None:
        original(handle)
        removed(handle.id)

    return replace(RemovableHandle, "remove", remove)


def hide_references(ours: tuple[type[weakref.ref[Any]], ...]) -> Callable[[], None]:
    """Have nobody told of the weak references of some classes, for which torch would refuse to swap tensors.

    Returns:
        What undoes it.
    """
    original = weakref.getweakrefs

    def getweakrefs(value: object) -> list[Any]:
        return [one for one in original(value) if not isinstance(one, ours)]

    def getweakrefcount(value: object) -> int:
        return len(getweakrefs(value))

    return _all([replace(weakref, one.__name__, one) for one in (getweakrefs, getweakrefcount)])


def replace_new() -> Callable[[], None]:
    """Have tensors of a class of the program's made out of sight of the recorder's mode; returns what undoes it.

    Torch gives no class to a tensor that a mode has had in its hands: Mine([1.0]) would be refused. It keeps modes from
    as_subclass(), but not from this.
    """
    entry: Any = torch.Tensor
    original = entry.__new__

    @functools.wraps(original)
    def new(kind: type[torch.Tensor], *args: object, **kwargs: object) -> object:
        if kind is torch.Tensor or has_other_modes():
            return original(kind, *args, **kwargs)
        with WithoutModes():
            return original(kind, *args, **kwargs)

    entry.__new__ = new

    def undo() -> None:
        del entry.__new__  # it is inherited

    return undo


def replace_swap(swapping: Callable[[torch.Tensor, torch.Tensor, Callable[[], None]], None]) -> Callable[[], None]:
    """Have tensors swapped by another, which is given both and what swaps them; returns what undoes it."""
    original = torch.utils.swap_tensors

    def swap_tensors(one: torch.Tensor, other: torch.Tensor) -> None:
        with Untraced():
            swapping(one, other, lambda: original(one, other))  # type: ignore[no-untyped-call]  # left untyped by torch

    return replace(torch.utils, "swap_tensors", swap_tensors)


def replace_increments(moved: Callable[[torch.Tensor], None]) -> Callable[[], None]:
    """Have every tensor noted whose version the program itself moves on, after that; returns what undoes it."""
    original = torch.autograd.graph.increment_version

    @functools.wraps(original)
    def increment_version(tensor: torch.Tensor | Iterable[torch.Tensor]) -> None:
        tensors = [tensor] if isinstance(tensor, torch.Tensor) else list(tensor)
        original(tensors)
        with Untraced():
            for one in tensors:
                moved(one)

    return replace(torch.autograd.graph, "increment_version", increment_version)


def replace_exports(note: Callable[[torch.Tensor], None]) -> Callable[[], None]:
    """Have every way by which a tensor's memory is handed to others, or written to unseen, noted; returns the undoing.

    Args:
        note: is given the tensor after its memory was handed out.
    """
    entry: Any = torch.Tensor
    names = ("numpy", "__dlpack__", "data_ptr", "untyped_storage", "apply_", "map_", "map2_")

    def noted(original: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(original)
        def export(tensor: torch.Tensor, *args: object, **kwargs: object) -> object:
            result = original(tensor, *args, **kwargs)
            with Untraced():
                note(tensor)
            return result

        return export

    functions: Any = torch.utils.dlpack
    undo_functions = [replace(owner, "to_dlpack", noted(functions.to_dlpack)) for owner in (torch, functions)]
    own = {name: vars(entry)[name] for name in names if name in vars(entry)}
    for name in names:
        setattr(entry, name, noted(getattr(entry, name)))

    def undo() -> None:
        for one in undo_functions:
            one()
        for name in names:
            if name in own:
                setattr(entry, name, own[name])
            else:
                delattr(entry, name)  # it is inherited from C++

    return undo


def replace_levels(
    opened: Callable[[], None], closing: Callable[[], None], lifted: Callable[[object], None]
) -> Callable[[], None]:
    """Have the levels of torch.func noted that record gradients; returns what undoes it.

    Args:
        opened: is called when a level has been opened.
        closing: is called before it is closed.
        lifted: is given the inputs of a transform, wrapped for its level.
    """
    enter, leave, lift = (getattr(eager_transforms, name) for name in _LEVELS)

    def entered() -> object:
        level = enter()
        opened()
        return level

    def left() -> object:
        with Untraced():
            closing()
        return leave()

    def wrapped(*inputs: object, **level: object) -> object:
        result = lift(*inputs, **level)
        with Untraced():
            lifted(result)
        return result

    return _all(
        [replace(eager_transforms, name, by) for name, by in zip(_LEVELS, (entered, left, wrapped), strict=True)]
    )


def _all(undo: list[Callable[[], None]]) -> Callable[[], None]:
    """Return what undoes each of several."""

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all
