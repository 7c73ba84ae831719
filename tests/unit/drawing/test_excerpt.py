"""Parts of drawings, over random graphs: nothing added, nothing lost that is wanted, nothing of another shape."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.columns import Column, columns
from gradviz.drawing.compose import nothing
from gradviz.drawing.excerpt import MARGIN, explained, explained_alike, only, seen
from gradviz.drawing.shapes import HEATS, Drawing, Mark, Role
from gradviz.drawing.words import ENGLISH, JAPANESE
from gradviz.layout.geometry import Rect
from gradviz.model.graph.graph import Graph
from gradviz.model.trace import Trace
from tests.unit.drawing.samples import SAMPLES, drawn, every_kind, graphs, square

places = st.builds(Rect, *(st.integers(-200, 900),) * 2, *(st.integers(1, 900),) * 2)
EVERY = drawn(*every_kind())[1]


def marks(drawing: Drawing) -> tuple[Mark, ...]:
    return (*drawing.frames, *drawing.edges, *drawing.titles, *drawing.nodes, *drawing.legend)


def rounded(mark: Mark) -> object:
    """A mark but for the noise of adding and taking away the same number."""
    return (
        mark.id,
        mark.role,
        [round(number, 6) for number in mark.rect],
        [(path.ops, path.role, [round(number, 6) for number in path.coords]) for path in mark.paths],
        [(text.text, text.role, round(text.at.x, 6), round(text.at.y, 6), text.width) for text in mark.texts],
    )


@given(graphs(), places)
def test_what_is_seen_is_what_touches_the_place_where_it_was(graph: tuple[Graph, Trace], place: Rect) -> None:
    whole = drawn(*graph, legend=True)[1]
    part = seen(whole, place)
    left, top = max(place.x, 0.0), max(place.y, 0.0)
    before = {mark.id: rounded(mark) for mark in marks(whole)}
    for mark in marks(part):
        assert rounded(mark.moved(left, top)) == before[mark.id]
    inside = Rect(left, top, *part.size)
    wanted = {mark.id for mark in marks(whole) if mark.rect.overlaps(inside)}
    there = {mark.id for mark in marks(part)}
    if part.size.width and part.size.height:
        assert wanted <= there
    assert part.size.width <= min(place.width, whole.size.width) + 1e-6
    assert part.size.height <= min(place.height, whole.size.height) + 1e-6


@given(graphs())
def test_all_that_is_seen_is_the_whole(graph: tuple[Graph, Trace]) -> None:
    whole = drawn(*graph, legend=True)[1]
    part = seen(whole, Rect(-10, -10, whole.size.width + 20, whole.size.height + 20))
    assert part == whole


@given(graphs(), st.randoms(use_true_random=False))
def test_a_choice_keeps_its_nodes_and_what_joins_them(graph: tuple[Graph, Trace], chance: Random) -> None:
    whole = drawn(*graph, legend=True)[1]
    names = frozenset(mark.id for mark in whole.nodes if chance.random() < 0.5)
    part = only(whole, names)
    assert [mark.id for mark in part.nodes] == [mark.id for mark in whole.nodes if mark.id in names]
    assert {mark.id for mark in part.edges} == {
        mark.id for mark in whole.edges if mark.ends is not None and names.issuperset(mark.ends)
    }
    assert not part.legend
    for mark in marks(part):
        assert mark.rect.x >= MARGIN - 1e-6
        assert mark.rect.y >= MARGIN - 1e-6
        assert mark.rect.right <= part.size.width - MARGIN + 1e-6
        assert mark.rect.bottom <= part.size.height - MARGIN + 1e-6
    places = {mark.id: mark.rect for mark in whole.nodes}
    moves = [(mark.rect.x - places[mark.id].x, mark.rect.y - places[mark.id].y) for mark in part.nodes]
    assert all(abs(dx - moves[0][0]) + abs(dy - moves[0][1]) < 1e-6 for dx, dy in moves)  # all alike


def test_an_edge_may_be_chosen_alone() -> None:
    whole = drawn(*square())[1]
    part = only(whole, frozenset((whole.edges[0].id,)))
    assert [mark.id for mark in part.edges] == [whole.edges[0].id]
    assert not part.nodes


def test_a_node_brings_the_frames_it_is_in_with_their_names() -> None:
    framed = {"t4": {"r1"}, "t6": {"r1", "r2"}, "t5": {"r0"}, "t0": set()}
    ids = {mark.id for mark in EVERY.frames}
    assert len(ids) == 3
    for node, count in ((name, len(of)) for name, of in framed.items()):
        part = only(EVERY, frozenset((node,)))
        assert len(part.frames) == count
        assert [mark.id for mark in part.titles] == [f"{mark.id}-title" for mark in part.frames]


def test_a_column_keeps_its_heading() -> None:
    drawing = drawn(*square())[1]
    both = columns([Column(name, name, "", False, drawing) for name in ("grad", "no_grad")], ENGLISH)
    part = only(both, frozenset((f"{drawing.nodes[0].id}@no_grad",)))
    assert [mark.title for mark in part.frames if mark.role is Role.COLUMN] == ["no_grad"]
    assert "heading-no_grad" in {mark.id for mark in part.titles}
    assert "heading-grad" not in {mark.id for mark in part.titles}
    told = explained(columns([Column("a", "a", "", False, drawn(*square())[1])], ENGLISH), ENGLISH)
    assert told == explained(told, ENGLISH)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "empty"])
def test_a_legend_is_put_on_and_off_as_if_it_had_been_composed(name: str) -> None:
    bare, told = drawn(*SAMPLES[name])[1], drawn(*SAMPLES[name], legend=True)[1]
    assert explained(bare, None) == bare
    assert explained(bare, ENGLISH) == told
    assert explained(told, ENGLISH) == told
    off = explained(told, None)
    assert off._replace(size=bare.size) == bare
    assert off.size.height == bare.size.height
    assert off.size.width == pytest.approx(bare.size.width, abs=1)


def test_a_legend_explains_what_is_shown_and_no_more() -> None:
    told = explained(only(EVERY, frozenset(("t0",))), JAPANESE)
    assert {mark.role for mark in told.legend[1:]} == {Role.LEAF, Role.ACCUMULATE}
    nobody = only(EVERY, frozenset())
    assert explained(nobody, ENGLISH) == nobody
    assert nobody.size == (2 * MARGIN, 2 * MARGIN)


def test_numbers_keep_their_scale() -> None:
    bare = drawn(*square())[1]
    scale = tuple(Mark(f"legend-{role}", role, Rect(0, 900, 9, 9), (), (), f"up to {role}", "") for role in HEATS)
    panel = Mark("legend", Role.LEGEND, Rect(MARGIN, bare.size.height, 90, 90), (), (), "", "")
    hot = bare._replace(legend=(panel, *scale))
    for words in (None, ENGLISH):
        said = [mark.title for mark in explained(hot, words).legend if mark.role in HEATS]
        assert said == [f"up to {role}" for role in HEATS]
    assert len(explained(hot, None).legend) == 1 + len(HEATS)


def test_moments_share_one_legend_of_all_that_any_of_them_shows() -> None:
    whole = drawn(*square(), legend=True)[1]
    bare = drawn(*square())[1]
    first = bare._replace(nodes=bare.nodes[:1], edges=(), frames=())
    card = nothing("No tensors", ENGLISH)
    one, other, last = explained_alike((first, whole, card), ENGLISH)
    assert one.legend == other.legend == whole.legend
    assert one.size == other.size == whole.size
    assert (one.nodes, one.edges) == (first.nodes, ())
    assert last == card
    assert explained_alike((card,), None) == [card]


def test_a_card_that_says_why_there_is_nothing_stays() -> None:
    card = nothing("No tensors", ENGLISH)
    assert explained(card, ENGLISH) == card
    assert explained(card, None) == card
