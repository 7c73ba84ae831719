"""What there is to say of a tensor: its numbers as tables and a histogram, who shares its memory, its history."""

import math
from collections.abc import Iterator
from itertools import islice, pairwise

from gradviz.model.moments.moment import Moment
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Number, Tensor, Value
from gradviz.model.values import is_read, number_text, shape_text, statistics, truths
from gradviz.picture.inspection.inspection import Cell, Fact, Section, Subject
from gradviz.picture.inspection.naming import MOST, Naming

_SLICES = 8  # of a tensor of many dimensions that are shown as tables
_BINS = 8
_FEWEST = 8  # numbers that are worth a histogram
_BAR = 16  # characters of its longest bar


def value_facts(naming: Naming, tensor: Tensor) -> tuple[Section, ...]:
    """What a tensor and its .grad hold."""
    words = naming.words
    return (
        *_shown(naming, words.value, tensor.value),
        *(_shown(naming, ".grad", tensor.grad) if tensor.grad is not None else ()),
    )


def tensor_facts(naming: Naming, tensor: Tensor) -> tuple[Section, ...]:
    """What a tensor is, whose memory it shares, what became of it and who keeps it."""
    words = naming.words
    facts = [
        Fact("shape", shape_text(tensor.shape)),
        *_strides(naming, tensor),
        Fact("dtype", tensor.dtype),
        Fact("device", tensor.device),
        Fact(words.memory, byte_text(tensor.nbytes)),
        Fact("requires_grad", str(tensor.requires_grad)),
        Fact("is_leaf", str(tensor.is_leaf)),
        Fact("retains_grad", str(tensor.retains_grad)),
        Fact("version", str(tensor.version) if tensor.version is not None else words.no_version),
    ]
    if tensor.grad is not None and tensor.dtype.startswith("complex"):
        facts.append(Fact(".grad", words.complex_grad))
    if tensor.grad_fn is not None:
        facts.append(naming.grad_fn("grad_fn", tensor.grad_fn))
    if tensor.line is not None:
        facts.append(naming.line(words.made, tensor.line))
    return (
        Section(words.facts, tuple(facts)),
        Section(words.sharing, tuple(_sharing(naming, tensor))),
        Section(words.history, tuple(_history(naming, tensor))),
        Section(words.savers, tuple(_savers(naming, tensor))),
    )


def _strides(naming: Naming, tensor: Tensor) -> Iterator[Fact]:
    """How the elements lie in memory, where they do not simply follow each other."""
    if tensor.strides is not None:
        yield Fact("stride()", f"{shape_text(tensor.strides)} · {naming.words.not_contiguous}")


def _shown(naming: Naming, title: str, value: Value | None) -> Iterator[Section]:
    """Numbers as one table, or one for each slice of the last two dimensions; of many numbers what is known of them."""
    if value is None or not is_read(value) or not value.shape or not value.data:
        words, many = naming.words, value is not None and value.data is None and value != Value(value.shape)
        note = (Fact("", words.unwritten if value and value.uninitialized else words.many),) if many else ()
        yield Section(title, (Fact("", naming.value(value)), *note))
        return
    numbers = [_float(number) for number in value.data]
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    cells = [
        Cell(number_text(number), known / largest if largest and math.isfinite(known) else None)
        for number, known in zip(value.data, numbers, strict=True)
    ]
    width = value.shape[-1]
    height = value.shape[-2] if len(value.shape) > 1 else 1
    slices = len(cells) // (width * height)
    for k in range(min(slices, _SLICES)):
        part = cells[k * width * height : (k + 1) * width * height]
        table = tuple(tuple(part[row * width : (row + 1) * width]) for row in range(height))
        yield Section(title if slices == 1 else f"{title} [{_index(k, value.shape[:-2])}]", table=table)
    if slices > _SLICES:
        yield Section("", (Fact("", naming.drawn.more.format(slices - _SLICES)),))
    yield Section(naming.words.statistics, tuple(_statistics(value, numbers)))


def _index(k: int, lengths: tuple[int, ...]) -> str:
    """The index of the k-th slice."""
    found = []
    for length in reversed(lengths):
        found.append(str(k % length))
        k //= length
    return ", ".join(reversed(found))


def _statistics(value: Value, numbers: list[float]) -> Iterator[Fact]:
    """The extremes and the mean, and how the numbers are spread between the extremes."""
    true = truths(value)
    if true is not None:
        yield Fact("True", f"{true.true:,} / {true.of:,}")
        return
    known = statistics(value)
    for name, number in (("min", known.min), ("max", known.max), ("mean", known.mean), ("std", known.std)):
        if number is not None and len(numbers) > 1:
            yield Fact(name, number_text(number))
    for name, count in (("nan", known.nan), ("inf", known.inf)):
        if count:
            yield Fact(name, str(count), alarming=True)
    finite = [number for number in numbers if math.isfinite(number)]
    if len(finite) >= _FEWEST and min(finite) < max(finite):
        yield from _histogram(finite)


def _histogram(numbers: list[float]) -> Iterator[Fact]:
    low, high = min(numbers), max(numbers)
    counts = [0] * _BINS
    for number in numbers:
        counts[min(_BINS - 1, int((number - low) / (high - low) * _BINS))] += 1
    for k, count in enumerate(counts):
        start, end = (low + (high - low) * edge / _BINS for edge in (k, k + 1))
        bar = "█" * round(_BAR * count / max(counts))
        yield Fact(f"{number_text(start)} … {number_text(end)}", f"{bar} {count}".strip())


def _float(number: Number) -> float:
    """A number that can be compared; of a complex one its size."""
    return abs(complex(number)) if isinstance(number, str) and "j" in number else float(number)


def _sharing(naming: Naming, tensor: Tensor) -> Iterator[Fact]:
    """Whose memory it is: its base, its views, and whoever else shares it."""
    words, told = naming.words, {tensor.id}
    if tensor.base is not None:
        told.add(tensor.base)
        yield naming.tensor(words.base, tensor.base)
    for one in islice(_sharers(naming.moment, tensor, told), MOST):
        yield naming.tensor(words.view if one.base == tensor.id else words.shares, one.id)


def _sharers(moment: Moment, tensor: Tensor, told: set[int]) -> Iterator[Tensor]:
    """Who else shares the memory of a tensor, but for those told already."""
    for number in moment.history.storages.get(tensor.storage, ()):
        one = moment.tensor(number)
        if one is None:
            return
        if one.storage == tensor.storage and one.nbytes and number not in told:
            yield one


def _history(naming: Naming, tensor: Tensor) -> Iterator[Fact]:
    """Each change in place: the version, the op that made it, and its line."""
    for before, state in pairwise(naming.moment.states(tensor.id)[-MOST:]):
        if (state.version, state.made_by) != (before.version, before.made_by):
            by = state.made_by
            if by == before.made_by and state.version is not None:  # it moved on with a tensor that shares its counter
                by = naming.moment.history.versions.by(tensor.id, state.version)
            op = None if by is None else naming.moment.trace.ops[by]
            label = naming.words.version.format(before.version, state.version)
            text = "" if op is None else op.call or op.name
            line = None if op is None else op.line
            yield Fact(label, text if line is None else naming.drawn.on_line.format(text, line), line)


def _savers(naming: Naming, tensor: Tensor) -> Iterator[Fact]:
    """The grad_fns that keep it for backward."""
    for grad_fn, saved in islice(naming.moment.savings(tensor.id), MOST):
        text = f"{grad_fn.name} · {naming.drawn.states[saved.state]}"
        yield Fact(saved.name, text, of=Subject("grad_fn", grad_fn.id))
