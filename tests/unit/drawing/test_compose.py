import time
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from gradviz.drawing.compose import MARGIN, compose
from gradviz.drawing.content.content import DESCRIPTION, LABEL
from gradviz.drawing.draft import DEEPEST, draft
from gradviz.drawing.metrics import line_height, text_width
from gradviz.drawing.shapes import Drawing, Mark, Role, Text, TextRole
from gradviz.drawing.words import ENGLISH, JAPANESE, Words
from gradviz.layout.diagram import Direction
from gradviz.layout.geometry import Placement, Point, Rect, Route, Size
from gradviz.model.graph.graph import Edge, EdgeKind, Fold, Graph, Node, NodeKind
from gradviz.model.trace import BackwardCall, GradFn, Region, Saved, SavedState, Trace, Value
from tests.unit.drawing.samples import SAMPLES, drawn, every_kind, graphs, kept, node_of, op, scalar, square, tensor
from tests.unit.model.traces import known

DIRECTIONS: tuple[Direction, Direction] = ("TB", "LR")


def extent(text: Text) -> Rect:
    """Where a text stands, by the widths boxes are sized with."""
    width, height = text_width(text.text, text.role), line_height(text.role) * 0.8
    left = text.at.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * width
    return Rect(left, text.at.y - height * 0.8, width, height)


def filled(mark: Mark) -> Iterator[Rect]:
    """Where the filled outlines of a mark lie: a box, its signs, its note."""
    for path in mark.paths:
        if path.filled:
            xs, ys = path.coords[::2], path.coords[1::2]
            yield Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def within(inner: Rect, outer: Rect) -> bool:
    slack = outer.grown(0.01)
    return slack.contains(Point(inner.x, inner.y)) and slack.contains(Point(inner.right, inner.bottom))


def all_marks(drawing: Drawing) -> Iterator[Mark]:
    yield from (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend)


def check(drawing: Drawing) -> None:
    """What must hold of any drawing, by geometry alone."""
    marks = list(all_marks(drawing))
    assert len({mark.id for mark in marks}) == len(marks)
    whole = Rect(0, 0, *drawing.size)
    for mark in marks:
        for text in mark.texts:
            assert text_width(text.text, text.role) <= text.width + 0.01
            assert within(extent(text), whole)
        for path in mark.paths:
            for x, y in zip(path.coords[::2], path.coords[1::2], strict=True):
                assert whole.contains(Point(x, y))
    for mark in (*drawing.nodes, *drawing.titles):
        for text in mark.texts:
            assert within(extent(text), mark.rect)
    boxes = [mark.rect for mark in drawing.nodes] + [mark.badge for mark in drawing.edges if mark.badge]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    labels = [extent(text) for mark in drawing.edges for text in mark.texts]
    assert not any(a.overlaps(b) for a, b in combinations(labels, 2))
    painted = [rect for mark in drawing.nodes for rect in filled(mark)]
    assert not any(a.overlaps(b) for a in labels for b in painted)
    apart_in_a_mark(drawing)
    ends_touch(drawing)


def apart_in_a_mark(drawing: Drawing) -> None:
    for mark in drawing.nodes:
        assert not any(a.overlaps(b) for a, b in combinations(map(extent, mark.texts), 2))


def ends_touch(drawing: Drawing) -> None:
    """An edge begins at the box it names, or a badge of that for the same user, and ends at the box it names."""
    nodes = {mark.id: mark.rect for mark in drawing.nodes}
    badges = {mark.ends: mark.badge for mark in drawing.edges if mark.badge}
    for mark in drawing.edges:
        assert mark.ends is not None
        curve = mark.paths[0].coords
        start, end = Point(*curve[:2]), Point(*curve[-2:])
        tail, head = badges.get(mark.ends, nodes[mark.ends[0]]), nodes[mark.ends[1]]
        if mark.role is Role.GRADIENT_EDGE:
            start, end = end, start
        assert tail.grown(0.01).contains(start)
        assert head.grown(0.01).contains(end)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("words", [ENGLISH, JAPANESE], ids=["en", "ja"])
@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_drawn_without_overlap(name: str, values: bool, words: object, direction: Direction) -> None:
    graph, trace = SAMPLES[name]
    check(drawn(graph, trace, JAPANESE if words is JAPANESE else ENGLISH, values=values, direction=direction)[1])


