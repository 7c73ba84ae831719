"""Record and Inspect in, Inspection out: the sections of a thing, gathered from those who have something to say."""

from gradviz.drawing.plain import bounded, plain
from gradviz.drawing.titles import op_title
from gradviz.model.trace import GradFn, Op
from gradviz.picture.answering import Answering
from gradviz.picture.inspection import Fact, Inspect, Inspection, Section
from gradviz.picture.inspectionwords import INSPECTION_WORDS
from gradviz.picture.naming import Naming
from gradviz.picture.nodefacts import grad_fn_facts, op_facts, rule_facts
from gradviz.picture.record import Record
from gradviz.picture.tensorfacts import tensor_facts, value_facts

_TEXT = 2000  # characters of a fact


def inspection(record: Record, asked: Inspect) -> Inspection:
    """Return what there is to say of a thing, as it was at the step asked for."""
    moment = record if asked.step is None else record.until(asked.step)
    kinds = {"tensor": moment.trace.tensors, "op": moment.trace.ops, "grad_fn": moment.trace.grad_fns}
    if not 0 <= asked.of.id < len(kinds[asked.of.kind]):
        return Inspection(asked, INSPECTION_WORDS[asked.language].absent)
    under_way = asked.step is not None and record.history.at(asked.step).under_way
    answering = Answering(record, moment, asked.language, under_way=under_way)
    title, sections = _told(Naming(moment, asked.language), answering, asked)
    return _plain(Inspection(asked, title, tuple(section for section in sections if section.facts or section.table)))


def unable(asked: Inspect, reason: str) -> Inspection:
    """Return what is said where the record could not be read."""
    return _plain(Inspection(asked, INSPECTION_WORDS[asked.language].unable, (Section("", (Fact("", reason),)),)))


def _told(naming: Naming, answering: Answering, asked: Inspect) -> tuple[str, tuple[Section, ...]]:
    """The title, and the sections of which some may be empty: first what is asked most, last what is asked least."""
    trace, number = naming.trace, asked.of.id
    if asked.of.kind == "tensor":
        tensor = trace.tensors[number]
        sections = (*value_facts(naming, tensor), *answering.of_tensor(tensor), *tensor_facts(naming, tensor))
        return naming.name(tensor), sections
    if asked.of.kind == "op":
        op = trace.ops[number]
        return op_title(op), (*_why(naming, answering, op, None), *op_facts(naming, op))
    grad_fn = trace.grad_fns[number]
    made = next((op for op in trace.ops if op.grad_fn == grad_fn.id), None)
    why = _why(naming, answering, made, grad_fn)
    op_sections = () if made is None else op_facts(naming, made)
    return grad_fn.name, (*rule_facts(naming, grad_fn), *why, *grad_fn_facts(naming, grad_fn), *op_sections)


def _why(naming: Naming, answering: Answering, op: Op | None, grad_fn: GradFn | None) -> tuple[Section, ...]:
    """What can be asked of an op and of what it made, or of the leaf of an AccumulateGrad."""
    if grad_fn is not None and grad_fn.variable is not None:
        return answering.of_tensor(naming.trace.tensors[grad_fn.variable])
    return () if op is None else answering.of_op(op)


def _plain(found: Inspection) -> Inspection:
    def safe(text: str) -> str:
        return bounded(plain(text), _TEXT)

    return found._replace(
        title=safe(found.title),
        sections=tuple(
            section._replace(
                title=safe(section.title),
                facts=tuple(fact._replace(label=safe(fact.label), text=safe(fact.text)) for fact in section.facts),
            )
            for section in found.sections
        ),
    )
