import json
import subprocess
from typing import TypedDict

import pytest

from gradviz.drawing.draft import DEEPEST
from gradviz.drawing.theme import THEMES, Theme
from gradviz.drawing.words import ENGLISH, JAPANESE, Words
from gradviz.export.dot import dot
from gradviz.layout.graphviz import program
from gradviz.model.graph.graph import Graph
from gradviz.model.trace import Region, Trace
from tests.unit.drawing.samples import SAMPLES, every_kind, node_of, square, tensor
from tests.unit.model.traces import known


class _Object(TypedDict, total=False):
    name: str
    label: str
    shape: str
    nodes: list[int]
    style: str


class _Edge(TypedDict, total=False):
    tail: int
    head: int
    dir: str
    label: str


class _Read(TypedDict, total=False):
    objects: list[_Object]
    edges: list[_Edge]


def read(text: str) -> _Read:
    """What dot understood of a text; it must not have complained of the grammar."""
    done = subprocess.run(
        [str(program()), "-Tdot_json"], input=text.encode(), capture_output=True, timeout=60, check=True
    )
    assert b"rror" not in done.stderr
    answer: _Read = json.loads(done.stdout)
    return answer


def dotted(graph: Graph, trace: Trace, words: Words = ENGLISH, *, values: bool = True) -> str:
    return dot(graph, known(trace), THEMES["light"], words, values=values)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("name", SAMPLES)
def test_dot_reads_every_sample_as_it_is(name: str, theme: Theme) -> None:
    graph, trace = SAMPLES[name]
    plot = read(dot(graph, known(trace), theme, direction="LR"))
    objects = plot.get("objects", [])
    names = {one["name"] for one in objects if "nodes" not in one}
    assert {node.id for node in graph.nodes} <= names
    assert all(other.endswith("/saved") for other in names - {node.id for node in graph.nodes})
    assert {one["name"] for one in objects if "nodes" in one} == {f"cluster_region-{r.id}" for r in graph.regions}
    ends = [
        (objects[edge["tail"]]["name"], objects[edge["head"]]["name"])
        for edge in plot.get("edges", [])
        if edge.get("dir") != "none"
    ]
    assert sorted(ends) == sorted((edge.tail, edge.head) for edge in graph.edges)


def test_nodes_of_a_region_are_in_its_cluster() -> None:
    graph, trace = every_kind()
    objects = read(dot(graph, known(trace), THEMES["light"]))["objects"]
    inside = {
        one["name"]: {objects[k]["name"] for k in one["nodes"]} - {"o4/saved"} for one in objects if "nodes" in one
    }
    assert inside == {
        "cluster_region-0": {"o3", "t5"},
        "cluster_region-1": {"o2", "t4", "o4", "t6"},
        "cluster_region-2": {"o4", "t6"},
    }


def test_gradients_are_written_and_flow_back_in_the_view_backward() -> None:
    both = read(dotted(*square()))["edges"]
    assert [edge["label"] for edge in both if edge.get("label")] == ["∂ 2.0", "∂ 2.0", "∂ 1.0"]
    bare = read(dotted(*square(), values=False))["edges"]
    assert not any(edge.get("label") for edge in bare)
    backward = read(dotted(*square("backward")))["edges"]
    assert [edge["dir"] for edge in backward if edge["dir"] != "none"] == ["back", "back"]


def test_words_and_shapes_tell_kinds_apart() -> None:
    objects = {one["name"]: one for one in read(dotted(*square(), JAPANESE))["objects"]}
    assert objects["t0"]["label"].startswith("Σ  x")
    assert "記録なし: no_grad" in objects["o1"]["label"]
    assert objects["o1"]["style"] == "filled,dashed"
    shapes = {one["name"]: one.get("shape") for one in read(dotted(*every_kind()))["objects"]}
    assert (shapes["o0"], shapes["t5"], shapes["o0/saved"]) == ("ellipse", "octagon", "note")


@pytest.mark.parametrize(
    "name",
    [
        "<b>bold</b>",
        'a "quoted" name',
        "back\\nslash\\",
        "<>",
        "{x|y}",
        "重み",
        "a:b:c",
        "\\N",
    ],
)
def test_any_name_is_text(name: str) -> None:
    one = tensor(0, name)
    graph = Graph("both", (node_of(one),), (), ())
    text = dot(graph, known(Trace("", "", "grad", "", (one,))), THEMES["light"])
    done = subprocess.run([str(program()), "-Tplain"], input=text.encode(), capture_output=True, timeout=60, check=True)
    assert b"rror" not in done.stderr
    drawn = subprocess.run([str(program()), "-Tsvg"], input=text.encode(), capture_output=True, timeout=60, check=True)
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert f">{escaped}</text>" in drawn.stdout.decode().replace("&#45;", "-")


@pytest.mark.parametrize("name", ["長い名前" * 5000, "w" * 50_000, '"' * 20_000, "\\" * 20_001])
def test_a_name_longer_than_anybody_reads_is_cut(name: str) -> None:
    one = tensor(0, name)
    graph = Graph("both", (node_of(one),), (), ())
    (node,) = read(dotted(graph, Trace("", "", "grad", "", (one,))))["objects"]
    first = node["label"].split("\\n")[0]
    assert len(first) < 1000
    assert "…" in first


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE])
def test_an_empty_graph_says_that_there_is_nothing(words: Words) -> None:
    graph, trace = SAMPLES["empty"]
    plot = dot(graph, known(trace), THEMES["light"], words)
    assert words.no_tensors in plot
    assert read(plot)


def test_regions_nested_deeper_than_anybody_reads_share_a_cluster() -> None:
    around = tuple(Region(k, k - 1 if k else None, "no_grad", 1, "with") for k in range(2 * DEEPEST))
    node = node_of(tensor(0, "x"), region=2 * DEEPEST - 1)
    plot = read(dotted(Graph("both", (node,), (), around), Trace("", "", "grad", "", (tensor(0, "x"),))))
    assert sum("nodes" in one for one in plot["objects"]) == DEEPEST