@pytest.mark.parametrize("direction", DIRECTIONS)
@settings(max_examples=30)
@given(sample=graphs())
def test_any_graph_with_any_text_is_drawn_without_overlap(sample: tuple[Graph, Trace], direction: Direction) -> None:
    check(drawn(*sample, direction=direction)[1])


def test_the_same_graph_is_drawn_the_same_way() -> None:
    assert drawn(*every_kind(), legend=True)[1] == drawn(*every_kind(), legend=True)[1]


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE])
def test_an_empty_graph_is_a_card_that_says_why(words: Words) -> None:
    graph, trace = SAMPLES["empty"]
    kept = trace._replace(tensors=square()[1].tensors)
    for view, record, told in (
        (graph, trace, words.no_tensors),
        (graph._replace(view="backward"), kept, words.no_grad_fns),
        (graph, kept, words.nothing),
    ):
        _, drawing = drawn(view, record, words, legend=True)
        (card,) = all_marks(drawing)
        assert [text.text for text in card.texts] == [told] == [drawing.description]
        assert within(extent(card.texts[0]), card.rect)
        assert within(card.rect, Rect(0, 0, *drawing.size))


def test_what_is_said_of_anything_is_no_more_than_is_read() -> None:
    long = Value((4, 2), tuple(["n" * 5000] * 8))
    names = tuple("\u0301" * 5000 for _ in range(9))
    x = tensor(0, *names, value=long, grad=long)
    call = BackwardCall(0, 0, 1, "b" * 5000, (0,), (0,), False, False)
    named = op(0, "aten::" + "o" * 5000, "c" * 5000, 0)
    grad_fn = GradFn(0, 0, "G" * 5000, (), None, 1, (kept("s" * 5000, 0),))
    nodes = (
        node_of(x, roots=(call,), region=0),
        Node("o0", NodeKind.OP, op=named, grad_fn=grad_fn),
        Node("f0", NodeKind.FOLD, fold=Fold(9, (named,) * 9, ("G" * 5000,) * 9, 1, None)),
    )
    edges = (Edge("e0", EdgeKind.DATA, "t0", "o0", 0, 0, long), Edge("e1", EdgeKind.DATA, "o0", "f0", 0, 0, long))
    around = (Region(0, None, "no_grad", 1, "with " * 5000),)
    _, drawing = drawn(Graph("both", nodes, edges, around), Trace("", "", "grad", "", (x,)))
    for mark in all_marks(drawing):
        assert len(mark.title) <= LABEL
        assert len(mark.description) <= DESCRIPTION
        assert all(len(text.text) <= LABEL for text in mark.texts)


def test_a_bar_stands_only_where_something_was_cut() -> None:
    """Not before an op that had nothing to record, though its operand requires grad by now."""
    x, y = tensor(0, "x"), tensor(1, "y")
    idle = op(0, "aten::mul", None, 0, why="no input requires grad")
    cut = op(1, "aten::detach", None, 1, why="detach")
    made = op(2, "aten::exp", None, 1)
    nodes = (
        node_of(x),
        node_of(y),
        Node("o0", NodeKind.OP, op=idle),
        Node("o1", NodeKind.OP, op=cut),
        Node("o2", NodeKind.OP, op=made, grad_fn=GradFn(2, 0, "ExpBackward0", (), None, 1, ())),
        Node("f0", NodeKind.FOLD, fold=Fold(5, (idle,), (), 0, None)),
        Node("f1", NodeKind.FOLD, fold=Fold(5, (idle, cut), (), 0, None)),
        Node("f2", NodeKind.FOLD, fold=Fold(5, (made,), ("ExpBackward0",), 0, None)),
        Node("f3", NodeKind.FOLD, fold=Fold(1, (), (), 0, None, parts=(node_of(x), node_of(y)))),
    )
    ends = [("t0", "o0"), ("t1", "o1"), ("o2", "o1"), ("o0", "o1"), ("t0", "f0"), ("t0", "f1"), ("f2", "f1")]
    ends += [("f3", "o1"), ("f3", "o0")]
    edges = tuple(Edge(f"{a}-{b}", EdgeKind.UNRECORDED, a, b, k, 0) for k, (a, b) in enumerate(ends))
    sized, _ = drawn(Graph("both", nodes, edges, ()), Trace("", "", "grad", "", (x, y), (), (idle, cut, made)))
    assert sized.stopped == {"t1-o1", "o2-o1", "t0-f1", "f2-f1", "f3-o1"}


