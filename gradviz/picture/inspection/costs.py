"""What an op and the grad_fn it left cost in the whole run: bytes, and time where that has been measured."""

from collections.abc import Iterator

from gradviz.model.costs.heat import HeatOf, Spent, amount_text
from gradviz.model.trace import GradFn, Op
from gradviz.picture.inspection.inspection import Fact, Section
from gradviz.picture.inspection.naming import Naming


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
