"""The formulas of backward, computed as torch computes them where no dispatch mode is on.

While one is on, torch takes each tensor for one whose operators somebody replaces, and takes ways that suit those. The
gradient of max() is then a product with a mask, and nan where that multiplies inf by 0; that of prod() has another
graph. So a mode is put out of sight while such a formula runs, and each operator that the formula calls brings it back.
"""

from functools import cache

import torch

from gradviz.engine.record.internals import operators
from gradviz.engine.record.internals.guards import run_unasked
from gradviz.engine.record.internals.operators import Kernel

_MODES = torch._C.DispatchKey.Python
# Torch has this key for experiments and uses it nowhere. It comes before autograd.
_KEY = "TESTING_ONLY_GenericMode"
_BRINGS_BACK = torch._C._dispatch_key_parse(_KEY)
DIFFERENT = frozenset(  # names of the grad_fns whose formulas go other ways under a mode
    (
        *("MaxBackward0", "MaxBackward1", "MinBackward0", "MinBackward1", "AminmaxBackward0"),
        *("MedianBackward0", "MedianBackward1", "NanmedianBackward0", "NanmedianBackward1", "ModeBackward0"),
        *("ProdBackward0", "ProdBackward1", "CumprodBackward0", "CummaxBackward0", "CumminBackward0"),
        *("SortBackward0", "SortBackward1", "TopkBackward0", "KthvalueBackward0", "TraceBackward0", "TakeBackward0"),
        *("GatherBackward0", "IndexBackward0", "IndexSelectBackward0", "MaskedSelectBackward0"),
        *("BinaryCrossEntropyBackward0", "BinaryCrossEntropyWithLogitsBackward0"),
        *("LinalgDetBackward0", "LinalgEigBackward0", "LinalgEighBackward0", "LinalgMatrixExpBackward0"),
        *("LinalgHouseholderProductBackward0", "OrmqrBackward0"),
    )
)


@cache
def prepare() -> tuple[torch._C._DispatchModule, ...]:
    """Have every operator that is not made of others bring the modes back for itself where they are out of sight.

    Returns:
        Who holds these kernels: they go when that goes.
    """
    others, own = (torch._C._dispatch_library("IMPL", space, "") for space in ("_", "aten"))
    others.fallback_fallthrough(_KEY)
    for name in torch._C._dispatch_get_all_op_names():
        space, _, rest = name.partition("::")
        if space == "aten" and not torch._C._dispatch_has_kernel_for_dispatch_key(name, "CompositeImplicitAutograd"):
            packet, _, overload = rest.partition(".")
            own.impl(name, _KEY, _bringing_back(getattr(getattr(torch.ops.aten, packet), overload or "default")))
    return others, own


def hide_modes() -> None:
    """Put the mode of the recorder out of sight, unless the program has modes, or transforms, of its own."""
    if not operators.has_other_modes():
        prepare()
        _hide()


def show_modes() -> None:
    """Bring it back."""
    if torch._C._dispatch_tls_is_dispatch_key_included(_BRINGS_BACK):
        torch._C._dispatch_tls_set_dispatch_key_included(_BRINGS_BACK, False)
        torch._C._dispatch_tls_set_dispatch_key_excluded(_MODES, False)


def _hide() -> None:
    torch._C._dispatch_tls_set_dispatch_key_excluded(_MODES, True)
    torch._C._dispatch_tls_set_dispatch_key_included(_BRINGS_BACK, True)


def _bringing_back(operator: Kernel) -> Kernel:
    def kernel(*args: object, **kwargs: object) -> object:
        show_modes()
        try:
            return run_unasked(operator, args, kwargs)
        finally:
            _hide()

    return kernel
