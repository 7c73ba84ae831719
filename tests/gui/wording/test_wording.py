"""What the window says of its state, state by state."""

import pytest

from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.model.costs.table import CostTable
from gradviz.model.program import MAX_SOURCE
from gradviz.model.trace import Limit
from gradviz.model.wire import Ready, Request
from gradviz.picture.picture import Picture, Problem, TensorRow
from gradviz.state.appstate import AppState
from gradviz.state.commands.keys import Keys
from gradviz.state.values.engine import Engine, Phase
from gradviz.state.values.measuring import Measuring
from gradviz.state.values.shown import Shown
from gradviz.state.values.told import Refusal
from gradviz.ui.bars.actions import COMMANDS, USUAL
from gradviz.ui.bars.shortcuts import sheet
from gradviz.ui.wording import wording

WALLED = Engine(Phase.READY, Ready("2.13.0+cpu", "3.11", ""))
OPEN = Engine(Phase.READY, Ready("2.13.0+cpu", "3.11", "macOS has none"))
PROBLEM = Problem("error", 4, 0, None, 0, "This is wrong", "E", None)
BASE = AppState(text="x", engine=WALLED, run=1, request=Request("x", "grad"), keys=Keys(USUAL))
LEAF = TensorRow(0, "x", "()", "float32", True, True, "None", "1.0", "None", 1, None)
NODE = Mark("a", Role.LEAF, Rect(0, 0, 1, 1), (), (), "a", "")
DRAWN = Shown(Drawing(Size(1, 1), (), (), (NODE,)), 1, 0)
BROKEN = DRAWN._replace(good=False)
TABLE = CostTable(runs=9)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AppState(), "Starting PyTorch …"),
        (AppState(said="Opened a.py only"), "Opened a.py only"),
        (
            AppState(said=Refusal.EARLIER),
            "At this step it is not yet what it is at the end of the run: switch it there (Esc)",
        ),
        (AppState(engine=Engine(reason="signal 9")), "The engine ended (signal 9). Starting it again …"),
        (AppState(engine=Engine(Phase.ENDED, reason="no torch")), "PyTorch could not be started: no torch"),
        (BASE._replace(text="#" * (MAX_SOURCE + 1)), "This program is longer than what gradviz runs"),
        (BASE._replace(running=True, stopped=True), "Stopping …"),
        (BASE._replace(awaited=True, stopped=True, slow=True), "Stopped · drawing what ran …"),
        (BASE._replace(running=True, slow=True), "Still running …"),
        (BASE._replace(awaited=True, slow=True), "Drawing …"),
        (BASE._replace(failure="no memory"), "The graph could not be drawn: no memory"),
        (BASE._replace(stopped=True), "Stopped"),
        (BASE._replace(text="y", engine=OPEN), "No sandbox here: a program runs only when you press Run (F5)"),
        (BASE._replace(text="y", live=False), "Press Run (F5)"),
        (BASE._replace(text="y"), "Ready"),
        (BASE, "Ready"),
        (BASE._replace(picture=Picture(1, True, None, problems=(PROBLEM,))), "Line 4: This is wrong"),
        (
            BASE._replace(picture=Picture(1, True, None, problems=(PROBLEM._replace(line=None),))),
            "This is wrong",
        ),
        (BASE._replace(picture=Picture(1, True, None, limits=Limit("ops", ""))), "The run reached its limit (ops)"),
        (BASE._replace(picture=Picture(1, True, None, notice="Laid out anew")), "Laid out anew"),
        (BASE._replace(picture=Picture(1, True, None, seconds=0.01234)), "Ready · recorded in 12.3 ms"),
        (BASE._replace(text="", request=Request("", "grad"), picture=Picture(1, True, None, seconds=0.01234)), "Ready"),
    ],
)
def test_activity(state: AppState, words: str) -> None:
    assert wording.activity(state) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AppState(text="x"), "Starting PyTorch …"),
        (BASE._replace(text=" \n"), ""),  # three ways to begin stand there instead
        (BASE._replace(picture=Picture(1, True, None, problems=(PROBLEM,))), "No graph yet: line 4 has an error."),
        (
            BASE._replace(picture=Picture(1, True, None, problems=(PROBLEM._replace(line=None),))),
            "No graph yet: the run ended in an error.",
        ),
        (BASE._replace(running=True), "Running …"),
        (BASE._replace(text="y", live=False), "Press Run (F5)"),
        (BASE, "No graph: nothing here requires grad"),
        (BASE._replace(table=Picture(1, True, None, rows=(LEAF,))), "No graph: autograd recorded nothing here"),
        (BASE._replace(shown=DRAWN), ""),
    ],
)
def test_an_empty_graph_says_why(state: AppState, words: str) -> None:
    assert wording.empty_words(state) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BASE, ""),
        (BASE._replace(shown=DRAWN), ""),
        (BASE._replace(shown=DRAWN, table=Picture(1, True, None, hidden=9)), "Boxes shown: 1 · folded away: 9"),
        (BASE._replace(said="Wrote graph.svg"), ""),
        (BASE._replace(said="Wrote graph.svg", presenting=True, dimmed=True), "Wrote graph.svg"),
        (BASE._replace(dimmed=True), "Graph from before the edit"),
        (BASE._replace(dimmed=True, running=True), "Running … graph from before"),
        (
            BASE._replace(dimmed=True, picture=Picture(1, True, None, problems=(PROBLEM,))),
            "Last good graph · error on line 4",
        ),
        (
            BASE._replace(dimmed=True, picture=Picture(1, True, None, problems=(PROBLEM._replace(line=None),))),
            "Last good graph · the run failed",
        ),
        (
            BASE._replace(dimmed=True, picture=Picture(1, True, None, problems=(PROBLEM,)), shown=BROKEN),
            "Graph of the run before, up to its error · error on line 4",
        ),
        (
            BASE._replace(
                dimmed=True, picture=Picture(1, True, None, problems=(PROBLEM._replace(line=None),)), shown=BROKEN
            ),
            "Graph of the run before, up to its error · the run failed",
        ),
    ],
)
def test_a_dimmed_graph_says_why(state: AppState, words: str) -> None:
    assert wording.notice(state) == words


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        (Measuring(), "Not measured yet"),
        (Measuring(pressed=True), "Measuring …"),
        (Measuring(going=True, table=TABLE, of="y"), "Measuring …"),
        (Measuring(going=True, table=TABLE, of="x"), "Measuring … 9 runs"),
        (Measuring(table=TABLE, of="x"), "9 runs of each mode"),
        (Measuring(table=TABLE, of="y"), "From before the last edit"),
        (Measuring(source="x", table=TABLE, of="x", limit="time"), "Measuring reached its limit (time)"),
        (Measuring(source="y", table=TABLE, of="x", limit="time"), "9 runs of each mode"),
    ],
)
def test_how_far_measuring_has_come(costs: Measuring, words: str) -> None:
    assert wording.measuring(BASE._replace(measuring=costs)) == words


