"""A value in the words of one language: as fully as it was recorded, or as short as a box has room for."""

from gradviz.drawing.words import Words
from gradviz.model.trace import Value
from gradviz.model.values import Range, elements_text, is_read, number_text, statistics, told_of, truths, truths_text


def long_text(value: Value | None, words: Words) -> str:
    """A value as fully as it was recorded."""
    if value is None:
        return words.too_big
    if value.uninitialized:
        return words.uninitialized
    if is_read(value):
        return elements_text(value)
    true = truths(value)
    if true is not None:
        return truths_text(true)
    known = statistics(value)
    facts = (("min", known.min), ("max", known.max), ("mean", known.mean), ("std", known.std))
    told = [f"{key} {number_text(number)}" for key, number in facts if number is not None]
    told += [f"{key} {count}" for key, count in (("nan", known.nan), ("inf", known.inf)) if count]
    return ", ".join(told) or words.too_big


def short_text(value: Value, words: Words) -> str | None:
    """The shortest true wording of a value. None: it could not be read."""
    if value.uninitialized:
        return words.uninitialized
    told = told_of(value)
    if not isinstance(told, Range):
        return told
    return words.alike.format(number_text(told.low)) if told.low == told.high else told.text
