"""The costs of a program as a table of words: a column for each grad mode, and what may be said of them."""

from gradviz.model.cost import MODES, NAMES, Costs, laps_of
from gradviz.model.costs.memorytable import curves
from gradviz.model.costs.spread import Spread, spread
from gradviz.model.costs.table import CostRow, CostTable
from gradviz.model.costs.verdict import memory_verdict, time_told, told_verdict
from gradviz.model.quantities import byte_text, second_text
from gradviz.model.trace import GradMode

_NAMES = {
    "en": {
        "seconds": "time",
        "forward": "before backward",
        "backward": "backward",
        "optimizer": "optimizer",
        "peak_bytes": "peak",
        "workspace_bytes": "of those, a kernel's workspace",
        "saved_bytes": "saved for backward",
        "parameter_bytes": "of those, parameters",
        "graph_bytes": "the graph itself",
        "raises": "raises",
        "unknown": "not known here",
    },
    "ja": {
        "seconds": "時間",
        "forward": "backward の前まで",
        "backward": "backward",
        "optimizer": "オプティマイザ",
        "peak_bytes": "最大",
        "workspace_bytes": "うちカーネルの作業領域",
        "saved_bytes": "backward のための保存",
        "parameter_bytes": "うちパラメータ",
        "graph_bytes": "グラフ自体",
        "raises": "例外",
        "unknown": "この環境では不明",
    },
}
_VERDICTS = (time_told, memory_verdict, told_verdict)
_PARTS = ("workspace_bytes", "parameter_bytes")  # of the row before
_WEIGHTY = ("seconds", "saved_bytes")
_TIMES = ("seconds", "forward", "backward", "optimizer")


def cost_table(costs: Costs, language: str = "en") -> CostTable:
    """Return what is shown of costs, whether all have come or not."""
    names = _NAMES[language]
    rows = [_times(costs, part, names) for part in _TIMES if _is_told(costs, part)]
    rows += [_bytes(names, field, sizes) for field, sizes in _told_bytes(costs).items()]
    told = (verdict(costs, "grad", "no_grad", language) for verdict in _VERDICTS)
    return CostTable(
        tuple(NAMES[mode] for mode in MODES),
        tuple(rows),
        tuple(filter(None, dict.fromkeys(told))),  # what was not measured at all is said once for time and memory
        _errors(costs),
        min((len(laps) for mode in MODES if (laps := laps_of(costs, mode))), default=0),
        costs.done,
        curves(costs.lived, language),
    )


def _errors(costs: Costs) -> tuple[str, ...]:
    """Each error once, with the modes that raise it."""
    raised: dict[str, list[str]] = {}
    for one in costs.raised:
        raised.setdefault(f"{one.error.type}: {one.error.message}", []).append(NAMES[one.mode])
    return tuple(f"{', '.join(modes)}: {error}" for error, modes in raised.items())


def _is_told(costs: Costs, part: str) -> bool:
    """The whole time always, its parts where there are any."""
    if part == "forward":
        return any(lap.forward < lap.seconds for lap in costs.laps)
    return part == "seconds" or any(getattr(lap, part) for lap in costs.laps)


def _told_bytes(costs: Costs) -> dict[str, dict[GradMode, int | None]]:
    """The bytes of each mode (None: not known here); parts of others only where there are any, or may be."""
    found: dict[str, dict[GradMode, int | None]] = {
        "peak_bytes": {one.mode: one.peak_bytes for one in costs.held},
        "workspace_bytes": {one.mode: one.workspace_bytes for one in costs.lived},
        "saved_bytes": {one.mode: one.saved_bytes for one in costs.held},
        "parameter_bytes": {one.mode: one.parameter_bytes for one in costs.held},
        "graph_bytes": {one.mode: one.graph_bytes for one in costs.held},
    }
    return {name: counts for name, counts in found.items() if name not in _PARTS or set(counts.values()) - {0}}


def _times(costs: Costs, part: str, names: dict[str, str]) -> CostRow:
    raised = {one.mode for one in costs.raised}
    found = {
        mode: spread([getattr(lap, part) for lap in laps])
        for mode in MODES
        if (laps := laps_of(costs, mode)) and (part == "forward" or mode not in raised)
    }
    told = {mode: _spread_text(one) for mode, one in found.items()}
    missing: dict[GradMode, str] = dict.fromkeys(raised, names["raises"])
    return _row(names, part, missing | told, {mode: one.median for mode, one in found.items()})


def _bytes(names: dict[str, str], field: str, known: dict[GradMode, int | None]) -> CostRow:
    sizes = {mode: float(count) for mode, count in known.items() if count is not None}
    told = {mode: names["unknown"] if count is None else byte_text(count) for mode, count in known.items()}
    return _row(names, field, told, sizes)


def _row(names: dict[str, str], of: str, told: dict[GradMode, str], sizes: dict[GradMode, float]) -> CostRow:
    most = max(sizes.values(), default=0.0) or 1.0
    shares = tuple(sizes[mode] / most if mode in sizes else None for mode in MODES)
    return CostRow(names[of], tuple(told.get(mode, "") for mode in MODES), shares, of in _WEIGHTY)


def _spread_text(found: Spread) -> str:
    return f"{second_text(found.median)} ± {second_text(found.iqr / 2)} (n={found.n})"
