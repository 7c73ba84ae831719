"""Strong components against the definition: two nodes are together exactly when each reaches the other."""

from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.folds.strong import components

Links = dict[str, list[str]]


@st.composite
def graphs(draw: st.DrawFn) -> Links:
    names = [str(number) for number in range(draw(st.integers(0, 9)))]
    return {name: draw(st.lists(st.sampled_from(names), max_size=4)) for name in names}


def reach(links: Links, start: str) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for target in links[todo.pop()]:
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


@given(graphs())
def test_groups_are_those_that_reach_each_other(links: Links) -> None:
    reached = {name: reach(links, name) for name in links}
    expected = {frozenset(b for b in links if b in reached[a] and a in reached[b]) for a in links}
    found = components(links)
    assert {frozenset(group) for group in found} == expected
    assert sorted(name for group in found for name in group) == sorted(links)


@given(graphs())
def test_heads_come_before_tails(links: Links) -> None:
    place = {name: number for number, group in enumerate(components(links)) for name in group}
    assert all(place[target] <= place[name] for name, targets in links.items() for target in targets)


def test_depth_is_no_limit() -> None:
    links = {str(number): [str(number + 1)] for number in range(20_000)} | {"20000": ["0"]}
    (group,) = components(links)
    assert len(group) == 20_001


def test_many_small_groups_under_each_other() -> None:
    count = 60_000
    links: Links = {}
    for number in range(0, count, 2):
        links[str(number)] = [str(number + 1)]
        links[str(number + 1)] = [str(number), *([str(number + 2)] if number + 2 < count else [])]
    assert all(len(group) == 2 for group in components(links))
