"""What costs most of a run, in words."""

from gradviz.drawing.content.content import Content, Line, Shape
from gradviz.drawing.shapes import Role, TextRole
from gradviz.drawing.words import ENGLISH, JAPANESE
from gradviz.model.costs.heat import COLD, Amount, Heat
from gradviz.picture.picture import Hot
from gradviz.picture.texts.ranking import ranking

HEAT = Heat("time", {"a": Amount(0.001, 0.0002), "b": Amount(0.00002)}, {4: Amount(0.00102, 0.0002)}, 0.001)
BOX = Content(Role.OP, Shape.PILL, (Line("mul", TextRole.OP),), ("what",))


def test_the_hottest_come_first_nodes_and_then_lines() -> None:
    assert ranking(HEAT, {"a": BOX, "b": BOX._replace(lines=(Line("add", TextRole.OP),))}, ENGLISH) == (
        Hot("mul: 1 ms ± 100 µs, 98 % of all", mark="a"),
        Hot("add: 20 µs ± 0 µs, 2 % of all", mark="b"),
        Hot("line 4: 1.02 ms ± 100 µs, 100 % of all", line=4),
    )
    assert ranking(COLD, {}, JAPANESE) == ()
