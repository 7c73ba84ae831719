"""Panning and zooming over the whole corpus: the worst frame, and where it was.

Frames in which nothing moves, of another theme with another selection, have a figure of their own.

What is timed is the processor time of the window's thread, which others on the machine disturb least. A drawing with a
frame over the goal is travelled through again: what is as long each time is real.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.bench.journey import Journey, Taken
from tests.bench.rows import Row, main
from tests.bench.turns import Spent

GOAL = 16.0  # milliseconds
PATIENCE = 120.0  # seconds for one drawing
AGAIN = 2  # journeys more, where a frame was over the goal
_JOURNEY = msgspec.json.Decoder(Journey)


def panning(most: int) -> Iterator[Row]:
    """Every frame of every drawing of the corpus, zoomed and dragged at every level of detail."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "tests.bench.corpus", folder], check=True)
        found = {path.name: _travelled(path, min(AGAIN, most - 1)) for path in sorted(Path(folder).iterdir())}
    every = [frame for journey in found.values() for frame in journey.frames if frame.moves]
    spent = Spent(tuple(frame.seconds for frame in every))
    worst = max(every)
    name = next(name for name, journey in found.items() if worst in journey.frames)
    figures = {
        "frames": float(len(every)),
        "over the goal": float(sum(1000 * frame.seconds > GOAL for frame in every)),
        "median, ms": 1000 * spent.median,
        "99 of 100, ms": 1000 * spent.within(0.99),
    }
    figures |= {f"{name}, ms": 1000 * _worst(journey, moves=True) for name, journey in found.items()}
    figures["another theme and selection, ms"] = 1000 * max(_worst(one, moves=False) for one in found.values())
    what = f"the worst frame of {len(every):,}, panning and zooming over {len(found)} drawings"
    cut = "; ".join(name for name, journey in found.items() if not journey.whole)
    note = f"the worst: {name}, {worst.where}" + (f"; journeys cut short: {cut}" if cut else "")
    yield Row("panning", what, 1000 * worst.seconds, "ms", GOAL, figures, note)


def _travelled(path: Path, again: int) -> Journey:
    """The journey through one drawing; of several where a frame was over the goal, each frame as in the quickest."""
    made = _journey(path)
    for _ in range(again):
        if 1000 * _worst(made, moves=True) > GOAL:
            made = _quicker(made, _journey(path))
    return made


def _worst(journey: Journey, *, moves: bool) -> float:
    """Seconds of the longest frame in which the drawing moves, or of those in which it stays where it is."""
    return max((frame.seconds for frame in journey.frames if frame.moves is moves), default=0.0)


def _quicker(one: Journey, other: Journey) -> Journey:
    """The frames that are in both journeys, each as in the quicker: how many slices one comes in is up to the clock."""
    there = _numbered(other)
    frames = [min(frame, there[name]) for name, frame in _numbered(one).items() if name in there]
    return Journey(frames, whole=one.whole and other.whole)


def _numbered(journey: Journey) -> dict[tuple[str, int], Taken]:
    """The frames by where they were, and how many had been there before."""
    seen, found = Counter[str](), dict[tuple[str, int], Taken]()
    for frame in journey.frames:
        found[frame.where, seen[frame.where]] = frame
        seen[frame.where] += 1
    return found


def _journey(path: Path) -> Journey:
    command = [sys.executable, "-m", "tests.bench.journey", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=PATIENCE, check=True)
    return _JOURNEY.decode(done.stdout)


if __name__ == "__main__":
    main({"panning": panning})
