"""Panning and zooming over the whole corpus: the worst frame, and where it was.

What is timed is the processor time of the window's thread, which others on the machine disturb least. A drawing with a
frame over the goal is travelled through again: what is as long each time is real.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.bench.journey import Taken
from tests.bench.rows import Row, main
from tests.bench.turns import Spent

GOAL = 16.0  # milliseconds
PATIENCE = 120.0  # seconds for one drawing
AGAIN = 2  # journeys more, where a frame was over the goal
_TAKEN = msgspec.json.Decoder(list[Taken])


def panning(most: int) -> Iterator[Row]:
    """Every frame of every drawing of the corpus, zoomed and dragged at every level of detail."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "tests.bench.corpus", folder], check=True)
        found = {path.name: _frames(path, min(AGAIN, most - 1)) for path in sorted(Path(folder).iterdir())}
    every = [frame for frames in found.values() for frame in frames]
    spent = Spent(tuple(frame.seconds for frame in every))
    worst = max(every)
    name = next(name for name, frames in found.items() if worst in frames)
    figures = {
        "frames": float(len(every)),
        "over the goal": float(sum(1000 * frame.seconds > GOAL for frame in every)),
        "median, ms": 1000 * spent.median,
        "99 of 100, ms": 1000 * spent.within(0.99),
    }
    figures |= {f"{name}, ms": 1000 * max(frames).seconds for name, frames in found.items()}
    what = f"the worst frame of {len(every):,}, panning and zooming over {len(found)} drawings"
    yield Row("panning", what, 1000 * worst.seconds, "ms", GOAL, figures, f"the worst: {name}, {worst.where}")


def _frames(path: Path, again: int) -> list[Taken]:
    """The frames of a journey through one drawing; of several where one was over the goal, each as in the quickest."""
    frames = _travelled(path)
    for _ in range(again):
        if max(frames).seconds * 1000 > GOAL:
            frames = [min(pair) for pair in zip(frames, _travelled(path), strict=False)]
    return frames


def _travelled(path: Path) -> list[Taken]:
    command = [sys.executable, "-m", "tests.bench.journey", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=os.environ, timeout=PATIENCE, check=True)
    return _TAKEN.decode(done.stdout)


if __name__ == "__main__":
    main({"panning": panning})
