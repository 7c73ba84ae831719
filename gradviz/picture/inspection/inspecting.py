"""Record and Inspect in, Inspection out: the sections of a thing, gathered from those who have something to say."""

from collections.abc import Callable

from gradviz.drawing.content.titles import op_title
from gradviz.drawing.plain import bounded, plain
from gradviz.model.cost import Timed
from gradviz.model.graph.graph import Graph
from gradviz.model.trace import GradFn, Op, Tensor
from gradviz.picture.inspection.answering import Answering
from gradviz.picture.inspection.costs import cost_facts
from gradviz.picture.inspection.folds import FoldTelling
from gradviz.picture.inspection.hooks import grad_fn_hooks, module_hooks, tensor_hooks
from gradviz.picture.inspection.inspection import Fact, Inspect, Inspection, Section
from gradviz.picture.inspection.naming import Naming
from gradviz.picture.inspection.nodes import grad_fn_facts, op_facts, rule_facts
from gradviz.picture.inspection.tensors import tensor_facts, value_facts
from gradviz.picture.inspection.words import INSPECTION_WORDS
from gradviz.picture.record.record import Record
from gradviz.picture.stage.parts import fold_of

Costs = Callable[[Op | None, GradFn | None], Section]
_TEXT = 2000  # characters of a fact


def inspection(record: Record, asked: Inspect, timed: Timed | None = None, graph: Graph | None = None) -> Inspection:
    """Return what there is to say of a thing, as it was at the step asked for.

    Args:
        record: of the whole run.
        asked: of which thing, and when.
        timed: how long the ops of the run take; None: that was not measured.
        graph: of the whole run as it is drawn, in which a fold is looked for; None: nothing is.
    """
    history = record.history
    moment = history.end if asked.step is None else history.at(asked.step)
    naming, answering = Naming(moment, asked.language), Answering(record, moment, asked.language)

    def costs(op: Op | None, grad_fn: GradFn | None) -> Section:
        return cost_facts(naming, record.spent(timed), op, grad_fn)

    if isinstance(asked.of.id, str):
        told = None if graph is None else _of_fold(naming, asked, graph, record, timed)
    else:
        told = _told(naming, answering, costs, asked, asked.of.id)
    title, sections = told or (naming.words.absent, ())
    return _plain(Inspection(asked, title, tuple(section for section in sections if section.facts or section.table)))


def unable(asked: Inspect, reason: str) -> Inspection:
    """Return what is said where the record could not be read."""
    return _plain(Inspection(asked, INSPECTION_WORDS[asked.language].unable, (Section("", (Fact("", reason),)),)))


def _told(
    naming: Naming, answering: Answering, costs: Costs, asked: Inspect, number: int
) -> tuple[str, tuple[Section, ...]] | None:
    """The title, and the sections of which some may be empty: first what is asked most, last what is asked least.

    None: it was not there.
    """
    moment = naming.moment
    known = {"tensor": moment.trace.tensors, "op": moment.trace.ops, "grad_fn": moment.trace.grad_fns}[asked.of.kind]
    if not 0 <= number < len(known):
        return None
    if asked.of.kind == "tensor":
        tensor = moment.tensor(number)
        return None if tensor is None else _of_tensor(naming, answering, tensor)
    if asked.of.kind == "op":
        op = moment.trace.ops[number]
        facts = (*answering.of_op(op), *op_facts(naming, op), module_hooks(naming, op), costs(op, None))
        return (op_title(op), facts) if moment.ran(op) else None
    grad_fn = moment.grad_fn(number)
    return None if grad_fn is None else _of_grad_fn(naming, answering, costs, grad_fn)


def _of_fold(
    naming: Naming, asked: Inspect, graph: Graph, record: Record, timed: Timed | None
) -> tuple[str, tuple[Section, ...]] | None:
    found = fold_of(graph, str(asked.of.id))
    if found is None:
        return None
    telling = FoldTelling(naming, asked.language, record.totals(found, timed))
    return telling.title, telling.sections(is_open=any(one.fold is found for one in graph.opened))


def _of_tensor(naming: Naming, answering: Answering, tensor: Tensor) -> tuple[str, tuple[Section, ...]]:
    told = (*value_facts(naming, tensor), tensor_hooks(naming, tensor), *answering.of_tensor(tensor))
    return naming.name(tensor), (*told, *tensor_facts(naming, tensor))


def _of_grad_fn(naming: Naming, answering: Answering, costs: Costs, grad_fn: GradFn) -> tuple[str, tuple[Section, ...]]:
    made = naming.moment.made(grad_fn.id)
    why = () if made is None else answering.of_op(made)
    if grad_fn.variable is not None:
        why = answering.of_tensor(naming.moment.known_tensor(grad_fn.variable))
    op_sections = () if made is None else (*op_facts(naming, made), module_hooks(naming, made))
    facts = (*rule_facts(naming, grad_fn), grad_fn_hooks(naming, grad_fn), *why, *grad_fn_facts(naming, grad_fn))
    return grad_fn.name, (*facts, *op_sections, costs(made, grad_fn))


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
