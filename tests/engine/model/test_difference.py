"""What differs between two real runs: of each box it is known whether it is in both, and why what is missing is."""

import pytest

from gradviz.drawing.shapes import Role
from gradviz.layout.geometry import Point
from gradviz.model.compare.alike import lines_alike
from gradviz.model.compare.difference import Fact, difference, is_switch
from gradviz.model.compare.merge import merged
from gradviz.model.graph.build import build
from gradviz.model.graph.folds.fold import fold
from gradviz.model.graph.graph import Graph, View
from gradviz.model.trace import GradMode, Trace
from gradviz.model.why.why import Why
from gradviz.model.wire import Request
from gradviz.picture.picture import Language, Options
from gradviz.picture.record.record import Record
from gradviz.picture.together.together import compared, since
from gradviz.runs import Engine
from tests.unit.model.traces import known

MODES: tuple[GradMode, ...] = ("grad", "no_grad", "inference")
VIEWS: tuple[View, ...] = ("both", "forward", "backward")
SQUARE = "import torch\nx = torch.tensor(3., requires_grad=True)\ny = x * x\ny.backward()\n"
REGION = """import torch
x = torch.tensor(3., requires_grad=True)
y = torch.tensor(4., requires_grad=True)
with torch.no_grad():
    a = x * y
z = x * y + a
"""
TRAINING = """import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
x, t = torch.randn(16, 4), torch.randn(16, 1)
loss = nn.functional.mse_loss(model(x), t)
loss.backward()
opt.step()
"""
LOOP = """import torch
x = torch.ones(2, requires_grad=True)
y = x
for _ in range(40):
    y = y * 2
y.sum().backward()
"""
PROGRAMS = {"square": SQUARE, "region": REGION, "training": TRAINING, "loop": LOOP}
Runs = dict[str, dict[GradMode, Trace]]


@pytest.fixture(scope="module")
def runs() -> Runs:
    with Engine() as engine:
        return {
            name: {mode: engine.trace(Request(source, mode)) for mode in MODES} for name, source in PROGRAMS.items()
        }


def traced(source: str) -> Trace:
    with Engine() as engine:
        return engine.trace(Request(source))


def turned(facts: tuple[Fact, ...]) -> list[Fact]:
    return sorted((fact._replace(gained=not fact.gained) for fact in facts), key=repr)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("mode", MODES)
def test_what_is_lost_one_way_is_gained_the_other_and_a_run_differs_from_itself_in_nothing(
    runs: Runs, name: str, mode: GradMode
) -> None:
    one, other = runs[name]["grad"], runs[name][mode]
    assert difference(known(other), known(other)) == ()
    assert sorted(difference(known(one), known(other)), key=repr) == turned(difference(known(other), known(one)))
    assert bool(difference(known(one), known(other))) == (mode != "grad")


def ids(graph: Graph, *, there: bool) -> set[str]:
    return {node.id for node in graph.nodes if node.ghost is not there}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_box_of_every_run_is_in_the_whole_once(runs: Runs, name: str, view: View) -> None:
    graphs = [fold(build(runs[name][mode], view)) for mode in MODES]
    parts = merged(graphs, [None] * len(graphs))
    for graph, part in zip(graphs, parts, strict=True):
        assert [node.id for node in part.nodes] == [node.id for node in parts[0].nodes]
        assert [edge.id for edge in part.edges] == [edge.id for edge in parts[0].edges]
        assert len({node.id for node in part.nodes}) == len(part.nodes)
        assert len({edge.id for edge in part.edges}) == len(part.edges)
        assert len(ids(part, there=True)) == len(graph.nodes)
        assert sum(not edge.ghost for edge in part.edges) == len(graph.edges)
    assert {node.id for node in graphs[0].nodes} == ids(parts[0], there=True)
    assert set.union(*(ids(part, there=True) for part in parts)) == {node.id for node in parts[0].nodes}


def test_the_reasons_are_those_of_the_run_that_lacks_something(runs: Runs) -> None:
    facts = {fact.what: fact for fact in difference(known(runs["square"]["grad"]), known(runs["square"]["no_grad"]))}
    assert facts["grad_fn"] == Fact("grad_fn", False, 2, ("MulBackward0", "AccumulateGrad"), False, "no_grad")
    assert facts["grad"].reason == Why("cut off", 3)
    assert facts["requires_grad"].reason == Why("no_grad")
    assert facts["error"] == Fact("error", True, 1, ("RuntimeError",), False, None)
    assert "op" not in facts
    facts = {
        fact.what: fact for fact in difference(known(runs["training"]["grad"]), known(runs["training"]["inference"]))
    }
    assert (facts["op"].number, facts["op"].reason) == (4, "ended")
    assert facts["grad_fn"].more


