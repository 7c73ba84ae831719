"""What there is to say of a grad_fn and of an op: the rule with its numbers, what met there, what is kept, its ends."""

from collections.abc import Iterator
from itertools import islice

from gradviz.drawing.content.hooks import change_text
from gradviz.drawing.content.titles import op_title
from gradviz.model.derivatives.applied import Applied, Line, Term, applied
from gradviz.model.graph.modules import named, types
from gradviz.model.moments.accumulated import accumulations, meeting
from gradviz.model.moments.offenders import Ill, Offenders, offender_name, passed_ill
from gradviz.model.moments.saved import Harm, Life, lives
from gradviz.model.quantities import byte_text
from gradviz.model.trace import COPY_SLICES, INSIDE, SCRIPT, SCRIPTED, GradFn, Op
from gradviz.model.values import shape_text
from gradviz.picture.inspection.inspection import Fact, Section, Subject
from gradviz.picture.inspection.naming import MOST, Naming


def rule_facts(naming: Naming, grad_fn: GradFn) -> tuple[Section, ...]:
    """What a grad_fn does with the gradients that come to it."""
    words, found = naming.words, naming.moment.offenders
    return (
        Section(words.trouble, tuple(_trouble(naming, grad_fn, found))),
        Section(words.rule, tuple(_rule(naming, grad_fn))),
        Section(words.accumulated, tuple(_accumulated(naming, grad_fn))),
        Section(words.met, tuple(_met(naming, grad_fn))),
    )


def grad_fn_facts(naming: Naming, grad_fn: GradFn) -> tuple[Section, ...]:
    """What a grad_fn is, keeps and leads to."""
    facts = []
    if grad_fn.variable is not None:
        facts.append(naming.tensor("variable", grad_fn.variable))
    if grad_fn.line is not None:
        facts.append(naming.line(naming.words.made, grad_fn.line))
    facts += [Fact(name, str(setting)) for name, setting in (grad_fn.settings or {}).items()]
    if grad_fn.name == COPY_SLICES and INSIDE not in (grad_fn.settings or {}):
        facts.append(Fact("", naming.words.inside))
    following = tuple(
        naming.grad_fn(f"{k}", target) if target is not None else Fact(f"{k}", "None")
        for k, (target, _) in enumerate(grad_fn.next[:MOST])
    )
    kept = tuple(_kept(naming, life) for life in islice(lives(naming.moment, grad_fn), MOST))
    return (
        Section(naming.words.facts, tuple(facts)),
        Section(naming.words.saved, kept),
        Section("next_functions", following),
    )


def op_facts(naming: Naming, op: Op) -> tuple[Section, ...]:
    """What an op is, took and gave."""
    words = naming.words
    facts = [Fact(words.op, op.name)]
    if op.call:
        facts.append(Fact(words.call, op.call))
    if op.module:
        facts.append(Fact(words.module, named(op.module, types(naming.moment.trace.modules).get(op.module, ()))))
    if op.line is not None:
        facts.append(naming.line(words.made, op.line))
    if op.name.startswith(SCRIPT):
        facts.append(Fact("", words.scripted))
    if op.given is not None:
        facts.append(Fact("", words.given_number.format(op.given)))
    first = next((one for one in naming.moment.offenders.forward if one.op == op.id), None)
    if first is not None:
        facts.append(Fact("", words.first_made.format(first.ill.value), alarming=True))
    inputs = tuple(naming.tensor(f"{k}", number) for k, number in enumerate(op.inputs[:MOST]))
    outputs = tuple(naming.tensor(f"{k}", number) for k, number in enumerate(op.outputs[:MOST]))
    return Section(words.op_facts, tuple(facts)), Section(words.inputs, inputs), Section(words.outputs, outputs)


def _trouble(naming: Naming, grad_fn: GradFn, found: Offenders) -> Iterator[Fact]:
    """What is wrong with the gradients that a grad_fn passes on, and where that began."""
    trace, runs = naming.moment.trace, naming.moment.runs(grad_fn.id)
    ill = passed_ill(trace, runs[-1]) if runs else None
    if ill is None:
        return
    yield Fact("", naming.words.passes[ill.value], alarming=ill in (Ill.NAN, Ill.INF))
    for first in found.backward:
        if first.ill is ill and first.grad_fn is not None:
            own = first.grad_fn == grad_fn.id and first.hook is None
            text = naming.words.first_here if own else naming.words.first_from
            told = text.format(ill.value, offender_name(trace, first))
            yield Fact("", told, first.line, None if own else Subject("grad_fn", first.grad_fn))
    for first in found.forward:
        if first.op is not None and ill in (Ill.NAN, Ill.INF):
            made = naming.words.made_by.format(first.ill.value, op_title(trace.ops[first.op]))
            yield Fact("", made, first.line, Subject("op", first.op))