def test_regions_nested_deeper_than_anybody_reads_share_a_frame() -> None:
    around = tuple(Region(k, k - 1 if k else None, "no_grad", 1, "with") for k in range(2 * DEEPEST))
    nodes = tuple(Node(f"o{k}", NodeKind.OP, op=op(k, "aten::mul", None), region=k) for k in range(2 * DEEPEST))
    sized, drawing = drawn(Graph("both", nodes, (), around), Trace("", "", "grad", ""))
    assert len(drawing.frames) == len(sized.diagram.frames) == DEEPEST
    assert {cell.frame for cell in sized.diagram.cells[DEEPEST - 1 :]} == {f"region-{DEEPEST - 1}"}


def test_two_edges_from_one_tensor_to_one_op_run_parallel() -> None:
    _, drawing = drawn(*square())
    first, second = (mark.paths[0].coords for mark in drawing.edges[:2])
    gaps = {round(b - a, 6) for a, b in zip(first[::2], second[::2], strict=True)}
    assert len(gaps) == 1
    assert gaps.pop() > 20


def test_gradients_stand_at_the_inputs_they_enter() -> None:
    _, drawing = drawn(*square())
    left, right, result = drawing.edges[:3]
    assert [text.text for mark in (left, right, result) for text in mark.texts] == ["2.0", "2.0", "1.0"]
    assert left.texts[0].at.x < left.paths[0].coords[-2] < right.paths[0].coords[-2] < right.texts[0].at.x
    assert "gradient 2.0" in left.description
    assert left.title == "x → mul · x * x"


def test_the_shape_of_a_gradient_of_images_is_read_whole() -> None:
    graph, trace = square()
    many = Value((16, 512, 128, 128), None, -0.0123, 0.0123, 0.0, 0.1)
    edges = tuple(edge._replace(gradient=many) for edge in graph.edges)
    _, drawing = drawn(graph._replace(edges=edges), trace)
    assert {text.text for mark in drawing.edges for text in mark.texts} == {"(16, 512, 128, 128)"}


def test_in_the_view_backward_arrows_point_against_the_data() -> None:
    _, drawing = drawn(*square("backward"))
    nodes = {mark.id: mark for mark in drawing.nodes}
    assert nodes["g1"].rect.bottom < nodes["g0"].rect.y
    for mark in drawing.edges:
        assert mark.paths[0].coords[-1] == pytest.approx(nodes["g1"].rect.bottom)
        assert mark.title == "MulBackward0 → x"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_an_arrow_that_leads_to_a_fold_ends_where_the_boxes_behind_it_do(direction: Direction) -> None:
    folds = tuple(Node(f"f{n}", NodeKind.FOLD, fold=Fold(9, (), ("AddBackward0",), 0, None)) for n in range(2))
    edge = Edge("e", EdgeKind.GRADIENT, "f0", "f1", 0, 0)
    _, drawing = drawn(Graph("backward", folds, (edge,), ()), Trace("", "", "grad", ""), direction=direction)
    boxes = list(filled(drawing.nodes[0]))
    assert len(boxes) == 3
    across, down = drawing.edges[0].paths[0].coords[-2:]
    if direction == "TB":
        assert down == pytest.approx(max(box.bottom for box in boxes))
    else:
        assert across == pytest.approx(max(box.right for box in boxes))


def test_an_edge_that_no_gradient_passes_has_a_bar_across() -> None:
    _, drawing = drawn(*square())
    barred = [mark.id for mark in drawing.edges if any(path.role is Role.STOP for path in mark.paths)]
    assert barred == ["t1-o1.0"]
    assert "no gradient passes here" in next(mark for mark in drawing.edges if mark.id in barred).description


