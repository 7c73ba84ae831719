"""Speaks like the picture process, for tests of the window: each line `name = ...` becomes a node below the last."""

import json
import os
import pathlib as files
import signal
import sys

import msgspec

from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.model.trace import Output
from gradviz.model.wire import FrameReader, Kind, pack
from gradviz.picture.picture import Picture, Problem, TensorRow


def node(index: int, line: int, name: str) -> Mark:
    rect = Rect(20, 20 + 100 * index, 160, 60)
    x, y, right, bottom = rect.x, rect.y, rect.right, rect.bottom
    outline = Path("MLLLZ", (x, y, right, y, right, bottom, x, bottom), Role.LEAF)
    label = Text(Point(100, y + 36), name, TextRole.TITLE, "middle", 150)
    return Mark(f"t{index}", Role.LEAF, rect, (outline,), (label,), name, f"tensor {name}", line=line, tensor=index)


def edge(index: int) -> Mark:
    top, bottom = 80.0 + 100 * index, 120.0 + 100 * index
    path = Path("ML", (100, top, 100, bottom), Role.DATA_EDGE, filled=False, arrow=True)
    ends = (f"t{index}", f"t{index + 1}")
    return Mark(f"e{index}", Role.DATA_EDGE, Rect(99, top, 2, bottom - top), (path,), (), "", "", ends=ends)


def picture(run: int, source: str, title: str) -> Picture:
    names = [(line, text.split("=")[0].strip()) for line, text in enumerate(source.splitlines(), 1) if "=" in text]
    problems = tuple(
        Problem("error", line, 1, line, 4, f"this line is wrong: {text}", "SyntaxError: fake", None)
        for line, text in enumerate(source.splitlines(), 1)
        if "error" in text
    )
    nodes = tuple(node(index, line, name) for index, (line, name) in enumerate(names))
    edges = tuple(edge(index) for index in range(len(nodes) - 1))
    drawing = Drawing(Size(200, 40 + 100 * len(nodes)), (), edges, nodes, title=title, description="a fake")
    rows = tuple(
        TensorRow(index, name, "()", "float32", True, True, "None", "1.0", "None", line, f"t{index}")
        for index, (line, name) in enumerate(names)
    )
    if problems or not nodes:
        return Picture(run, True, None, problems=problems, steps=0 if problems else 1)
    return Picture(run, True, drawing, rows, (Output(1, f"ran {run}\n"),), steps=1)


def saved(payload: bytes, source: str) -> bytes:
    """Write the program where the trace should go, unless the program says otherwise."""
    path, form = json.loads(payload)[:2]
    if "keeps" in source:
        signal.pause()
    if "perishes" in source:
        sys.exit("the fake died")
    if "refuses" not in source and "lies" not in source:
        files.Path(path).write_text(f"{form}: {source}")
    return pack(Kind.SAVED, 0, json.dumps([path, "no room" if "refuses" in source else ""]).encode())


def obeyed(run: int, source: str) -> bytes:
    """Do what a word of the program says; return what it wants answered."""
    if "stuck" in source:
        signal.pause()
    if "broken" in source:
        sys.exit("the fake broke")
    return pack(Kind.PICTURE, run, b"[1, 2, 3]") if "nonsense" in source else b""


def main() -> None:
    run, source, view, whole = 0, "", "both", False
    reader, out = FrameReader(), sys.stdout.fileno()
    while data := os.read(sys.stdin.fileno(), 65536):
        for frame in reader.feed(data):
            answer = b""
            if frame.kind is Kind.RUN:
                run, source, whole = frame.run, json.loads(frame.payload)[0], False
                answer = pack(Kind.RUN, run)
            elif frame.kind is Kind.REDRAW:
                view = json.loads(frame.payload)[0]
            elif frame.kind is Kind.SAVE:
                answer = saved(frame.payload, source)
            elif frame.kind is Kind.EXITED and frame.run == run:
                whole = True
                answer = obeyed(run, source)
            if whole and not answer:
                answer = pack(Kind.PICTURE, run, msgspec.json.encode(picture(run, source, view)))
            os.write(out, answer)


if __name__ == "__main__":
    main()
