"""How an op of torch is called that says so in no docstring: by the schema that torch dispatches it by.

torch is looked up among what is imported, and not imported: this is loaded before the engine has found out whether
there is a torch at all.
"""

import sys
from typing import TYPE_CHECKING

from gradviz.model.completion.found import PARAMETERS, SIGNATURES, Signature

if TYPE_CHECKING:
    import torch

HOLDERS = ("torch", "torch.Tensor")  # whose functions of C are ops of the same name


def by_schema(name: str) -> tuple[Signature, ...]:
    """Return the ways in which the op of a name is called, `self` among its arguments; none where there is no op."""
    found: list[torch._C.FunctionSchema] = sys.modules["torch._C"]._jit_get_schemas_for_operator(f"aten::{name}")
    schemas = [one for one in found if "Tensor" in str(one) and "Dimname" not in str(one)]
    ways = dict.fromkeys(_way(one) for one in schemas if not one.overload_name.endswith("out"))
    return tuple(ways)[:SIGNATURES]


def _way(schema: "torch._C.FunctionSchema") -> Signature:
    told: list[str] = []
    for one in schema.arguments:
        if one.kwarg_only and "*" not in told:
            told.append("*")
        told.append(f"{one.name}={one.default_value!r}" if one.has_default_value() else one.name)
    returns = [str(one.type) for one in schema.returns]
    return Signature(tuple(told[:PARAMETERS]), "Tensor" if returns == ["Tensor"] else "")
