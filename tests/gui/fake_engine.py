"""Speaks like the engine, for tests of the window: it runs nothing and obeys words in the program's text."""

import json
import os
import sys

from gradviz.engine.processes.requests import read_request
from gradviz.model.completion.found import Found, Named
from gradviz.model.wire import Exit, FrameReader, Kind, Ready, Request, encode, pack


def write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]


def main() -> None:
    sandbox = sys.argv[1] if len(sys.argv) > 1 else ""
    if sandbox == "unstartable":
        sys.exit("torch is not installed here")
    out = sys.stdout.fileno()
    os.write(out, pack(Kind.READY, 0, encode(Ready("9.9.9", "3.11", sandbox))))
    reader = FrameReader()
    while data := os.read(sys.stdin.fileno(), 65536):
        for frame in reader.feed(data):
            if frame.kind is Kind.LOOK:
                (path,) = json.loads(frame.payload)
                found = Found(path, "module", names=(Named("ones", "function"), Named("zeros", "function")))
                os.write(out, pack(Kind.FOUND, 0, encode(found)))
                continue
            request = read_request(frame.payload) if frame.kind is Kind.RUN else Request("")
            source, measures = request.source, request.budget is not None
            if "die" in source:
                sys.exit("the fake was told to die")
            if "garbage" in source:
                os.write(out, b"\xff" * 64)
            elif "flood" in source:
                write(out, pack(Kind.PAGE, frame.run, b"[]".ljust(2**18)) * 40)
                write(out, pack(Kind.EXITED, frame.run, encode(Exit(0, 0))))
            elif measures and "lasts" in source:
                os.write(out, pack(Kind.PAGE, frame.run, b"[]"))
            elif "forever" not in source:
                page = pack(Kind.PAGE, frame.run, b"[]") if frame.kind is Kind.RUN else b""
                signal = 9 if frame.kind is Kind.CANCEL else 0
                os.write(out, page + pack(Kind.EXITED, frame.run, json.dumps([0, signal, None, ""]).encode()))


if __name__ == "__main__":
    main()
