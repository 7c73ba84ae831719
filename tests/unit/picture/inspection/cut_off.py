"""What the inspector says at a step, and what it says of the record cut off there: an oracle for the look-ups."""

from gradviz.model.cost import Timed
from gradviz.model.costs.heat import HeatOf, Spent
from gradviz.model.moments.moment import History, Moment
from gradviz.model.trace import Trace
from gradviz.picture.inspection.inspecting import inspection
from gradviz.picture.inspection.inspection import Inspect, Inspection, Subject
from gradviz.picture.record.record import Record
from tests.unit.model.cut import at_step


class _CutHistory(History):
    """A run that ended at a step, but for what a cut record cannot tell of it.

    That is whether backward was under way there, and which ops only brought a tensor into the world: a detached copy
    that nobody has used or named yet may be one that torch made for itself.
    """

    def __init__(self, whole: History, step: int) -> None:
        super().__init__(at_step(whole.trace, step))
        self._under_way = whole.at(step).under_way
        self.born = whole.born

    @property
    def end(self) -> Moment:
        return super().end._replace(under_way=self._under_way)


class _CutRecord(Record):
    def __init__(self, record: Record, step: int) -> None:
        cut = _CutHistory(record.history, step)
        super().__init__(cut.trace)
        self.history = cut
        self._whole = record

    def spent(self, timed: Timed | None) -> dict[HeatOf, Spent]:
        return self._whole.spent(timed)  # costs are those of the whole run


def subjects(trace: Trace) -> list[Subject]:
    """Everything that can be inspected."""
    tensors = [Subject("tensor", tensor.id) for tensor in trace.tensors]
    return [
        *tensors,
        *(Subject("op", op.id) for op in trace.ops),
        *(Subject("grad_fn", grad_fn.id) for grad_fn in trace.grad_fns),
    ]


def both_ways(record: Record, step: int) -> tuple[list[Inspection], list[Inspection]]:
    """Everything inspected at a step: looked up, and in the record that was cut off there.

    A fix is offered for what lasts to the end of the run, which the cut record does not know: fixes are left out.
    """
    cut = _CutRecord(record, step)
    asked = [Inspect(subject) for subject in subjects(record.trace)]
    looked_up = [inspection(record, one._replace(step=step))._replace(asked=one) for one in asked]
    return [*map(_unmended, looked_up)], [_unmended(inspection(cut, one)) for one in asked]


def _unmended(found: Inspection) -> Inspection:
    kept = (
        section._replace(facts=tuple(fact for fact in section.facts if fact.edit is None)) for section in found.sections
    )
    return found._replace(sections=tuple(kept))
