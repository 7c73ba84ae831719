"""What changed from one run to the next, in words: so many of what, and why."""

from gradviz.model.compare.difference import ENDED, Fact, What
from gradviz.model.quantities import byte_text
from gradviz.model.trace import Trace
from gradviz.model.why.why import Why, why_text
from gradviz.picture.picture import Language
from gradviz.picture.words import WORDS

# Of one thing, then of several; what is gone, then what is new.
_LOST: dict[Language, dict[What, tuple[str, str]]] = {
    "en": {
        "grad_fn": ("1 grad_fn vanished: {names}", "{n} grad_fns vanished: {names}"),
        "op": ("1 op vanished: {names}", "{n} ops vanished: {names}"),
        "tensor": ("1 name vanished: {names}", "{n} names vanished: {names}"),
        "requires_grad": ("{names} no longer requires grad", "{n} tensors no longer require grad: {names}"),
        "grad": ("{names} lost its .grad", "{n} tensors lost their .grad: {names}"),
        "error": ("the run no longer raises {names}", "the run no longer raises {names}"),
    },
    "ja": {
        "grad_fn": ("grad_fn が 1 個消滅: {names}", "grad_fn が {n} 個消滅: {names}"),
        "op": ("演算が 1 個消滅: {names}", "演算が {n} 個消滅: {names}"),
        "tensor": ("名前が 1 個消滅: {names}", "名前が {n} 個消滅: {names}"),
        "requires_grad": ("{names} は requires_grad=False に", "テンソル {n} 個が requires_grad=False に: {names}"),
        "grad": ("{names} の .grad がなくなった", "テンソル {n} 個の .grad がなくなった: {names}"),
        "error": ("{names} は発生しなくなった", "{names} は発生しなくなった"),
    },
}
_GAINED: dict[Language, dict[What, tuple[str, str]]] = {
    "en": {
        "grad_fn": ("1 grad_fn appeared: {names}", "{n} grad_fns appeared: {names}"),
        "op": ("1 op appeared: {names}", "{n} ops appeared: {names}"),
        "tensor": ("1 name appeared: {names}", "{n} names appeared: {names}"),
        "requires_grad": ("{names} now requires grad", "{n} tensors now require grad: {names}"),
        "grad": ("{names} now has a .grad", "{n} tensors now have a .grad: {names}"),
        "error": ("the run now raises {names}", "the run now raises {names}"),
    },
    "ja": {
        "grad_fn": ("grad_fn が 1 個出現: {names}", "grad_fn が {n} 個出現: {names}"),
        "op": ("演算が 1 個出現: {names}", "演算が {n} 個出現: {names}"),
        "tensor": ("名前が 1 個出現: {names}", "名前が {n} 個出現: {names}"),
        "requires_grad": ("{names} は requires_grad=True に", "テンソル {n} 個が requires_grad=True に: {names}"),
        "grad": ("{names} に .grad ができた", "テンソル {n} 個に .grad ができた: {names}"),
        "error": ("{names} が発生するようになった", "{names} が発生するようになった"),
    },
}
_REASONS: dict[Language, dict[str, str]] = {
    "en": {ENDED: "the run ended before"},
    "ja": {ENDED: "その前に実行が終わった"},
}
_BECAUSE: dict[Language, str] = {"en": "{} — {}", "ja": "{} — {}"}
_BEFORE: dict[Language, str] = {"en": "{} — before: {}", "ja": "{} — 以前: {}"}
_SAVED: dict[Language, str] = {
    "en": "saved for backward: {} before, {} now",
    "ja": "backward のための保存: 以前 {}、今 {}",
}


def told(facts: tuple[Fact, ...], before: Trace, after: Trace, language: Language) -> tuple[str, ...]:
    """Return a line for each fact, and one for the bytes that are saved where those are others."""
    lines = [_line(fact, language) for fact in facts]
    was, now = before.memory.saved_bytes, after.memory.saved_bytes
    if was != now:
        lines.append(_SAVED[language].format(byte_text(was), byte_text(now)))
    return tuple(lines)


def _line(fact: Fact, language: Language) -> str:
    texts = (_GAINED if fact.gained else _LOST)[language][fact.what]
    names = ", ".join(fact.names) + (", …" if fact.more else "")
    line = texts[fact.number > 1].format(n=f"{fact.number:,}", names=names)
    if fact.reason is None:
        return line
    return (_BEFORE if fact.gained else _BECAUSE)[language].format(line, _reason(fact.reason, language))


def _reason(reason: Why | str, language: Language) -> str:
    if isinstance(reason, Why):
        return why_text(reason, language)
    if reason in _REASONS[language]:
        return _REASONS[language][reason]
    words = WORDS[language]
    return words.not_recorded.format(words.reasons.get(reason, reason))
