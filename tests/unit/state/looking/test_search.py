"""What is found in a drawing, and what of it is read for that."""

from hypothesis import given
from hypothesis import strategies as st

from gradviz.drawing.pages.marks import Marks
from gradviz.drawing.pages.page import page
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.state.appstate import AppState
from gradviz.state.looking.search import found, searched, stepped
from gradviz.state.values.chosen import Chosen, Search
from gradviz.state.values.shown import Shown
from tests.unit.drawing.samples import sealed

NOTHING = Search("")
TITLES = ("add", "mul", "matmul", "sum")


def drawing(titles: list[str]) -> Drawing:
    """Nodes of these titles, two on each page, packed."""
    marks = [Mark(f"n{at}", Role.OP, Rect(0, 10 * at, 5, 5), (), (), title, "") for at, title in enumerate(titles)]
    packed = [page(marks[at : at + 2]).packed() for at in range(0, len(marks), 2)]
    return Drawing(Size(10, 10 * len(marks)), (), (), Marks(packed))


def put(before: Drawing, at: int, title: str) -> Drawing:
    """The drawing of the next step, in which a node says something else."""
    nodes = Marks.of(before.nodes)
    return before._replace(nodes=nodes.put({nodes[at].id: nodes[at]._replace(title=title)}))


@given(st.lists(st.sampled_from(TITLES), min_size=1, max_size=9), st.data())
def test_a_search_that_goes_on_finds_what_a_new_one_finds(titles: list[str], data: st.DataObject) -> None:
    here, search = drawing(titles), NOTHING
    before: Drawing | None = None
    for query in data.draw(st.lists(st.sampled_from(("", "m", "mul", " Mul ", "mat", "a", "add", "u")), max_size=6)):
        search = Search(query, found(here, query, search, before))
        assert search.hits == found(here, query, NOTHING, None)
        before = here
        if data.draw(st.booleans()):
            here = put(here, data.draw(st.integers(0, len(titles) - 1)), data.draw(st.sampled_from(TITLES)))


def test_a_leaf_is_found_once_and_then_at_each_of_its_badges() -> None:
    here = drawing(["x", "add", "mul"])
    spot = Rect(0, 0, 5, 5)
    ends = [("n0", "n1", None), ("n0", "n2", spot), ("n1", "n2", None)]
    edges = [
        Mark(f"e{at}", Role.DATA_EDGE, spot, (), (), "", "", ends=(a, b), badge=c) for at, (a, b, c) in enumerate(ends)
    ]
    state = AppState(shown=Shown(here._replace(edges=tuple(edges)), 1, 1))
    state = searched(state, "x", None)
    assert state.search == Search("x", ("n0", "e1"))
    for hit in ("e1", "n0"):
        state = stepped(state, 1)
        assert state.search is not None
        assert state.search.hit == hit
        assert state.chosen == Chosen("mark", "n0")


def test_a_step_reads_only_the_pages_that_it_changes() -> None:
    here = drawing(["mul", "add"] * 10)
    search = Search("mul", ("n0", "n4"))  # and not elsewhere, where it would be found if that were read
    after = put(here, 4, "sum")
    assert found(after, "mul", search, here) == ("n0",)


def test_a_longer_query_is_looked_for_where_the_shorter_was_found() -> None:
    pages = Marks.of(drawing(["mul", "mul", "mul", "matmul", "sum", "sum"]).nodes).pages
    here = drawing([])._replace(nodes=Marks(list(map(sealed, pages))))
    search = Search("m", ("n2", "n3", "n4", "n5"))  # and not on the first page, as above
    assert found(here, "mul", search, here) == ("n2", "n3")
