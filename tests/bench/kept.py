"""What is left of a program whose window is killed at any moment: of its text, and of the files it was being saved to.

Each time a window of its own types into itself (`typist.py`), saves now and then, and says in a pipe what stands in
its editor. It is killed by SIGKILL; then the files that it left are read as the next window reads them.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median

from gradviz.ui.files.documents import DocumentError, Recovery, read
from tests.bench.rows import Row, main

KILLS = 200
LAST = 1.0  # seconds before its end from which typing may be lost


def kept(most: int) -> Iterator[Row]:
    """Kill windows while somebody types and saves."""
    kills, chance = min(KILLS, 2 * most), Random(1)
    lost, torn = list[float](), 0
    for _ in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            seconds, whole = _killed(Path(folder), chance.uniform(0.05, 1.3))
            lost.append(seconds)
            torn += not whole
    figures = {"kills": float(kills), "median, ms": median(lost) * 1000}
    what = f"typing lost where the window is killed, most of {kills} times"
    yield Row("kept-text", what, max(lost) * 1000, "ms", LAST * 1000, figures)
    yield Row("kept-files", f"files torn by {kills} kills of a window that types and saves", torn, "count", 0)


def _killed(folder: Path, seconds: float) -> tuple[float, bool]:
    """Kill a window so many seconds after its first letter.

    Returns:
        For how many seconds before that it had typed what nothing has kept; and whether all that it left is whole.
    """
    program = folder / "program.py"
    program.write_text("x = 0")
    own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), str(folder))
    command = [sys.executable, "-m", "tests.bench.typist", str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | own) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        died = time.monotonic()
        notes = first + process.stdout.read()
    typed = [(float(when), int(length)) for when, length in (line.split() for line in notes.splitlines())]
    (recovery,) = folder.rglob("recovery-1.json")
    keeper = Recovery(recovery.parent)
    found = keeper.restore()
    keeper.close()
    length = -1 if found is None else len(found.text)
    missing = [when for when, count in typed if count > length]
    whole = found is not None and _is_a_state(found.text) and _is_a_state(_saved(program))
    return (died - missing[0] if missing else 0.0), whole


def _saved(program: Path) -> str:
    try:
        return read(program)
    except DocumentError:
        return ""


def _is_a_state(text: str) -> bool:
    """Whether the text stood in the editor like that at some time."""
    return text.startswith("x = 0") and set(text[5:]) <= {"1"}


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main({"kept": kept})
