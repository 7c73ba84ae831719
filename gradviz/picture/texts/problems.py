"""The error, the limit and the warnings of a run in words, each with the change of the source that mends it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gradviz.drawing.content.titles import op_title
from gradviz.model.errors.ending import DIED
from gradviz.model.errors.errors import explained
from gradviz.model.errors.limits import limit_said, limit_text
from gradviz.model.errors.warned import warning_hint, warning_text
from gradviz.model.moments.foretold import foretold
from gradviz.model.moments.moment import Moment
from gradviz.model.moments.offenders import offender_name
from gradviz.model.trace import ProgramError
from gradviz.model.why.answers import of_tensor
from gradviz.model.why.answerwords import answer_text, fix_text
from gradviz.model.why.chosen import guarded
from gradviz.model.why.fixes.errors import of_error, of_warning
from gradviz.model.why.fixes.fix import Fix
from gradviz.model.why.fixes.gradsread import without_grad
from gradviz.model.why.silentwords import mistake_text
from gradviz.model.why.sizes import extreme
from gradviz.model.why.sizewords import size_text
from gradviz.model.why.spoilt import spoilt
from gradviz.model.why.spoiltwords import spoilt_text
from gradviz.model.why.why import mode_to_blame
from gradviz.picture.inspection.naming import Naming
from gradviz.picture.inspection.words import INSPECTION_WORDS
from gradviz.picture.picture import Language, Offer, Options, Problem
from gradviz.picture.record.record import Record
from gradviz.picture.words import WORDS

_IN_GRAD: dict[Language, str] = {"en": "Set the grad mode to grad", "ja": "勾配モードを grad にする"}
WARNINGS = 100  # that are told; a loop can raise as many as it has rounds


def problems(record: Record, options: Options) -> list[Problem]:
    """Return the error, the limit and the warnings of a run, the gravest first; a warning raised again is counted."""
    found: list[Problem] = []
    trace, language = record.trace, options.language
    limit = trace.limits
    found.extend(_errors(record, language))
    if limit is not None:
        line = next((step.line for step in reversed(trace.steps) if step.kind == "line" and step.line), None)
        found.append(Problem("error", line, 0, None, 0, limit_text(limit, language), limit_said(limit), "limits"))
    for rest in (_caught, _silent, _spoilt, _extreme, _warnings):
        found.extend(rest(record, language))
    return found


def _spoilt(record: Record, language: Language) -> Iterator[Problem]:
    """Where the first nan and the first inf came from."""
    words, trace, found = INSPECTION_WORDS[language], record.trace, record.history.offenders
    for first in (*found.forward, *found.backward):
        if first.op is not None:
            told = words.made_by.format(first.ill.value, op_title(trace.ops[first.op]))
        else:
            told = words.first_from.format(first.ill.value, offender_name(trace, first))
        why = spoilt(record.history, first)
        told = told if why is None else f"{told}: {spoilt_text(why, language)}"
        fix = None if record.fixes.text is None else guarded(record.history, record.fixes.text, first)
        yield Problem("warning", first.line, 0, None, 0, told, told, None, _offers(filter(None, (fix,)), language))


def _extreme(record: Record, language: Language) -> Iterator[Problem]:
    """Where gradients became so small, or so large, that one rate cannot serve all leaves."""
    for one in extreme(record.history, record.grounds.ways):
        told = size_text(one.said, one.facts, language)
        yield Problem("warning", one.line, 0, None, 0, told, told, None)


def _silent(record: Record, language: Language) -> Iterator[Problem]:
    """What went wrong without an error."""
    for one in record.mistakes:
        told, offers = mistake_text(one, language), () if one.fix is None else (one.fix,)
        yield Problem("warning", one.line, 0, None, 0, told, told, f"silent-{one.said}", _offers(offers, language))


def _caught(record: Record, language: Language) -> Iterator[Problem]:
    """Errors of backward calls that the program caught, each with the grad_fns and tensors that it speaks of."""
    trace, naming = record.trace, Naming(record.history.end, language)
    for error, times in Counter(trace.caught).items():
        named = [trace.grad_fns[one].name for one in error.grad_fns]
        named += [naming.name(trace.tensors[one]) for one in error.tensors if trace.tensors[one].names]
        told = _told(record, error, language)
        told = naming.words.caught_at.format(", ".join(named), told) if named else naming.words.caught.format(told)
        often = f" (×{times:,})" if times > 1 else ""
        said = f"{error.type}: {error.message}{often}"
        yield Problem("warning", error.line, 0, None, 0, told + often, said, error.hint)


def _told(record: Record, error: ProgramError, language: Language) -> str:
    """What an error means; of a saved tensor that was changed also what changed it, and where."""
    told = explained(error, language, mode_to_blame(record.trace), _reason(record, error, language))
    naming = Naming(record.history.end, language)
    if error.hint == "version":
        for one in foretold(_failed_at(record, error), error.grad_fns):
            if one.changed_by is not None and one.saved.tensor is not None:
                op, tensor = record.trace.ops[one.changed_by], record.trace.tensors[one.saved.tensor]
                if not tensor.names and tensor.base is not None:
                    tensor = record.trace.tensors[tensor.base]
                text = naming.words.changed_it if op.line is None else naming.words.changed_on
                return text.format(naming.name(tensor), op_title(op), op.line, told=told)
    return told


def _reason(record: Record, error: ProgramError, language: Language) -> str:
    """Why a tensor that an error speaks of does not require grad, or has no .grad where that is read.

    "" where none is known to be so, or another file holds the line.
    """
    if error.file is not None:
        return ""
    lacking = [tensor for one in error.tensors if not (tensor := record.trace.tensors[one]).requires_grad]
    lacking += filter(None, (without_grad(record.fixes, error),))
    answers = (answer for tensor in lacking for answer in of_tensor(record.grounds, tensor))
    return next((answer_text(answer, language) for answer in answers if answer.question == "grad"), "")


def _failed_at(record: Record, error: ProgramError) -> Moment:
    """The moment at which a backward call began that raised: what only a local led to is freed soon after."""
    call = next((call for call in reversed(record.trace.backwards) if call.line == error.line), None)
    return record.history.end if call is None else record.history.at(call.step - 1)


def _errors(record: Record, language: Language) -> Iterator[Problem]:
    error = record.trace.error
    if error is not None:
        words, said = _told(record, error, language), f"{error.type}: {error.message}"
        if error.type == DIED:  # a word of ours: no program and no torch said it
            said = words if error.hint == "stopped" else error.message
        if error.file is not None:
            at = INSPECTION_WORDS[language].in_file
            words, said = (at.format(error.file, error.file_line, text) for text in (words, said))
        place = (error.line, error.column, error.end_line, error.end_column)
        mode = mode_to_blame(record.trace)
        in_grad = () if mode is None else (Offer(_IN_GRAD[language], "grad"),)
        offers = (*in_grad, *_offers(of_error(record.fixes, error), language))
        yield Problem("error", *place, words, said, error.hint, offers)


def _warnings(record: Record, language: Language) -> Iterator[Problem]:
    raised, words = Counter(record.trace.warnings), WORDS[language]
    for warned, times in list(raised.items())[:WARNINGS]:
        often, hint = f" (×{times:,})" if times > 1 else "", warning_hint(warned)
        told, said = warning_text(warned, language) + often, f"{warned.category}: {warned.message}{often}"
        offers = _offers(of_warning(record.fixes, warned, hint), language)
        yield Problem("warning", warned.line, 0, None, 0, told, said, hint, offers)
    hidden = len(raised) - WARNINGS
    if hidden > 0:
        yield Problem("warning", None, 0, None, 0, words.more.format(hidden), words.more.format(hidden), None)


def _offers(fixes: Iterable[Fix], language: Language) -> tuple[Offer, ...]:
    return tuple(Offer(fix_text(fix, language), fix.edit) for fix in fixes)
