from gradviz.layout.geometry import Point, Rect


def test_sides_and_middle() -> None:
    rect = Rect(1, 2, 10, 20)
    assert (rect.right, rect.bottom, rect.center) == (11, 22, Point(6, 12))


def test_moved_and_grown() -> None:
    assert Rect(1, 2, 10, 20).moved(3, 4) == Rect(4, 6, 10, 20)
    assert Rect(1, 2, 10, 20).grown(1) == Rect(0, 1, 12, 22)


def test_united_holds_both() -> None:
    assert Rect(0, 0, 1, 1).united(Rect(5, -3, 2, 1)) == Rect(0, -3, 7, 4)


def test_contains_its_border() -> None:
    rect = Rect(0, 0, 2, 2)
    assert rect.contains(Point(0, 2))
    assert not rect.contains(Point(0, 2.1))


def test_touching_is_not_overlapping() -> None:
    assert not Rect(0, 0, 1, 1).overlaps(Rect(1, 0, 1, 1))
    assert Rect(0, 0, 1, 1).overlaps(Rect(0.5, 0.5, 1, 1))
