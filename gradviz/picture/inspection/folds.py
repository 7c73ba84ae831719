"""What there is to say of a fold: what it stands for, keeps and costs, how far backward is, what goes in and out."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import hypot
from typing import TypeVar

from gradviz.drawing.content.folds import fold_title, tensors_text
from gradviz.drawing.content.titles import op_name
from gradviz.model.costs.heat import Amount, amount_text
from gradviz.model.graph.folds.contents import Contents
from gradviz.model.graph.modules import named, shared
from gradviz.model.moments.offenders import offender_name
from gradviz.model.quantities import byte_text
from gradviz.model.source.place import lines_of_text
from gradviz.model.trace import Tensor
from gradviz.model.values import norm, number_text, shape_text, statistics
from gradviz.picture.inspection.foldwords import FOLD_WORDS
from gradviz.picture.inspection.inspection import Fact, Section, Subject
from gradviz.picture.inspection.naming import MOST, Naming
from gradviz.picture.picture import Language
from gradviz.picture.record.foldtotals import FoldTotals

_HEAPS = 12  # kinds of saved tensors that are listed
Told = TypeVar("Told")


class FoldTelling:
    """Says what there is to say of a fold at a moment."""

    def __init__(self, naming: Naming, language: Language, totals: FoldTotals) -> None:
        """Take the moment, and what a fold holds over the run."""
        self._naming, self._words = naming, FOLD_WORDS[language]
        self._fold, self._totals = totals.fold, totals
        self._held = Contents(totals.held, naming.moment)

    @property
    def title(self) -> str:
        """What its box says first at the end of the run; with its first ops where no module and no call say more."""
        told, fold = fold_title(self._fold, self._naming.drawn), self._fold
        if fold.modules.path or fold.call or fold.tensors:
            return told
        return " · ".join(filter(None, (told, self._totals.first_ops)))

    def sections(self, *, is_open: bool) -> tuple[Section, ...]:
        """What there is to say, of which some may be empty: first what is asked most."""
        words, held = self._words, self._held
        own = {leaf.id for leaf in held.leaves}
        taken = tuple(tensor for tensor in held.taken if tensor not in own)
        turn = Fact("", words.fold if is_open else words.unfold, turns=self._fold.key)
        return (
            Section("", (turn,)),
            Section(words.holds, tuple(self._what())),
            Section(words.backward, tuple(self._backward())),
            Section(self._naming.words.costs, tuple(self._costs())),
            Section(words.kinds, tuple(self._kinds())),
            Section(words.unrecorded, tuple(self._unrecorded())),
            Section(words.saved_here, tuple(self._heaps())),
            Section(words.gradients, tuple(self._gradients())),
            Section((words.beside if own else words.taken).format(len(taken)), tuple(self._tensors(taken))),
            Section(words.given.format(len(held.given)), tuple(self._tensors(held.given))),
            Section(words.lines, tuple(self._lines())),
        )

    def _what(self) -> Iterator[Fact]:
        words, fold, held = self._words, self._fold, self._held
        if fold.modules.path:
            yield Fact(self._naming.words.module, named(fold.modules.path, fold.modules.types))
        if len(fold.starts) > 1:
            rounds = len(fold.starts)
            begun = -(-held.ran.some * rounds // max(1, held.ran.of))
            yield Fact(words.rounds, f"{rounds:,}" if begun == rounds else words.ran.format(begun, rounds))
        if held.ran.of:
            all_ran = held.ran.some == held.ran.of
            yield Fact(words.ops, f"{held.ran.of:,}" if all_ran else words.ran.format(*held.ran))
        if held.executed.of:
            yield Fact("grad_fns", f"{held.executed.of:,}")
        if held.made:
            yield Fact(words.made, f"{len(held.made):,}")
        wanted = [tensor for tensor in held.ends if tensor.is_leaf and tensor.requires_grad]
        others = [tensor for tensor in held.ends if not (tensor.is_leaf and tensor.requires_grad)]
        for label, tensors in ((words.leaves, wanted), (words.others, others)):
            if tensors:
                yield Fact(label, f"{len(tensors):,} · {tensors_text(tensors)}")

    def _backward(self) -> Iterator[Fact]:
        words, held, moment = self._words, self._held, self._naming.moment
        if held.back is not None:
            yield Fact(words.going, words.ran.format(*held.back))
        if held.executed.some:
            yield Fact(words.executed, words.ran.format(*held.executed))
        elif held.executed.of:
            yield Fact("", words.not_run.format(held.executed.of))
        for one in moment.offenders.forward:
            if one.op is not None and one.op in self._totals.ops:
                text = words.first.format(one.ill.value, op_name(moment.trace.ops[one.op]))
                yield Fact(one.ill.value, text, of=Subject("op", one.op), alarming=True)
        for one in moment.offenders.backward:
            if one.grad_fn is not None and one.grad_fn in self._totals.grad_fns:
                text = words.first_passed.format(one.ill.value, offender_name(moment.trace, one))
                yield Fact(one.ill.value, text, of=Subject("grad_fn", one.grad_fn), alarming=True)

    def _costs(self) -> Iterator[Fact]:
        words, held = self._words, self._held
        kept, of_all = held.kept, held.kept_by_all
        if kept.saved:
            yield Fact(words.saved, self._share(kept.saved, of_all.saved))
            yield Fact(words.kept, self._share(kept.now, of_all.now))
        if kept.leaves:
            yield Fact(words.in_leaves, byte_text(kept.leaves))
        allocated = self._totals.allocated.at(self._naming.moment.begun)
        if allocated.size:
            yield Fact(self._naming.cost("allocated"), amount_text("allocated", allocated))
        yield from self._times()

    def _share(self, some: int, of: int) -> str:
        return self._words.share.format(byte_text(some), _percent(some, of), byte_text(of)) if some else byte_text(0)

    def _times(self) -> Iterator[Fact]:
        """How long its ops took, and its grad_fns where backward has run them."""
        totals, begun = self._totals, self._naming.moment.begun
        forward, backward = totals.forward.at(begun), totals.backward.at(begun)
        if forward.size:
            yield Fact(self._words.forward_time, _timed(forward, totals.all_forward))
        if backward.size:
            yield Fact(self._words.backward_time, _timed(backward, totals.all_backward))

    def _kinds(self) -> Iterator[Fact]:
        """The ops that have run, by their names and those of the grad_fns that they left; the most frequent first."""
        begun = self._naming.moment.begun
        for kind, count in _counted(((kind, kind.stamps) for kind in self._totals.kinds), begun):
            time = kind.time.at(begun)
            told = [f"{count:,}", kind.grad_fn, amount_text("time", time) if time.size else ""]
            yield Fact(kind.name, " · ".join(filter(None, told)))

    def _unrecorded(self) -> Iterator[Fact]:
        for why, count in _counted(self._totals.reasons.items(), self._naming.moment.begun):
            yield Fact(f"{count:,}", self._naming.drawn.reasons.get(why, why))

    def _heaps(self) -> Iterator[Fact]:
        heaps = [heap for heap in self._held.heaps if heap.nbytes]
        for heap in heaps[:_HEAPS]:
            size = self._words.times.format(heap.times, shape_text(heap.shape))
            own = [self._words.of_leaves] if heap.leaf else []
            yield Fact(byte_text(heap.nbytes), " · ".join((f"{heap.grad_fn}.{heap.name}", size, *own)))
        yield from self._more(len(heaps) - _HEAPS)

    def _gradients(self) -> Iterator[Fact]:
        """How long the .grad of each leaf is, what is wrong with one first."""
        words, leaves = self._words, self._held.leaves
        grads = [leaf.grad for leaf in leaves if leaf.grad is not None]
        if len(leaves) > 1:
            yield Fact("", words.have.format(len(grads), len(leaves)))
            if not grads:
                return
            norms = [length for length in map(norm, grads) if length is not None]
            if len(norms) == len(grads):
                yield Fact(number_text(hypot(*norms)), words.norm)
        around = self._around(leaves)
        if around:
            yield Fact("", words.within.format(around))
        facts = sorted((self._gradient(leaf, around) for leaf in leaves), key=lambda fact: not fact.alarming)
        yield from facts[:MOST]
        yield from self._more(len(facts) - MOST)

    def _around(self, leaves: Sequence[Tensor]) -> str:
        """The path of the module that all of some leaves are in; "": they are in none, or there is but one."""
        paths = [leaf.names[0].split(".")[:-1] if leaf.names else [] for leaf in leaves]
        return ".".join(shared(paths)) if len(paths) > 1 else ""

    def _gradient(self, leaf: Tensor, around: str) -> Fact:
        of, name = Subject("tensor", leaf.id), self._naming.name(leaf).removeprefix(f"{around}.")
        if leaf.grad is None:
            return Fact("None", name, of=of)
        known, length = statistics(leaf.grad), norm(leaf.grad)
        ill = [f"{kind} × {count:,}" for kind, count in (("nan", known.nan), ("inf", known.inf)) if count]
        told = ", ".join(ill) or (self._naming.drawn.too_big if length is None else number_text(length))
        return Fact(told, name, of=of, alarming=bool(ill))

    def _tensors(self, numbers: tuple[int, ...]) -> Iterator[Fact]:
        """Tensors, those that look alike as one with their number."""
        alike: dict[str, list[Fact]] = {}
        for number in numbers:
            fact = self._naming.tensor("", number)
            alike.setdefault(fact.text, []).append(fact)
        for text, facts in islice(alike.items(), MOST):
            yield facts[0] if len(facts) == 1 else Fact("", self._words.times.format(len(facts), text))
        yield from self._more(len(alike) - MOST)

    def _lines(self) -> Iterator[Fact]:
        """Each line with its text and how many of the ops it ran; of no ops, those where its tensors were made."""
        held, text = self._held, lines_of_text(self._naming.moment.trace.source)
        counts = dict(_counted(self._totals.lines.items(), self._naming.moment.begun))
        if not held.ran.some:
            counts = Counter(one.line for one in held.ends if one.line is not None)
        for line in islice(sorted(counts), MOST):
            written = text[line - 1].strip() if line <= len(text) else ""
            yield Fact(f"{self._naming.drawn.line.format(line)} · {counts[line]:,}", written, line)
        yield from self._more(len(counts) - MOST)

    def _more(self, hidden: int) -> Iterator[Fact]:
        if hidden > 0:
            yield Fact("", self._naming.drawn.more.format(hidden))


def _percent(some: float, of: float) -> str:
    share = 100 * some / of if of else 0.0
    return f"{share:.0f} %" if share >= 1 or not share else "< 1 %"


def _timed(amount: Amount, of_all: float) -> str:
    return f"{amount_text('time', amount)} · {_percent(amount.size, of_all)}"


def _counted(stamps: Iterable[tuple[Told, list[int]]], begun: float) -> list[tuple[Told, int]]:
    """How many there are of each kind at a moment, the most frequent first; those of which there are any."""
    counts = [(kind, bisect_right(own, begun)) for kind, own in stamps]
    return sorted((one for one in counts if one[1]), key=lambda one: -one[1])