def test_a_region_is_framed_and_named_above_the_edges_that_enter_it() -> None:
    _, drawing = drawn(*square())
    (frame,), (title,) = drawing.frames, drawing.titles
    assert frame.title == "with torch.no_grad(): · line 4"
    assert [text.text for text in title.texts] == [frame.title]
    assert within(title.rect, frame.rect)
    inside = {mark.id for mark in drawing.nodes if within(mark.rect, frame.rect)}
    assert inside == {"o1", "t2"}


def test_a_frame_that_the_layout_leaves_out_is_not_drawn() -> None:
    graph, trace = square()
    sized = draft(graph._replace(nodes=graph.nodes[:1], edges=()), known(trace))
    cell = sized.diagram.cells[0]
    drawing = compose(sized, Placement({cell.id: Rect(0, 0, *cell.size)}, {}, {}, cell.size))
    assert drawing.frames == drawing.titles == ()
    assert drawing.size == Size(cell.size.width + 2 * MARGIN, cell.size.height + 2 * MARGIN)


def test_marks_know_their_records() -> None:
    marks = {mark.id: mark for mark in drawn(*square())[1].nodes}
    assert (marks["t0"].tensor, marks["t0"].line) == (0, 1)
    assert (marks["o0"].op, marks["o0"].grad_fn, marks["o0"].tensor) == (0, 0, None)
    sink = drawn(*square("backward"))[1].nodes[0]
    assert (sink.grad_fn, sink.tensor) == (1, 0)


def test_a_picture_says_what_it_holds() -> None:
    _, drawing = drawn(*every_kind())
    assert drawing.title == "Autograd graph"
    assert drawing.description == "Tensors: 8. Ops: 6, of which autograd did not record 3. Boxes folded away: 12."
    assert drawn(*square("backward"))[1].description == "grad_fns: 2."


def test_the_sign_of_an_error_is_no_bar_in_the_legend() -> None:
    wrong = node_of(tensor(0, "x"), in_error=True)
    _, drawing = drawn(Graph("both", (wrong,), (), ()), Trace("", "", "grad", "", (tensor(0, "x"),)), legend=True)
    assert {mark.role for mark in drawing.legend[1:]} == {Role.ERROR}


def test_the_legend_lists_the_kinds_that_are_shown_and_no_others() -> None:
    _, drawing = drawn(*square(), legend=True)
    listed = {mark.role for mark in drawing.legend[1:]}
    shown = {path.role for mark in (*drawing.frames, *drawing.edges, *drawing.nodes) for path in mark.paths}
    assert listed == shown & set(ENGLISH.kinds)
    panel = drawing.legend[0].rect
    assert all(within(mark.rect, panel) for mark in drawing.legend)
    assert panel.y >= max(mark.rect.bottom for mark in drawing.nodes)
    assert not any(a.rect.overlaps(b.rect) for a, b in combinations(drawing.legend[1:], 2))


def test_a_legend_may_have_one_entry() -> None:
    graph, trace = square("forward")
    _, drawing = drawn(graph._replace(nodes=graph.nodes[:1], edges=(), regions=()), trace, legend=True)
    assert [mark.title for mark in drawing.legend] == ["", "input"]


def test_an_op_of_very_many_operands_stays_narrow_and_drops_labels_that_do_not_fit() -> None:
    leaves = [tensor(k, f"x{k}", value=scalar(1.0)) for k in range(60)]
    stack = op(0, "aten::stack", "torch.stack(xs)", *range(60))
    made = Node("o", NodeKind.OP, op=stack, grad_fn=GradFn(0, 0, "StackBackward0", (), None, 1, ()))
    edges = tuple(Edge(f"e{k}", EdgeKind.DATA, f"t{k}", "o", k, 0, scalar(1.0)) for k in range(60))
    graph = Graph("both", (*map(node_of, leaves), made), edges, ())
    sized, drawing = drawn(graph, Trace("", "", "grad", "", tuple(leaves), (), (stack,)))
    ports = sized.boxes["o"].inputs
    assert all(a < b for a, b in pairwise(ports))
    assert sized.boxes["o"].size.width < 640
    assert not any(mark.texts for mark in drawing.edges)
    assert all("gradient 1.0" in mark.description for mark in drawing.edges)


