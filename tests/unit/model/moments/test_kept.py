"""What grad_fns saved at a moment, looked up, against what is counted anew over the states that held then."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.graph.folds.contract import saved_bytes
from gradviz.model.moments.kept import Heap, Heaps, Kept, kept, kept_at
from gradviz.model.moments.moment import latest
from gradviz.model.trace import GradFn, Saved

SAVED = st.builds(
    Saved,
    st.sampled_from("ab"),
    st.none(),
    st.sampled_from((8, 16)),
    st.none(),
    st.sampled_from(("kept", "freed")),
    st.none() | st.integers(0, 2),
    st.sampled_from(((), (2,))),
    st.none() | st.sampled_from((4, 32)),
)


@st.composite
def lives(draw: st.DrawFn) -> list[list[GradFn]]:
    """Every state of some grad_fns, by stamp."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        stamps = sorted(draw(st.lists(st.integers(0, 6), min_size=1, max_size=4)))
        name = draw(st.sampled_from(("ExpBackward0", "MulBackward0")))
        states = [tuple(draw(st.lists(SAVED, max_size=3))) for _ in stamps]
        found.append([GradFn(number, at, name, (), None, None, own) for at, own in zip(stamps, states, strict=True)])
    return found


def at(states: Sequence[Sequence[GradFn]], begun: float) -> list[GradFn]:
    return [one for one in (latest(own, begun) for own in states) if one is not None]


@given(lives(), st.sets(st.integers(0, 2)), st.integers(0, 7))
def test_bytes_are_those_of_the_states_that_hold(states: list[list[GradFn]], owned: set[int], begun: int) -> None:
    saved = [one for grad_fn in at(states, begun) for one in grad_fn.saved]
    living = [one for one in saved if one.state != "freed"]
    of_leaves = [one for one in saved if one.storage in owned]
    expected = Kept(saved_bytes(saved), saved_bytes(living), saved_bytes(of_leaves))
    assert kept_at(kept(states, owned), begun) == expected


@given(lives(), st.sets(st.integers(0, 2)), st.integers(0, 7))
def test_heaps_count_each_memory_at_the_first_that_saved_it(
    states: list[list[GradFn]], owned: set[int], begun: int
) -> None:
    expected: dict[Heap, tuple[int, int]] = {}
    seen: set[int | None] = set()
    for grad_fn in at(states, begun):
        for one in grad_fn.saved:
            heap = Heap(grad_fn.name, one.name, one.shape, 0, 0, one.storage in owned)
            times, nbytes = expected.get(heap, (0, 0))
            expected[heap] = times + 1, nbytes + (0 if one.storage in seen else one.keeps)
            seen.add(one.storage)
    found = Heaps(states, owned).at(begun)
    assert {one._replace(times=0, nbytes=0): (one.times, one.nbytes) for one in found} == expected
    assert list(found) == sorted(found, key=lambda one: (one.leaf, -one.nbytes))