def _rule(naming: Naming, grad_fn: GradFn) -> Iterator[Fact]:
    words = naming.words
    if grad_fn.origin == "function":
        yield Fact("", words.own_rule)
        return
    if grad_fn.name == SCRIPTED:
        yield Fact("", words.scripted)
        return
    if grad_fn.variable is not None:
        yield Fact("", words.sink_rule)
        return
    rule = applied(naming.moment, grad_fn)
    if rule is None:
        yield Fact("", words.no_rule)
        return
    for term in rule.terms:
        yield Fact(f"grad_{term.line.name}", _formula(naming, term.line))
        yield from _differing(naming, term)
    yield from _hooked(naming, rule)
    for line in rule.where:
        yield Fact(words.where.format(line.name), _formula(naming, line))
    if rule.step is None:
        yield Fact("", words.not_run)


def _formula(naming: Naming, line: Line) -> str:
    """The formula, its numbers and what they come to, one below the other."""
    told = [line.formula]
    if line.filled and line.filled != line.formula:
        told.append(f"= {line.filled}")
    if line.comes_to is not None:
        total = f"= {naming.value(line.comes_to)}"
        told.append(naming.words.summed.format(total, shape_text(line.comes_to.shape)) if line.summed else total)
    return "\n".join(told)


def _differing(naming: Naming, term: Term) -> Iterator[Fact]:
    if term.passed is not None and (not term.agrees or term.line.comes_to is None):
        yield Fact("", naming.words.passed.format(naming.value(term.passed)), alarming=not term.agrees)


def _hooked(naming: Naming, rule: Applied) -> Iterator[Fact]:
    """What hooks on a grad_fn made of what its rule gave."""
    history = naming.moment.history
    for call in history.hooked_steps.after.get(-1 if rule.step is None else rule.step, ()):
        if call.before != call.after:
            hook = history.trace.hooks[call.hook]
            text = naming.words.then.format(hook.text, change_text(call.before, call.after, naming.value))
            yield Fact("", text, hook.line)


def _accumulated(naming: Naming, grad_fn: GradFn) -> Iterator[Fact]:
    """Old + new = sum, for each time that a gradient was added into .grad."""
    for one in accumulations(naming.moment, grad_fn, MOST):
        old = "None" if one.old is None else naming.value(one.old)
        text = f"{old} + {naming.value(one.new)} = {naming.value(one.total)}"
        yield Fact(".grad", text, one.line)


def _met(naming: Naming, grad_fn: GradFn) -> Iterator[Fact]:
    found = meeting(naming.moment, grad_fn)
    if found is None:
        return
    for part in found.parts[:MOST]:
        name = naming.moment.trace.grad_fns[part.grad_fn].name
        yield Fact(naming.words.came, f"{naming.value(part.value)} · {name}", of=Subject("grad_fn", part.grad_fn))
    yield Fact(naming.words.total, naming.value(found.total))


def _kept(naming: Naming, life: Life) -> Fact:
    """A saved tensor: which it is, its bytes, its state, its version when it was saved and now, and what spoils it."""
    saved, words = life.saved, naming.words
    what = [] if saved.is_hidden else [shape_text(saved.shape), byte_text(saved.nbytes)]
    told = [*what, naming.drawn.states[saved.state]]
    if saved.tensor is not None:
        told.insert(0, naming.name(naming.moment.known_tensor(saved.tensor)))
    if saved.version is not None and life.now is not None:
        told.append(words.versions.format(saved.version, life.now))
    if life.harm is not None:
        text = words.changed if life.harm is Harm.CHANGED else words.corrupted
        told.append(text if life.line is None else naming.drawn.on_line.format(text, life.line))
    of = None if saved.tensor is None else Subject("tensor", saved.tensor)
    sign = {"kept": "●", "freed": "○", "packed": "◌"}[saved.state]
    return Fact(saved.name, f"{sign} {' · '.join(told)}", of=of, alarming=life.harm is not None)
