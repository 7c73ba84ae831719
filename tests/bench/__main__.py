"""The project's own benchmarks: every goal of speed that can be measured without a person, against the peers, and
how much the window bears.

They inform; nothing fails because of a number. Each benchmark is a process of its own, and in it what is compared
takes turns.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from tests.bench.rows import Row
from tests.bench.table import table

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "window": ("keystroke", "first-window", "frames", "memory"),
    "panning": ("panning",),
    "stepping": ("steps",),
    "capture": ("capture", "peers", "gpt2", "lstm"),
    "recorder": ("recorder-adds", "recorder-resnet", "recorder-transformer", "recorder-gpt2"),
    "layout": ("layout-1000", "layout-3000", "layout-growth", "layout-pictures", "layout-stability"),
    "soak": ("soak-workers", "soak-engines", "soak-deadline", "soak-gaps", "soak-edits"),
    "hostile": ("hostile-texts", "hostile-records"),
    "kept": ("kept",),
    "measure": ("measure-time", "measure-bytes", "measure-same"),
}
SCHEMA = 1
PATIENCE = 3600.0  # seconds for one benchmark: ten thousand edits take some twelve minutes
MOST = 100  # rounds; each benchmark has a number of its own below that
_ROWS = msgspec.json.Decoder(list[Row])
_ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that are named, print a table, and write JSON where that is asked for."""
    chosen = _parser().parse_args(arguments)
    wanted = [(family, name) for family, names in FAMILIES.items() for name in names if _is_meant(name, chosen.names)]
    if not wanted:
        sys.stderr.write(f"no benchmark is called {' or '.join(chosen.names)}\n")
        return 2
    rows: list[Row] = []
    for family, name in wanted:
        sys.stderr.write(f"{name} ...\n")
        rows += run(family, name, chosen.rounds)
    sys.stdout.write(table(rows))
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(document(rows), indent=2) + "\n")
    return 0


def run(family: str, name: str, rounds: int) -> list[Row]:
    """Run one benchmark in a process of its own; what fails is a row that says so."""
    command = [sys.executable, "-m", f"tests.bench.{family}", name, str(rounds)]
    own = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(command, cwd=_ROOT, env=own, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return [Row(name, "this benchmark", None, "s", note=f"was stopped after {PATIENCE:.0f} s")]
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return [Row(name, "this benchmark", None, "s", note=f"failed: {' '.join(words) or done.returncode}")]
    return _ROWS.decode(done.stdout)


def document(rows: Sequence[Row]) -> dict[str, object]:
    """Return the results as JSON has them, with what kind of machine they are of."""
    machine = {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "qt": metadata.version("PySide6-Essentials"),
    }
    return {"schema": SCHEMA, "machine": machine, "rows": [{**row._asdict(), "reached": row.reached} for row in rows]}


def _is_meant(name: str, names: Sequence[str]) -> bool:
    """Whether a benchmark is one of those named, or of a family of such a name: `layout` means all of layout-..."""
    return not names or any(name == one or name.startswith(f"{one}-") for one in names)


def _parser() -> argparse.ArgumentParser:
    every = ", ".join(name for names in FAMILIES.values() for name in names)
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__, epilog=f"NAME is one of: {every}")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a benchmark, or the first part of its name; none: all"
    )
    parser.add_argument("--json", metavar="OUT", help="write the results to this file as well")
    parser.add_argument(
        "--rounds", type=int, default=MOST, metavar="N", help="at most so many of each, for a quick look"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
