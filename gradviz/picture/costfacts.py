"""What an op and the grad_fn it left cost in the whole run: bytes, and time where that has been measured."""

from collections.abc import Iterator

from gradviz.model.cost import Timed
from gradviz.model.costs.heat import HeatOf, Spent, amount_text, spent
from gradviz.model.trace import GradFn, Op, Trace
from gradviz.picture.inspection import Fact, Section
from gradviz.picture.naming import Naming


def all_spent(trace: Trace, timed: Timed | None) -> dict[HeatOf, Spent]:
    """Return what a run spent on each thing that heat is of.

    Args:
        trace: the record of the run.
        timed: how long its ops take; None: that was not measured.
    """
    return {of: spent(trace, of, "both", timed) for of in ("time", "allocated", "saved")}


def cost_facts(naming: Naming, costs: dict[HeatOf, Spent], op: Op | None, grad_fn: GradFn | None = None) -> Section:
    """What an op and its grad_fn cost; what of it backward costs is told once backward has run there."""
    return Section(naming.words.costs, tuple(_told(naming, costs, op, grad_fn)))


def _told(naming: Naming, costs: dict[HeatOf, Spent], op: Op | None, grad_fn: GradFn | None) -> Iterator[Fact]:
    for of, of_run in costs.items():
        name = naming.cost(of)
        amount = None if op is None else of_run.ops.get(op.id)
        if amount is not None and amount.size:
            yield Fact(name, amount_text(of, amount))
        if grad_fn is None or not (of == "saved" or naming.moment.runs(grad_fn.id)):
            continue
        amount = of_run.grad_fns.get(grad_fn.id)
        if amount is not None and amount.size:
            yield Fact(name if of == "saved" else f"{name} · {grad_fn.name}", amount_text(of, amount))
