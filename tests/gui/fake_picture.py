"""Speaks like the picture process, for tests of the window: each line `name = ...` becomes a node below the last.

At a step the rows are those of the lines so far, and what the last of them made is what has just been done.
"""

import os
import pathlib as files
import signal
import sys

import msgspec

from gradviz.drawing.shapes import Drawing, Mark, Path, Role, Text, TextRole
from gradviz.engine.processes.requests import read_request
from gradviz.layout.geometry import Point, Rect, Size
from gradviz.model.costs.table import CostRow, CostTable, Curve, HolderRow
from gradviz.model.memory import Level
from gradviz.model.moments.course import Course
from gradviz.model.source.place import Edit
from gradviz.model.trace import Output
from gradviz.model.wire import Frame, FrameReader, Kind, pack
from gradviz.picture.inspection.inspection import Cell, Fact, Inspect, Inspection, Section, Subject
from gradviz.picture.picture import Changes, Comparison, Picture, Problem, Side, TensorRow, Wish
from gradviz.picture.quiz.questions import AskQuiz, Question, Quizzed

OFF = "  # off"


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


def course(source: str) -> Course:
    """Each line is a stop; one that names something has an op after it, one with a backward two stops of that."""
    after = {"=": "O", "backward": "BA"}
    found = [
        (kind, line)
        for line, text in enumerate(source.splitlines(), 1)
        for kind in "L" + next((kinds for word, kinds in after.items() if word in text), "")
    ]
    kinds, lines = "".join(kind for kind, _ in found), tuple(line for _, line in found)
    return Course(kinds, tuple(range(len(found))), lines, (0,) * len(found))


def stepped(whole: Picture, stops: Course, step: int | None) -> Picture:
    if step is None:
        return whole._replace(course=stops)
    line, about = stops.lines[step], stops.kinds[step] == "L"
    rows = tuple(row for row in whole.rows if row.line and row.line < line + (not about))
    now = next((row.mark for row in whole.rows if row.line == line and not about), None)
    return whole._replace(rows=rows, step=step, now=now)


def row(index: int, line: int, name: str, source: str) -> TensorRow:
    """A tensor whose requires_grad is False where its line says off, and cannot be switched where that says int."""
    lines = source.splitlines()
    end, text = sum(len(one) + 1 for one in lines[:line]) - 1, lines[line - 1]
    on = OFF not in text
    edit = None if "int" in text else Edit(end, end, OFF) if on else Edit(end - len(OFF), end, "")
    locked = "" if edit else "an int has no gradient"
    return TensorRow(index, name, "()", "float32", on, True, "None", "1.0", "None", line, f"t{index}", edit, locked)


def costs(source: str, *, done: bool) -> CostTable:
    """The length of the program is what it costs."""
    row = CostRow("time", (f"{len(source)} s", "1 s", "raises"), (1.0, 1 / len(source), None))
    levels = (Level(0, 1, 4), Level(3, 2, 8), Level(5, None, 2))
    holders = (HolderRow("x", 1, "6 B", "named", 0.75), HolderRow("2 more", None, "2 B", "", 0.25))
    curves = (
        Curve("grad", 6, levels, 1, "peak 8 B, line 2", holders),
        Curve("no_grad", 4, levels[:1], 0, "peak 4 B, line 1", holders[:1]),
    )
    return CostTable(("grad", "no_grad", "inference_mode"), (row,), ("a verdict",), ("an error",), 9, done, curves)


class Measuring:
    """The measuring run, answered apart from all others."""

    def __init__(self) -> None:
        self.run, self.source = 0, ""

    def answer(self, frame: Frame) -> bytes:
        if frame.kind is Kind.RUN and read_request(frame.payload).budget is not None:
            self.run, self.source = frame.run, read_request(frame.payload).source
            return pack(Kind.RUN, frame.run)
        if frame.run != self.run or frame.kind not in (Kind.PAGE, Kind.EXITED):
            return b""
        table = costs(self.source, done=frame.kind is Kind.EXITED)
        return pack(Kind.COSTS, frame.run, msgspec.msgpack.encode(table))


class Beside:
    """Runs in other grad modes: a column for each, once both have ended."""

    def __init__(self) -> None:
        self.modes: dict[int, str] = {}
        self.ended: set[int] = set()

    def answer(self, run: int, frame: Frame) -> bytes | None:
        if frame.kind is Kind.RUN:
            self.modes, self.ended = {}, set()
        if frame.kind is Kind.BESIDE:
            self.modes[frame.run] = read_request(frame.payload).mode
        elif frame.run not in self.modes:
            return None
        elif frame.kind is Kind.EXITED:
            self.ended.add(frame.run)
        if len(self.ended) < 2:
            return b""
        nodes = tuple(node(index, 1, name) for index, name in enumerate(("grad", *self.modes.values())))
        drawing = Drawing(Size(200, 340), (), (), nodes, title="", description="side by side")
        made = Comparison(run, drawing, ("grad", "no_grad", "inference_mode"), (Side("grad_fns", ("2", "0", "0")),))
        return pack(Kind.COMPARED, run, msgspec.msgpack.encode(made))


