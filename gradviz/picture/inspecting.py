"""Trace and Inspect in, Inspection out: what each kind of thing has to say of itself."""

from collections.abc import Iterator

from gradviz.drawing.content import long_text
from gradviz.drawing.plain import bounded, plain
from gradviz.drawing.titles import op_title
from gradviz.model.cut import at_step
from gradviz.model.moment import History
from gradviz.model.quantities import byte_text
from gradviz.model.trace import GradFn, Op, Saved, Tensor, Trace
from gradviz.model.values import shape_text
from gradviz.picture.answering import Answering
from gradviz.picture.inspection import Fact, Inspect, Inspection, Section, Subject
from gradviz.picture.inspectionwords import INSPECTION_WORDS, InspectionWords
from gradviz.picture.words import WORDS

_TEXT = 2000  # characters of a fact
MOST = 50  # things of a kind that are listed


def inspection(trace: Trace, asked: Inspect) -> Inspection:
    """Return what there is to say of a thing, as it was at the step asked for."""
    moment = trace if asked.step is None else at_step(trace, asked.step)
    under_way = asked.step is not None and History(trace).at(asked.step).under_way
    words = INSPECTION_WORDS[asked.language]
    kinds = {"tensor": moment.tensors, "op": moment.ops, "grad_fn": moment.grad_fns}
    if not 0 <= asked.of.id < len(kinds[asked.of.kind]):
        return Inspection(asked, words.absent)
    title, sections = _Told(Answering(trace, moment, asked.language, under_way=under_way), moment, asked, words).all()
    return _plain(Inspection(asked, title, tuple(section for section in sections if section.facts or section.table)))


def unable(asked: Inspect, reason: str) -> Inspection:
    """Return what is said where the record could not be read."""
    return _plain(Inspection(asked, INSPECTION_WORDS[asked.language].unable, (Section("", (Fact("", reason),)),)))


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


class _Told:
    """What is needed to word a thing, whichever it is."""

    def __init__(self, answering: Answering, moment: Trace, asked: Inspect, words: InspectionWords) -> None:
        self._answering = answering
        self._trace, self._asked, self._words = moment, asked, words
        self._drawn = WORDS[asked.language]

    def all(self) -> tuple[str, tuple[Section, ...]]:
        """The title, and the sections of which some may be empty."""
        kind, number = self._asked.of
        if kind == "tensor":
            tensor = self._trace.tensors[number]
            return self._name(tensor), self._tensor(tensor)
        if kind == "op":
            op = self._trace.ops[number]
            return op_title(op), (*self._why(op, None), *self._op(op))
        grad_fn = self._trace.grad_fns[number]
        return grad_fn.name, self._grad_fn(grad_fn)

    def _tensor(self, tensor: Tensor) -> tuple[Section, ...]:
        words = self._words
        value = Section(words.value, (Fact("", long_text(tensor.value, self._drawn)),))
        facts = [
            Fact("shape", shape_text(tensor.shape)),
            Fact("dtype", tensor.dtype),
            Fact("device", tensor.device),
            Fact(words.memory, byte_text(tensor.nbytes)),
            Fact("requires_grad", str(tensor.requires_grad)),
            Fact("is_leaf", str(tensor.is_leaf)),
            Fact("version", str(tensor.version) if tensor.version is not None else words.no_version),
        ]
        if tensor.grad_fn is not None:
            facts.append(self._of_grad_fn("grad_fn", tensor.grad_fn))
        if tensor.line is not None:
            facts.append(self._made_on(tensor.line))
        return value, *self._answering.of_tensor(tensor), Section(words.facts, tuple(facts))

    def _op(self, op: Op) -> tuple[Section, ...]:
        words = self._words
        facts = [Fact(words.op, op.name)]
        if op.call:
            facts.append(Fact(words.call, op.call))
        if op.line is not None:
            facts.append(self._made_on(op.line))
        inputs = tuple(self._of_tensor(f"{k}", number) for k, number in enumerate(op.inputs[:MOST]))
        outputs = tuple(self._of_tensor(f"{k}", number) for k, number in enumerate(op.outputs[:MOST]))
        return Section(words.facts, tuple(facts)), Section(words.inputs, inputs), Section(words.outputs, outputs)

    def _why(self, op: Op | None, variable: int | None) -> tuple[Section, ...]:
        """What can be asked of an op and of what it made, or of the leaf of an AccumulateGrad."""
        if variable is not None:
            return self._answering.of_tensor(self._trace.tensors[variable])
        return () if op is None else self._answering.of_op(op)

    def _grad_fn(self, grad_fn: GradFn) -> tuple[Section, ...]:
        words = self._words
        facts = []
        op = next((op for op in self._trace.ops if op.grad_fn == grad_fn.id), None)
        if grad_fn.variable is not None:
            facts.append(self._of_tensor("variable", grad_fn.variable))
        if grad_fn.line is not None:
            facts.append(self._made_on(grad_fn.line))
        following = tuple(
            self._of_grad_fn(f"{k}", target) if target is not None else Fact(f"{k}", "None")
            for k, (target, _) in enumerate(grad_fn.next[:MOST])
        )
        sections = [
            Section(words.facts, tuple(facts)),
            Section(words.saved, tuple(self._kept(grad_fn))),
            Section("next_functions", following),
        ]
        return (*self._why(op, grad_fn.variable), *sections, *(self._op(op) if op is not None else ()))

    def _kept(self, grad_fn: GradFn) -> Iterator[Fact]:
        for saved in grad_fn.saved[:MOST]:
            yield self._saved(saved)

    def _saved(self, saved: Saved) -> Fact:
        told = [shape_text(saved.shape), byte_text(saved.nbytes), self._drawn.states[saved.state]]
        if saved.tensor is None:
            return Fact(saved.name, " · ".join(told))
        text = " · ".join((self._name(self._trace.tensors[saved.tensor]), *told))
        return Fact(saved.name, text, of=Subject("tensor", saved.tensor))

    def _name(self, tensor: Tensor) -> str:
        return ", ".join(tensor.names) or self._words.unnamed

    def _of_tensor(self, label: str, number: int) -> Fact:
        tensor = self._trace.tensors[number]
        text = f"{self._name(tensor)} · {tensor.dtype} · {shape_text(tensor.shape)}"
        return Fact(label, text, of=Subject("tensor", number))

    def _of_grad_fn(self, label: str, number: int) -> Fact:
        grad_fn = self._trace.grad_fns[number]
        text = grad_fn.name
        if grad_fn.variable is not None:
            text += f" · {self._name(self._trace.tensors[grad_fn.variable])}"
        return Fact(label, text, of=Subject("grad_fn", number))

    def _made_on(self, line: int) -> Fact:
        return Fact(self._words.made, self._drawn.line.format(line), line)
