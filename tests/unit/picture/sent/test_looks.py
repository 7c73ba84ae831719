"""A look of a mark goes to the window once, and is its number from then on."""

import msgspec
import pytest

from gradviz.drawing.pages.change import Change
from gradviz.drawing.shapes import Drawing, Mark, Role
from gradviz.layout.geometry import Size
from gradviz.picture.picture import Picture
from gradviz.picture.sent import looks
from gradviz.picture.sent.frames import MANY
from gradviz.picture.sent.looks import Looks
from tests.bench.drawn import drawn


def whole(drawing: Drawing) -> Picture:
    return Picture(1, complete=True, drawing=drawing)


class Pipe:
    """What the window makes of what is sent to it, and what goes over."""

    def __init__(self) -> None:
        self.here, self.there = Looks(), Looks()
        self.went: list[Change] = []

    def whole(self, drawing: Drawing) -> None:
        self.here.take(whole(drawing))
        self.there.take(msgspec.msgpack.decode(msgspec.msgpack.encode(whole(drawing)), type=Picture))

    def change(self, edges: tuple[Mark, ...], nodes: tuple[Mark, ...]) -> Change:
        sent = self.here.shortened(Change(1, Size(1, 1), edges, nodes, (), ""))
        self.went.append(sent)
        come = msgspec.msgpack.decode(msgspec.msgpack.encode(sent), type=Change)
        for end, by in ((self.here, sent), (self.there, come)):
            end.take(Picture(1, complete=True, drawing=None, change=by))
        return self.there.whole(come)


def ghosts(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    return tuple(mark._replace(role=Role.GHOST) for mark in marks)


def test_what_was_sent_goes_over_as_its_number_and_comes_as_it_was() -> None:
    drawing, pipe = drawn(20), Pipe()
    edges, nodes = tuple(drawing.edges[:5]), tuple(drawing.nodes[:5])
    pipe.whole(drawing)
    gone = ghosts(nodes)
    for some in (gone, nodes, gone, (*nodes[:2], *gone[2:])):
        come = pipe.change(edges, some)
        assert (set(come.edges), set(come.nodes), come.known) == (set(edges), set(some), ())
    assert [one.nodes for one in pipe.went] == [gone, (), (), ()]
    assert [one.edges for one in pipe.went] == [()] * 4
    numbers = [len(one.known) for one in pipe.went]
    assert numbers == [5, 10, 10, 10]


def test_another_drawing_is_all_that_is_known_from_then_on() -> None:
    pipe, one, other = Pipe(), drawn(20), drawn(12)
    pipe.whole(one)
    pipe.whole(other)
    come = pipe.change((), (*one.nodes[:3], *other.nodes[:3]))
    assert len(pipe.went[0].nodes) == 3
    assert set(come.nodes) == {*one.nodes[:3], *other.nodes[:3]}
    nothing = Picture(1, complete=True, drawing=None)
    pipe.here.take(nothing)
    pipe.there.take(nothing)
    assert pipe.change((), tuple(other.nodes)) == pipe.went[0]._replace(edges=(), nodes=tuple(other.nodes), known=())


def test_of_a_drawing_that_comes_by_the_page_only_changes_are_known() -> None:
    drawing, pipe = drawn(MANY), Pipe()
    pipe.whole(drawing)
    some = tuple(drawing.nodes[:4])
    assert pipe.change((), some).nodes == some
    assert pipe.change((), some).nodes == some
    assert [len(one.known) for one in pipe.went] == [0, 4]


def test_no_more_is_kept_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "MOST", 45)
    drawing, pipe = drawn(20), Pipe()
    pipe.whole(drawing)
    there = len(drawing.edges) + len(drawing.nodes)
    gone = ghosts(tuple(drawing.nodes))
    assert there < 45 < there + len(gone)
    for _ in range(2):
        assert set(pipe.change((), gone).nodes) == set(gone)
    assert [len(one.known) for one in pipe.went] == [0, 45 - there]


def test_a_number_of_nothing_is_refused() -> None:
    with pytest.raises(IndexError):
        Looks().whole(Change(1, Size(1, 1), (), (), (), "", (0,)))
