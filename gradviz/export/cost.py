"""The costs of a program in each grad mode, as the JSON of the contract and as a table for a terminal."""

import json

from gradviz.model.cost import MODES, Costs, Lap, laps_of, spread
from gradviz.model.quantities import byte_text, second_text
from gradviz.model.trace import GradMode
from gradviz.model.verdict import NAMES, memory_verdict, time_verdict

_PHASES = {"forward_s": "forward", "backward_s": "backward", "optimizer_s": "optimizer"}


def document(costs: Costs) -> bytes:
    """Return the costs as JSON."""
    modes = {mode: _mode(costs, mode) for mode in MODES}
    return json.dumps({"modes": modes, "verdict": verdicts(costs)}, indent=2).encode() + b"\n"


def verdicts(costs: Costs, language: str = "en") -> dict[str, str]:
    """What is said of grad against no_grad."""
    return {
        "time": time_verdict(costs, "grad", "no_grad", language),
        "memory": memory_verdict(costs, "grad", "no_grad", language),
    }


def table(costs: Costs, language: str = "en") -> str:
    """Return the costs as lines of text."""
    rows = [("", *(NAMES[mode] for mode in MODES))]
    parts = ["seconds", *(part for part in _PHASES.values() if _is_told(costs, part))]
    rows += [({"seconds": "time"}.get(part, part), *(_time(costs, mode, part) for mode in MODES)) for part in parts]
    rows += [(name, *(_held(costs, mode, field) for mode in MODES)) for name, field in _BYTES.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"{NAMES[one.mode]}: {one.error.type}: {one.error.message}" for one in costs.raised]
    return "\n".join([*lines, *verdicts(costs, language).values()]) + "\n"


_BYTES = {"peak": "peak_bytes", "saved": "saved_bytes", "of parameters": "parameter_bytes", "graph": "graph_bytes"}


def _mode(costs: Costs, mode: GradMode) -> dict[str, object]:
    found: dict[str, object] = {}
    raised = next((one.error for one in costs.raised if one.mode == mode), None)
    if raised is not None:
        found["error"] = {"type": raised.type, "message": raised.message, "line": raised.line}
    laps = laps_of(costs, mode)
    if laps and raised is None:
        found["time_s"] = _spread(laps, "seconds")
    if laps and any(lap.backward or lap.forward < lap.seconds for lap in laps):
        told = _PHASES if raised is None else {"forward_s": "forward"}
        found |= {name: _spread(laps, part) for name, part in told.items()}
    found |= next((one._asdict() for one in costs.held if one.mode == mode), {})
    found.pop("mode", None)
    return found


def _spread(laps: tuple[Lap, ...], part: str) -> dict[str, float]:
    return dict(spread([getattr(lap, part) for lap in laps])._asdict())


def _is_told(costs: Costs, part: str) -> bool:
    if part == "forward":
        return any(lap.forward < lap.seconds for lap in costs.laps)
    return any(getattr(lap, part) for lap in costs.laps)


def _time(costs: Costs, mode: GradMode, part: str) -> str:
    laps = laps_of(costs, mode)
    raised = any(one.mode == mode for one in costs.raised)
    if not laps or (raised and part != "forward"):
        return "raises" if raised else "-"
    found = spread([getattr(lap, part) for lap in laps])
    return f"{second_text(found.median)} ± {second_text(found.iqr / 2)} (n={found.n})"


def _held(costs: Costs, mode: GradMode, field: str) -> str:
    count = next((getattr(one, field) for one in costs.held if one.mode == mode), None)
    return "-" if count is None else byte_text(count)