def changed(made: Picture) -> Picture:
    """The picture again, with its first node changed and a ghost."""
    drawing = made.drawing
    assert drawing is not None
    first, ghost = drawing.nodes[0]._replace(title="changed"), node(7, 1, "ghost")
    return made._replace(changes=Changes(("one", "two"), (first, ghost), (), Size(200, 900), False))


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
    rows = tuple(row(index, line, name, source) for index, (line, name) in enumerate(names))
    if problems or not nodes:
        return Picture(run, True, None, problems=problems, steps=0 if problems else 1)
    return Picture(run, True, drawing, rows, (Output(1, f"ran {run}\n"),), steps=1)


def saved(payload: bytes, source: str) -> bytes:
    """Write the program where the trace should go, unless the program says otherwise."""
    path, form = msgspec.msgpack.decode(payload)[:2]
    if "keeps" in source:
        signal.pause()
    if "perishes" in source:
        sys.exit("the fake died")
    if "refuses" not in source and "lies" not in source:
        files.Path(path).write_text(f"{form}: {source}")
    return pack(Kind.SAVED, 0, msgspec.msgpack.encode((path, "no room" if "refuses" in source else "")))


def _after(of: Subject) -> tuple[Fact, ...]:
    """The tensor before; of a fold that it opens and closes."""
    if isinstance(of.id, str):
        return (Fact("fold", "turn it", turns=of.id),)
    return (Fact("after", "the one before", of=Subject("tensor", of.id - 1)),)


def inspected(payload: bytes) -> bytes:
    """Say what was asked, and name a line and the tensor before."""
    asked = msgspec.msgpack.decode(payload, type=Inspect)
    facts = (
        Fact("step", str(asked.step)),
        Fact("made on", "line 2", 2),
        *_after(asked.of),
        Fact("danger", "<b>nan</b>", alarming=True),
    )
    table = ((Cell("1", 1.0), Cell("-2", -0.5)), (Cell("0", 0.0), Cell("nan")))
    sections = (Section("Facts", facts), Section("Value", (Fact("", "said alone"),), table))
    return msgspec.msgpack.encode(Inspection(asked, f"{asked.of.kind} {asked.of.id}", sections))


def quizzed(payload: bytes, source: str) -> bytes:
    """Ask about the first line, whose answer is there two steps on, and about the last; nothing where that is said."""
    asked = msgspec.msgpack.decode(payload, type=AskQuiz)
    last = course(source).steps[-1]
    first = f"{asked.language} {asked.seed}: what of <b>x</b>?"
    found: tuple[Question, ...] = (
        Question(first, "x = 1", 1, ("4.0", "None", "0.0"), 1, "It is <i>so</i>.", 0, 2, 0),
        Question("And what happens at the end?", "z", 9, ("Nothing", "An error"), 1, "It fails.", last, None),
    )
    if asked.wanted is not None:  # the only question
        found = found[1:]
    return msgspec.msgpack.encode(Quizzed(asked, () if "dull" in source else found))


def told(frame: Frame, run: int, source: str) -> bytes:
    """Answer a question about the run."""
    if frame.kind is Kind.SAVE:
        return saved(frame.payload, source)
    if frame.kind is Kind.QUIZ:
        return pack(Kind.QUIZZED, run, quizzed(frame.payload, source))
    return pack(Kind.INSPECTION, run, inspected(frame.payload))


def obeyed(run: int, source: str) -> bytes:
    """Do what a word of the program says; return what it wants answered."""
    if "stuck" in source:
        os.write(sys.stdout.fileno(), pack(Kind.PICTURE, run, msgspec.msgpack.encode(Picture(run, False, None))))
        signal.pause()
    if "broken" in source:
        sys.exit("the fake broke")
    return pack(Kind.PICTURE, run, b"[1, 2, 3]") if "nonsense" in source else b""


def main() -> None:
    run, source, view, whole, step = 0, "", "both", False, None
    measuring, beside = Measuring(), Beside()
    reader, out = FrameReader(), sys.stdout.fileno()
    while data := os.read(sys.stdin.fileno(), 65536):
        for frame in reader.feed(data):
            together = beside.answer(run, frame)
            answer = measuring.answer(frame) if together is None else together
            if answer or together is not None:
                os.write(out, answer)
                continue
            if frame.kind is Kind.RUN:
                run, source, whole = frame.run, read_request(frame.payload).source, False
                answer = pack(Kind.RUN, run)
            elif frame.kind is Kind.REDRAW:
                wish = msgspec.msgpack.decode(frame.payload, type=Wish)
                view, step = wish.options.view, wish.options.step
            elif frame.kind in (Kind.SAVE, Kind.INSPECT, Kind.QUIZ):
                answer = told(frame, run, source)
            elif frame.kind is Kind.EXITED and frame.run == run:
                whole = True
                answer = obeyed(run, source)
            if whole and not answer:
                made = stepped(picture(run, source, view), course(source), step)
                made_all = (made, changed(made)) if "changes" in source and step is None else (made,)
                answer = b"".join(pack(Kind.PICTURE, run, msgspec.msgpack.encode(one)) for one in made_all)
            os.write(out, answer)


if __name__ == "__main__":
    main()