def test_facts() -> None:
    assert wording.counts(AppState()) == ""
    assert wording.counts(BASE._replace(shown=DRAWN, table=Picture(1, True, None))) == "boxes: 1 · edges: 0"
    folded = BASE._replace(shown=DRAWN, table=Picture(1, True, None, hidden=9))
    assert wording.counts(folded) == "boxes: 1 · edges: 0 · boxes folded away: 9"
    many = BASE._replace(shown=DRAWN, table=Picture(1, True, None, hidden=12345))
    assert wording.counts(many) == "boxes: 1 · edges: 0 · boxes folded away: 12,345"
    assert wording.folded(many) == "Boxes shown: 1 · folded away: 12,345"
    assert (wording.torch(AppState()), wording.wall(AppState())) == ("", "")
    assert (wording.torch(BASE), wording.wall(BASE)) == ("torch 2.13.0+cpu", "sandbox on")
    assert wording.wall(BASE._replace(engine=OPEN)) == "no sandbox"
    assert "macOS has none" in wording.wall_tip(BASE._replace(engine=OPEN))
    assert "operating system holds them" in wording.wall_tip(BASE)


def test_every_shortcut_is_on_the_sheet_and_unique() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    told = sheet(Keys(USUAL))
    assert all(key in told for key in keys)
    titles = [line for line in told.split("\n") if line and not line.startswith(" ")]
    assert titles == [
        *("File", "Edit", "View", "View ▸ Heat", "View ▸ Parts of the graph", "View ▸ Panels", "Run", "Help"),
        "In the graph",
        "At the slider of a number",
    ]
