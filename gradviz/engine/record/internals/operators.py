"""The operators of torch as a dispatch mode meets them: what each does to arguments, and how to run it unchanged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch._library.custom_ops import OPDEFS
from torch._ops import HigherOrderOperator, OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from gradviz.engine.record.internals import reader
from gradviz.engine.record.internals.guards import untyped
from gradviz.model.trace import RESOLVED, Unbounded

__all__ = ["TorchDispatchMode"]


NUMBERS = frozenset((bool, int, float, complex))  # what an operator may be given in place of a tensor


class Kernel(Protocol):
    """What runs an operator below autograd."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run it."""
        ...


class Operator(Kernel, Protocol):
    """An aten operator, one of its overloads, as a dispatch mode is given it."""

    def __hash__(self) -> int:
        """There is one object an overload."""
        ...


class Passing(TorchDispatchMode):
    """A dispatch mode that runs each operator as it is. What sees more of them is one of these."""

    supports_higher_order_operators = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()  # type: ignore[no-untyped-call]  # left untyped by torch, as is the next one

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # True would import torch._dynamo (over a second) and wrap each op, for programs that compile themselves.
        return False

    def __torch_dispatch__(
        self,
        func: Operator,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        """Run an operator that was called under this mode."""
        return func(*args, **(kwargs or {}))


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of an operator whatever it is given."""

    operator: Operator  # alive as long as this is, so that its address stays its own
    kernel: Kernel  # what a call of it comes to
    name: str  # in full: "aten::mul.Tensor"
    writes: tuple[tuple[int, str], ...]  # position and name of the arguments it writes to, by its schema
    has_out: bool  # what it writes to is for its results, and is not read
    resizes: bool  # it may give what it writes to another number of elements
    may_write: tuple[tuple[int, str], ...]  # of those that its schema keeps silent about, given what
    same_elements: bool  # its result has the elements of its first operand, in whatever order, where it has as many
    is_view: bool  # its result shares the memory of an operand, which it leaves as it is
    is_detach: bool
    why: str  # nothing was recorded of it though autograd is on and an input requires grad
    is_birth: bool  # it turns raw memory into the program's tensor: what it is given is no tensor of the program
    is_composite: bool  # it is made of others alone and leaves views and versions to them
    counts_inside: bool  # it is left to the ops in its kernel to count what it writes, as in the foreach ones
    is_custom: bool  # a torch.library.custom_op, whose kernel is Python: what that does in place counts
    is_factory: bool  # such a one, and it is given no tensor: who calls it may see to it that nothing is counted
    hands_on: (
        bool  # what calls it for the program hands its result on, or, if somebody holds that, has modes see a copy
    )
    wants_tensor: bool  # its first argument is a tensor, and a number does not do
    is_question: bool  # what it returns is a fact about a tensor, such as its sizes, and no kernel runs


KNOWN: dict[int, Traits] = {}  # by the operator's address: torch hashes one in Python


def learn(operator: Any) -> Traits:  # noqa: ANN401  # OpOverload is generic over Any
    """Find out what there is to know of an operator."""
    if isinstance(operator, HigherOrderOperator):  # torch.cond and the like
        name = f"higher_order::{operator.__name__}"
        return _remember(
            Traits(operator, operator, name, (), False, False, (), *(False,) * 3, "not differentiable", *(False,) * 8)
        )
    name = operator.name()
    arguments = tuple(enumerate(operator._schema.arguments))
    writes = tuple((k, one.name) for k, one in arguments if one.alias_info is not None and one.alias_info.is_write)
    may_write = () if writes else _may_write(operator)
    counts_inside = not _has_kernel(name, "ADInplaceOrView")
    is_custom = operator._schema.name in OPDEFS
    is_factory = counts_inside and not _takes_tensors(operator)
    kernel = operator._op if type(operator).__call__ is OpOverload.__call__ else operator
    return _remember(
        Traits(
            operator,
            _counted(operator) if is_custom and writes else kernel,
            f"{operator._schema.name}.{operator._overloadname}",
            writes,
            has_out := bool(writes) and all(arguments[k][1].kwarg_only for k, _ in writes),
            has_out or name.startswith("aten::resize"),
            may_write,
            operator in _SAME_ELEMENTS,
            any(one.alias_info is not None and not one.alias_info.is_write for one in operator._schema.returns),
            operator is _aten.detach.default,
            _WHY.get(operator, "not differentiable"),
            operator is _aten.lift_fresh.default,
            counts_inside and _has_kernel(name, "CompositeImplicitAutograd"),
            counts_inside,
            is_custom,
            is_factory,
            is_factory or operator._schema.name.endswith("_like"),
            _wants_tensor(operator),
            operator._schema.name in _QUESTIONS,
        )
    )


def is_subclass_like(tensor: torch.Tensor) -> bool:
    """Whether torch takes a tensor for one whose operators somebody replaces; no class of Python makes it that.

    Source: isTensorSubclassLike in aten/src/ATen/TensorSubclassLikeUtils.h, but for the modes that are on.
    """
    return bool(torch._C._dispatch_keys(tensor).raw_repr() & _SUBCLASS_LIKE)


def modes() -> list[TorchDispatchMode]:
    """The dispatch modes in force in this thread, innermost last."""
    return [torch._C._get_dispatch_stack_at(k) for k in range(torch._C._len_torch_dispatch_stack())]


def has_other_modes() -> bool:
    """Whether the program has dispatch modes, or transforms of torch.func, of its own where the recorder's is on."""
    return torch._C._len_torch_dispatch_stack() > 1 or torch._C._are_functorch_transforms_active()


def boundless(arguments: Iterable[object]) -> Unbounded | None:
    """Return "nan" or "inf", where that is a number among the arguments of an op, or in a list among them."""
    found: Unbounded | None = None
    for one in arguments:
        kind = type(one)
        if kind is float:
            if one - one != 0:  # type: ignore[operator]  # its very type says so
                found = "nan" if one != one or found == "nan" else "inf"
        elif kind is list and one and type(one[0]) is float:  # type: ignore[index]  # as above
            found = boundless(one) or found  # type: ignore[arg-type]  # as above
    return found


def _remember(learned: Traits) -> Traits:
    KNOWN[id(learned.operator)] = learned
    return learned


def _has_kernel(name: str, key: str) -> bool:
    """Whether an operator does something of its own under a dispatch key; one that is Python's alone has no kernel."""
    try:
        return torch._C._dispatch_has_kernel_for_dispatch_key(name, key)
    except RuntimeError:
        return False


def _wants_tensor(operator: Any) -> bool:  # noqa: ANN401  # as above
    arguments = operator._schema.arguments
    takes_numbers = torch._C._should_allow_numbers_as_tensors(operator._schema.name.rpartition(":")[2])
    return bool(arguments) and isinstance(arguments[0].type, torch.TensorType) and not takes_numbers


def _takes_tensors(operator: Any) -> bool:  # noqa: ANN401  # as above
    return any("Tensor" in str(one.type) for one in operator._schema.arguments)


def makes_tensors(traits: Traits, args: tuple[object, ...]) -> bool:
    """Whether torch has made a tensor of a number among the arguments of an operator, which is of no inference_mode."""
    operator: Any = traits.operator
    if isinstance(operator, HigherOrderOperator):
        return False
    wanted = (isinstance(one.type, torch.TensorType) for one in operator._schema.arguments)
    return any(wants and type(one) in NUMBERS for wants, one in zip(wanted, args, strict=False))


def as_tensors(args: tuple[object, ...]) -> tuple[object, ...]:
    """The arguments of an operator that wants a tensor first, where torch has made a number of that one on the way."""
    first: Any = args[0]
    return (torch.scalar_tensor(first, dtype=torch.result_type(first, first)), *args[1:])


def run_composite(
    operator: Any,  # noqa: ANN401  # as above
    mode: TorchDispatchMode,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    """Run a composite operator so that the mode sees the ones it is made of, each as if the program had called it.

    Under inference_mode torch hands composite operators over whole, past the point where a view is made one. What they
    are made of has no grad_fn there, even where enable_grad() is inside.
    """

    def kernel(*args: object, **kwargs: object) -> object:
        with mode:
            return operator._op_dk(torch._C.DispatchKey.CompositeImplicitAutograd, *args, **kwargs)

    run = run_counting if torch.is_inference_mode_enabled() else run_unguarded
    return run(kernel, args, kwargs)


def run_unguarded(operator: Kernel, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """Run an operator with autograd on in its kernel, as torch does where all operands were made in inference_mode.

    What such a kernel is made of is recorded: the clone() of a parameter made there copies into a tensor that is not.
    """
    keys = (torch._C.DispatchKey.AutogradFunctionality, torch._C.DispatchKey.AutogradOther)
    before = [torch._C._dispatch_tls_is_dispatch_key_excluded(key) for key in keys]
    for key in keys:
        torch._C._dispatch_tls_set_dispatch_key_excluded(key, False)
    try:
        return run_counting(operator, args, kwargs)
    finally:
        for key, was in zip(keys, before, strict=True):
            torch._C._dispatch_tls_set_dispatch_key_excluded(key, was)


def _counted(operator: Any) -> Kernel:  # noqa: ANN401  # torch leaves the parts of operators untyped
    """Return what runs a custom operator past where torch counts what it was called to write, which is done."""

    def kernel(*args: object, **kwargs: object) -> object:
        given = reader.tensors_in((*args, *kwargs.values()))
        if not given:
            return operator(*args, **kwargs)
        keys = untyped._after_ADInplaceOrView_keyset & torch._C._dispatch_keys(given[0])
        return operator.redispatch(keys, *args, **kwargs)

    return kernel


def run_counting(operator: Kernel, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """Run an operator so that the in-place ops in its kernel count versions, as they do where no mode is on."""
    tracking = torch._C.DispatchKey.ADInplaceOrView
    before = torch._C._dispatch_tls_is_dispatch_key_excluded(tracking)
    torch._C._dispatch_tls_set_dispatch_key_excluded(tracking, False)
    try:
        return operator(*args, **kwargs)
    finally:
        torch._C._dispatch_tls_set_dispatch_key_excluded(tracking, before)


def counts(traits: Traits, inside: bool) -> bool:
    """Whether an operator that writes, or makes a tensor, is to count versions in its kernel.

    Args:
        traits: of the operator.
        inside: whether inference mode is on.
    """
    return not inside and (_is_counted() if traits.is_factory else traits.counts_inside)


def _is_counted() -> bool:
    """Whether versions counted where the operator that the mode is handed was called from.

    Of a tensor that torch.zeros makes for the program they do not; of one that another operator has from it they do.
    """
    with untyped._RestorePythonTLSSnapshot():
        return not torch._C._dispatch_tls_is_dispatch_key_excluded(torch._C.DispatchKey.ADInplaceOrView)


def written_by(traits: Traits, args: tuple[object, ...], kwargs: dict[str, object]) -> list[torch.Tensor]:
    """The tensors among the arguments that an operator writes to."""
    writes = traits.writes or _does_write(traits, args, kwargs)
    return reader.tensors_in([args[k] if k < len(args) else kwargs.get(name) for k, name in writes])


def _may_write(operator: Any) -> tuple[tuple[int, str], ...]:  # noqa: ANN401  # as above
    """The arguments that torch knows an operator to write to under some settings, though its schema declares none.

    Those are the running statistics of batch norm, where it is training.
    """
    schema = operator._schema
    known = untyped._SchemaInfo(schema)
    return tuple((k, one.name) for k, one in enumerate(schema.arguments) if known.is_mutable(one.name))


def _does_write(traits: Traits, args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[tuple[int, str], ...]:
    """Those of the arguments that it may write to which it does write to, given these: its flags decide."""
    flags: list[tuple[int | str, bool]] = [(k, one) for k, one in enumerate(args) if isinstance(one, bool)]
    flags += [(name, one) for name, one in kwargs.items() if isinstance(one, bool)]
    key = (id(traits.operator), *flags)
    found = _written_if.get(key)
    if found is None:
        operator: Any = traits.operator
        known = untyped._SchemaInfo(operator._schema)
        for place, flag in flags:
            known.add_argument_value(operator._schema.arguments[place].name if isinstance(place, int) else place, flag)
        found = _written_if[key] = tuple(one for one in traits.may_write if known.is_mutable(one[1]))
    return found


_written_if: dict[tuple[object, ...], tuple[tuple[int, str], ...]] = {}  # by the operator's address, and its flags
_aten = torch.ops.aten


def _subclass_like() -> int:
    """The dispatch keys by which torch knows such tensors, as bits; of Meta without what all dense tensors have."""
    names = ("FuncTorchGradWrapper", "FuncTorchBatched", "Functionalize", "Batched", "Sparse", "SparseCsr", "Python")
    found = 0
    for name in names:
        found |= untyped.DispatchKeySet(untyped._dispatch_key_parse(name)).raw_repr()
    meta, cpu = (untyped.DispatchKeySet(key).raw_repr() for key in (untyped.DispatchKey.Meta, untyped.DispatchKey.CPU))
    return int(found | (meta & ~cpu))


_SUBCLASS_LIKE = _subclass_like()
# What torch asks a subclass of Tensor that answers in Python: also while it makes a view's grad_fn and holds a lock.
_QUESTIONS = frozenset(
    (
        *("aten::sym_size", "aten::sym_numel", "aten::sym_stride", "aten::sym_storage_offset", "aten::size"),
        *("aten::stride", "aten::storage_offset", "aten::dim", "aten::numel", "aten::is_contiguous"),
        *("aten::is_strides_like_format", "aten::is_non_overlapping_and_dense", "prim::layout", "prim::device"),
    )
)
_WHY: dict[object, str] = {_aten.detach.default: "detach", _aten.clone.default: RESOLVED}
_SAME_ELEMENTS: frozenset[object] = frozenset(
    overload
    for packet in (
        *(_aten.view, _aten._unsafe_view, _aten._reshape_alias, _aten.alias, _aten.detach),
        *(_aten.t, _aten.transpose, _aten.permute, _aten.squeeze, _aten.unsqueeze),
        *(_aten.clone, _aten._to_copy, _aten.expand, _aten.select, _aten.slice),
    )
    for overload in (getattr(packet, name) for name in packet.overloads())  # type: ignore[no-untyped-call]  # left untyped by torch
)
