"""The costs of a program in each grad mode, as the JSON of the contract and as a table for a terminal."""

import json

from gradviz.model.cost import MODES, Costs, Lap, laps_of
from gradviz.model.costs.costtable import cost_table
from gradviz.model.costs.spread import CONFIDENCE, spread
from gradviz.model.costs.table import Curve
from gradviz.model.costs.verdict import memory_verdict, time_ratio, time_verdict
from gradviz.model.memory import Lived
from gradviz.model.trace import GradMode

_TOLD = 3  # of those that hold the peak, in the table
_PHASES = {"forward_s": "forward", "backward_s": "backward", "optimizer_s": "optimizer"}


def document(costs: Costs) -> bytes:
    """Return the costs as JSON."""
    modes = {mode: _mode(costs, mode) for mode in MODES}
    time, memory = (verdict(costs, "grad", "no_grad") for verdict in (time_verdict, memory_verdict))
    said: dict[str, object] = {"time": time, "memory": memory}
    found = time_ratio(costs, "grad", "no_grad")
    if found is not None:
        said["time_ratio"] = {**found._asdict(), "confidence": CONFIDENCE}
    return json.dumps({"modes": modes, "verdict": said}, indent=2).encode() + b"\n"


def table(costs: Costs, language: str = "en") -> str:
    """Return the costs as lines of text."""
    made = cost_table(costs, language)
    rows = [("", *made.modes), *((row.name, *row.cells) for row in made.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    peaks = [f"{curve.mode}: {curve.peak_text}: {_holders(curve)}" for curve in made.curves]
    return "\n".join([*lines, *peaks, *made.errors, *made.verdicts]) + "\n"


def _holders(curve: Curve) -> str:
    """The largest of who holds the peak."""
    return ", ".join(f"{one.name} {one.size} ({one.kind})" for one in curve.holders[:_TOLD])


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
    found |= next((_memory(one) for one in costs.lived if one.mode == mode and one.levels), {})
    return found


def _memory(lived: Lived) -> dict[str, object]:
    """Bytes held over the run, and by whom when they are most; None of workspaces where torch does not tell of them."""
    return {
        "live_bytes": [{"step": step, "line": line, "bytes": nbytes} for step, line, nbytes in lived.levels],
        "peak_line": lived.levels[lived.peak].line,
        "workspace_bytes": lived.workspace_bytes,
        "peak_holders": [
            {"name": one.name, "line": one.line, "bytes": one.nbytes, "kind": one.kind} for one in lived.holders
        ],
    }


def _spread(laps: tuple[Lap, ...], part: str) -> dict[str, float]:
    return dict(spread([getattr(lap, part) for lap in laps])._asdict())
