"""The corpus of attacks: each is a program that tries to reach what a run must not, and none may.

What counts is the effect, not what the program says: secret text in what comes back, a changed file, a connection, a
dead neighbour. An attack must also fail for the right reason, or it tries nothing.
"""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gradviz.intake import decoding, tracebuilder
from gradviz.model.trace import Trace
from gradviz.model.wire import Frame, Kind, Limits, Request
from gradviz.runs import Engine

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the wall is Linux's")]

CORPUS = Path(__file__).parent / "attacks"
SECRET = "b7f2c9d04e8a4d5ea61c3f"
LIMITS = Limits(seconds=20.0)
# Errors of a program that is wrong rather than stopped.
MISTAKES = {"AttributeError", "IndentationError", "NameError", "SyntaxError", "TypeError", "UnboundLocalError"}


class Attack(NamedTuple):
    """One program of the corpus."""

    name: str
    code: str


def corpus() -> list[Attack]:
    """Return every attack; in a file each begins with a line `# %% name`."""
    found = []
    for path in sorted(CORPUS.glob("*.txt")):
        for part in path.read_text().split("# %% ")[1:]:
            name, code = part.split("\n", 1)
            found.append(Attack(f"{path.stem}: {name}", code))
    return found


class Targets:
    """What the attacks are after, and whether it is untouched."""

    def __init__(self, directory: Path) -> None:
        self.home = directory
        (directory / "empty").mkdir()
        (directory / "secret").write_text(SECRET)
        (directory / "canary").write_text("canary")
        (directory / "canary_module.py").write_text(f"SECRET = '{SECRET}'\n")
        self._mark = self._files()
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._path, self._abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self._abstract_name = f"gradviz-{os.getpid()}"
        self._path.bind(str(directory / "socket"))
        self._abstract.bind("\0" + self._abstract_name)
        self._mark = self._files()
        for server in (self._path, self._abstract):
            server.listen()
        self._neighbour = subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True)

    def head(self) -> str:
        """Return the lines that stand before every attack."""
        names: dict[str, str | int] = {
            "SECRET": str(self.home / "secret"),
            "CANARY": str(self.home / "canary"),
            "MODULE": str(self.home / "canary_module.py"),
            "EMPTY": str(self.home / "empty"),
            "HOME": str(self.home),
            "UNIX": str(self.home / "socket"),
            "ABSTRACT": self._abstract_name,
            "TCP": self._tcp.getsockname()[1],
            "UDP": self._udp.getsockname()[1],
            "VICTIM": self._neighbour.pid,
        }
        lines = [f"{name} = {value!r}" for name, value in names.items()]
        return "\n".join([*lines, (CORPUS / "head.txt").read_text(), ""])

    def check(self) -> None:
        """Fail if anything was touched."""
        assert self._files() == self._mark
        assert self._neighbour.poll() is None
        assert not select.select([self._tcp, self._udp, self._path, self._abstract], [], [], 0)[0]
        assert not list(Path("/tmp").glob("gradviz-attack*")) + list(Path("/dev/shm").glob("gradviz-attack*"))

    def close(self) -> None:
        """Give everything back."""
        for each in (self._tcp, self._udp, self._path, self._abstract):
            each.close()
        self._neighbour.communicate()

    def _files(self) -> dict[str, tuple[int, int, int, bytes]]:
        return {
            path.name: (stat.st_mode, stat.st_uid, stat.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in self.home.iterdir()
            for stat in [path.stat()]
        }


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADVIZ_CANARY", SECRET)
        with Engine() as running:
            yield running


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Targets]:
    made = Targets(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


def run(engine: Engine, source: str) -> tuple[list[Frame], Trace]:
    request = Request(source, limits=LIMITS)
    frames = list(engine.frames(request))
    builder = tracebuilder.TraceBuilder(request, engine.ready)
    for frame in frames[:-1]:
        assert frame.kind is Kind.PAGE
        builder.page(frame.payload)
    return frames, builder.trace()


def test_the_corpus_is_large() -> None:
    attacks = corpus()
    assert len(attacks) >= 120
    assert len({attack.name for attack in attacks}) == len(attacks)


@pytest.mark.parametrize("attack", corpus(), ids=lambda attack: attack.name)
def test_the_wall_holds(engine: Engine, targets: Targets, attack: Attack) -> None:
    assert engine.ready.sandbox == ""
    frames, trace = run(engine, targets.head() + attack.code)
    targets.check()
    assert not any(SECRET.encode() in frame.payload for frame in frames)
    said = "".join(output.text for output in trace.output)
    assert "WON" not in said
    how = decoding.exited(frames[-1].payload)
    if trace.error is None:
        assert "STOPPED" in said, how
    else:
        assert trace.error.type not in MISTAKES, trace.error


def test_an_honest_program_still_runs(engine: Engine) -> None:
    _, trace = run(
        engine, "import torch\nx = torch.ones(2, requires_grad=True)\n(x * x).sum().backward()\nprint(x.grad)"
    )
    assert trace.error is None
    assert trace.output[0].text == "tensor([2., 2.])\n"
