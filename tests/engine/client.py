"""A reader of the engine that sees every frame and looks into its processes."""

import os
import select
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Self

import gradviz
from gradviz.intake import decoding, tracebuilder
from gradviz.model.launch import launch
from gradviz.model.trace import Trace
from gradviz.model.wire import Exit, Frame, FrameReader, Kind, Limits, Ready, Request, encode, pack

GOOD = "import torch\nx = torch.ones(3, requires_grad=True)\ny = (x * x).sum()\ny.backward()\nprint(x.grad)\n"
PATIENCE = 60.0  # seconds after which the engine counts as hung


SECOND = Limits(seconds=1.0)


class Client:
    """An engine and the frames it sends."""

    def __init__(self, *options: str, change: str = "") -> None:
        start = launch(sys.executable, Path(gradviz.__file__).parent, os.environ, *options)
        self._arguments, self._environment = list(start.arguments), start.environment
        self._arguments[2] = self._arguments[2].replace("main(", f"{change}\nmain(")
        self._frames = FrameReader()
        self._arrived: deque[Frame] = deque()
        self._runs = 0

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._arguments,
            env=self._environment,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        frame = self.next()
        assert frame.kind is Kind.READY
        self.ready: Ready = decoding.ready(frame.payload)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._in.closed:
            self._in.close()
        assert self.process.wait(PATIENCE) == 0
        self._out.close()
        assert self.process.stderr is not None
        self.said = self.process.stderr.read().decode()
        self.process.stderr.close()

    def start(self, source: str, limits: Limits = SECOND, budget: float | None = None) -> int:
        self._runs += 1
        self._in.write(pack(Kind.RUN, self._runs, encode(Request(source, limits=limits, budget=budget))))
        return self._runs

    def cancel(self, run: int) -> None:
        self._in.write(pack(Kind.CANCEL, run))

    def leave(self) -> None:
        self._in.close()

    def next(self, patience: float = PATIENCE) -> Frame:
        until = time.monotonic() + patience
        while not self._arrived:
            assert self.listen(until - time.monotonic()), "the engine is silent"
        return self._arrived.popleft()

    def listen(self, seconds: float) -> bool:
        """Wait for bytes at most that long, tell whether there were any."""
        if not select.select([self._out], [], [], max(0.0, seconds))[0]:
            return False
        data = os.read(self._out.fileno(), 1 << 20)
        assert data, "the engine has gone"
        self._arrived.extend(self._frames.feed(data))
        return True

    def finish(self, run: int) -> tuple[list[bytes], Exit]:
        """Return the pages of a run and how it ended; frames of earlier runs are passed over."""
        pages: list[bytes] = []
        while True:
            frame = self.next()
            if frame.run == run and frame.kind is Kind.EXITED:
                return pages, decoding.exited(frame.payload)
            if frame.run == run:
                assert frame.kind is Kind.PAGE
                pages.append(frame.payload)

    def run(self, source: str, limits: Limits = SECOND) -> tuple[list[bytes], Exit]:
        return self.finish(self.start(source, limits))

    def works(self) -> None:
        """Fail unless a good program runs."""
        pages, how = self.run(GOOD, Limits(seconds=PATIENCE))
        assert how == Exit(0, 0)
        trace = self.trace(pages, GOOD)
        assert trace.error is None
        assert [output.text for output in trace.output] == ["tensor([2., 2., 2.])\n"]

    def trace(self, pages: list[bytes], source: str) -> Trace:
        builder = tracebuilder.TraceBuilder(Request(source), self.ready)
        for page in pages:
            builder.page(page)
        return builder.trace()

    def warm(self) -> None:
        """Wait until the process that has imported everything has taken over."""
        until = time.monotonic() + PATIENCE
        source = "import sys; print('torch._dynamo' in sys.modules)"
        while self.trace(self.run(source)[0], source).output[0].text != "True\n":
            assert time.monotonic() < until

    def rests(self, server: int) -> bool:
        """Wait until a server has nothing but its next process, and no dead one; tell whether it came to that."""
        until = time.monotonic() + PATIENCE
        while len(children(server)) != 1 or zombies(server):
            self.listen(0.01)
            if time.monotonic() > until:
                return False
        return True

    def servers(self) -> list[int]:
        """Return the engine's process and, when it has taken over, its successor."""
        first = self.process.pid
        return [first, *(pid for pid in children(first) if group(pid) == group(first))]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def group(pid: int) -> int:
    return int(stat(pid)[2])


def zombies(pid: int) -> list[int]:
    return [child for child in children(pid) if stat(child)[0] == "Z"]


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