@pytest.mark.slow
def test_two_thousand_nodes_are_composed_at_once() -> None:
    tensors = [tensor(k, f"x{k}", is_leaf=k == 0, value=scalar(float(k)), made_by=k - 1) for k in range(1000)]
    ops = [op(k, "aten::mul.Tensor", f"x{k} * {k}", k) for k in range(1000)]
    nodes: list[Node] = []
    edges: list[Edge] = []
    for k in range(1000):
        made = GradFn(k, 0, "MulBackward0", (), None, k, ())
        nodes += [node_of(tensors[k]), Node(f"o{k}", NodeKind.OP, op=ops[k], grad_fn=made)]
        edges.append(Edge(f"a{k}", EdgeKind.DATA, f"t{k}", f"o{k}", 0, 0, scalar(1.0)))
        if k:
            edges.append(Edge(f"b{k}", EdgeKind.DATA, f"o{k - 1}", f"t{k}", 0, 0, scalar(1.0)))
    graph = Graph("both", tuple(nodes), tuple(edges), ())
    trace = Trace("", "", "grad", "", tuple(tensors), (), tuple(ops))
    begun = time.process_time()
    sized = draft(graph, known(trace))
    corners = {cell.id: Rect(0, 100.0 * k, *cell.size) for k, cell in enumerate(sized.diagram.cells)}
    routes = {}
    for link in sized.diagram.links:
        ends = corners[link.tail].center, corners[link.head].center
        routes[link.id] = Route((*ends[0], *ends[0], *ends[1], *ends[1]))
    drawing = compose(sized, Placement(corners, {}, routes, Size(400, 200_000)))
    assert len(drawing.nodes) == 2000
    # Far more than it takes on a quiet machine (about 0.1 s), far less than anything that grows faster than linear.
    assert time.process_time() - begun < 2.0


def test_texts_of_a_box_use_the_roles_of_what_they_say() -> None:
    nodes = {mark.id: mark for mark in drawn(*square())[1].nodes}
    assert [(text.text, text.role) for text in nodes["t0"].texts] == [
        ("x", TextRole.TITLE),
        ("2.0 · float32 · ()", TextRole.BODY),
        (".grad 4.0 = 2.0 + 2.0", TextRole.GRAD),
    ]
    assert [(text.text, text.role) for text in nodes["o0"].texts] == [
        ("mul · x * x", TextRole.OP),
        ("MulBackward0", TextRole.GRAD_FN),
        ("saved self, other", TextRole.SAVED),
        ("x · 4 B · kept", TextRole.SAVED),
    ]
    assert [text.text for text in nodes["t1"].texts][2:] == [".grad None — not a leaf", "y.backward() · line 6"]
    assert [text.text for text in nodes["o1"].texts] == ["add · y + 1", "not recorded: no_grad"]


def with_states(*states: SavedState) -> tuple[Graph, Trace]:
    """An op that saved its operands, of which this became."""
    graph, trace = square()
    saved = tuple(Saved(f"s{k}", None, 4, 0, state, None, ()) for k, state in enumerate(states))
    nodes = (n._replace(grad_fn=n.grad_fn and n.grad_fn._replace(saved=saved)) for n in graph.nodes)
    return graph._replace(nodes=tuple(nodes)), trace


@pytest.mark.parametrize(
    ("states", "hollow"),
    [
        (("kept",), False),
        (("freed",), True),
        (("freed", "freed"), True),
        (("freed", "kept"), False),
        (("packed",), False),
    ],
)
def test_the_note_of_what_is_all_freed_is_hollow(states: tuple[SavedState, ...], *, hollow: bool) -> None:
    drawing = drawn(*with_states(*states), legend=True)[1]
    roles = {path.role for mark in drawing.nodes for path in mark.paths}
    assert (Role.FREED in roles) == hollow
    assert roles & {Role.SAVED, Role.SAVED_CORNER} == (set() if hollow else {Role.SAVED, Role.SAVED_CORNER})
    explained = {mark.id: mark for mark in drawing.legend}
    assert ("legend-freed" in explained) == hollow
    assert ("legend-saved" in explained) != hollow
    icon = explained["legend-freed" if hollow else "legend-saved"]
    corner = Role.FREED if hollow else Role.SAVED_CORNER
    assert [path.role for path in icon.paths] == [icon.role, corner]
