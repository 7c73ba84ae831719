"""What the runs of one program in several grad modes have, as a table of words: a column for each mode."""

from collections.abc import Mapping

from gradviz.model.compare.difference import called_ops
from gradviz.model.cost import MODES
from gradviz.model.moments.held import bindings
from gradviz.model.trace import GradMode, Trace
from gradviz.picture.picture import Language, Side

_FEW = 6  # names in one cell
_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "ends": "the run",
        "whole": "comes to its end",
        "limit": "limit reached: {}",
        "error": "{} on line {}",
        "grad_fns": "grad_fns · edges",
        "both": "{} · {}",
        "ops": "ops recorded",
        "of": "{} of {}",
        "grads": ".grad exists for",
        "none": "nothing",
        "more": "{}, +{} more",
    },
    "ja": {
        "ends": "実行",
        "whole": "最後まで実行",
        "limit": "制限に到達: {}",
        "error": "{} ({} 行目)",
        "grad_fns": "grad_fn · 辺",
        "both": "{} · {}",
        "ops": "記録された演算",
        "of": "{} / {}",
        "grads": ".grad があるもの",
        "none": "なし",
        "more": "{} ほか {} 件",
    },
}


def sides(traces: Mapping[GradMode, Trace], language: Language) -> tuple[Side, ...]:
    """Return what there is to compare, in the order of the modes."""
    texts, runs = _TEXTS[language], [traces[mode] for mode in MODES if mode in traces]
    return (
        Side(texts["ends"], tuple(_end(run, texts) for run in runs)),
        Side(texts["ops"], tuple(_recorded(run, texts) for run in runs)),
        Side(texts["grads"], tuple(_grads(run, texts) for run in runs)),
        Side(
            texts["grad_fns"], tuple(texts["both"].format(f"{len(run.grad_fns):,}", f"{_edges(run):,}") for run in runs)
        ),
    )


def problem(trace: Trace) -> str:
    """Return the error of a run in its own words."""
    return "" if trace.error is None else f"{trace.error.type}: {trace.error.message}"


def _end(run: Trace, texts: dict[str, str]) -> str:
    if run.limits is not None:
        return texts["limit"].format(run.limits.reached)
    if run.error is None:
        return texts["whole"]
    return run.error.type if run.error.line is None else texts["error"].format(run.error.type, run.error.line)


def _edges(run: Trace) -> int:
    return sum(target is not None for grad_fn in run.grad_fns for target, _ in grad_fn.next)


def _recorded(run: Trace, texts: dict[str, str]) -> str:
    ops = called_ops(run)
    return texts["of"].format(f"{sum(op.grad_fn is not None for op in ops):,}", f"{len(ops):,}")


def _grads(run: Trace, texts: dict[str, str]) -> str:
    names = [name.text for name, tensor in bindings(run).held().items() if run.tensors[tensor].grad is not None]
    told = ", ".join(names[:_FEW]) or texts["none"]
    return texts["more"].format(told, f"{len(names) - _FEW:,}") if len(names) > _FEW else told