def test_a_flag_that_is_switched_changes_what_hangs_on_it_alone() -> None:
    source = "import torch\nx = torch.ones(2, requires_grad=True)\nw = torch.ones(2{})\ny = x * x\nz = w * 3\n"
    off, on = traced(source.format("")), traced(source.format(", requires_grad=True"))
    assert is_switch(off, on)
    lost = {fact.reason: fact.names for fact in difference(known(on), known(off)) if fact.what == "requires_grad"}
    assert lost == {Why("flag off"): ("w",), Why("untracked"): ("z",)}
    assert {fact.reason: fact.names for fact in difference(known(on), known(off)) if fact.what == "grad_fn"} == {
        "no input requires grad": ("MulBackward0",),
        Why("flag off"): ("AccumulateGrad",),
    }
    assert all(fact.gained is False for fact in difference(known(on), known(off)))


def test_an_edit_keeps_what_it_does_not_touch() -> None:
    before = "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\nz = y + 1\n"
    after = before.replace("z = y + 1\n", "w = y - 1\nz = y + 1\n")
    one, other = traced(before), traced(after)
    assert not is_switch(one, other)
    assert [(fact.what, fact.gained, fact.names) for fact in difference(known(one), known(other))] == [
        ("grad_fn", True, ("SubBackward0",)),
        ("op", True, ("y - 1",)),
        ("tensor", True, ("w",)),
    ]
    found = since(Record(other), Record(one), Options())
    assert found is not None
    assert found.shown is not None
    drawn = {mark.id for mark in found.shown.drawing.nodes}
    ghosts = [mark.title for mark in found.changes.nodes if mark.id not in drawn]
    assert sorted(ghosts) == ["sub · y - 1", "w"]
    assert since(Record(one), Record(one), Options()) is None
    assert since(Record(traced("import torch\nq = torch.zeros(3).exp().sum()\n")), Record(one), Options()) is None


def places(name: str, traces: dict[GradMode, Trace], view: View) -> dict[GradMode, dict[str, Point]]:
    drawing = compared(1, traces, "grad", Options(view=view)).drawing
    assert drawing is not None
    corners = {frame.title: frame.rect for frame in drawing.frames if frame.id.startswith("column-")}
    found: dict[GradMode, dict[str, Point]] = {}
    for mode, heading in zip(MODES, ("grad", "no_grad", "inference_mode"), strict=True):
        corner = corners[heading]
        found[mode] = {
            mark.id.removesuffix(f"@{mode}"): Point(round(mark.rect.x - corner.x, 3), round(mark.rect.y - corner.y, 3))
            for mark in drawing.nodes
            if corner.contains(mark.rect.center)
        }
    return found


@pytest.mark.parametrize("name", ["square", "region", "loop"])
def test_the_same_box_is_in_the_same_place_in_every_column(runs: Runs, name: str) -> None:
    found = places(name, runs[name], "backward")
    assert found["grad"].keys() == found["no_grad"].keys() == found["inference"].keys()
    assert found["grad"] == found["no_grad"] == found["inference"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_mode_that_raises_says_so_in_its_column_and_leaves_the_others(runs: Runs, language: Language) -> None:
    made = compared(1, runs["square"], "grad", Options(language=language))
    assert made.drawing is not None
    headings = [[text.text for text in mark.texts] for mark in made.drawing.titles if mark.id.startswith("heading")]
    assert [heading[0] for heading in headings] == ["grad", "no_grad", "inference_mode"]
    assert len(headings[0]) == 1
    assert headings[1][1].startswith("RuntimeError: element 0")
    by_name = {side.name: side.cells for side in made.sides}
    assert made.errors[0] == ""
    assert made.errors[1].startswith("RuntimeError: element 0 of tensors does not require grad and")
    assert by_name["grad_fns · edges" if language == "en" else "grad_fn · 辺"] == ("2 · 2", "0 · 0", "0 · 0")


@pytest.mark.parametrize(
    ("beside", "told"),
    [(("grad", "inference"), ("grad", "inference_mode")), (("no_grad", "inference"), ("no_grad", "inference_mode"))],
)
def test_two_modes_stand_side_by_side_and_the_first_lacks_nothing(
    runs: Runs, beside: tuple[GradMode, ...], told: tuple[str, ...]
) -> None:
    made = compared(1, runs["loop"], "grad", Options(beside=beside))
    assert made.drawing is not None
    assert made.modes == told
    assert {len(side.cells) for side in made.sides} == {2}
    assert len(made.errors) == 2
    columns = {mark.id.rpartition("@")[2] for mark in made.drawing.nodes}
    assert [one for one in MODES if one in columns] == [one for one in beside if one != "grad"]
    first, second = (frame.rect for frame in made.drawing.frames if frame.id.startswith("column-"))
    ghosts = [mark for mark in made.drawing.nodes if mark.role is Role.GHOST]
    assert all(second.contains(mark.rect.center) for mark in ghosts)
    assert not any(first.contains(mark.rect.center) for mark in ghosts)


def test_lines_are_alike_both_ways() -> None:
    before, after = "a\nb\nc\nd\n", "a\nc\nb2\nnew\nd\n"
    there, back = lines_alike(before, after), lines_alike(after, before)
    assert there == {1: 1, 2: 3, 3: 2, 5: 4, 6: 5}
    assert back == {line: number for number, line in there.items()}
