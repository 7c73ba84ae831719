"""Heat: shares, levels and words; folds add up, runs that part company are joined as far as they go."""

import pytest

from gradviz.model.cost import Timed
from gradviz.model.costs.heat import COLD, LEVELS, Amount, Heat, Spent, bounds, heat, level_of, spent
from gradviz.model.graph.graph import Fold, Graph, Node, NodeKind
from gradviz.model.trace import Op, Phase, Step, Trace


def op(number: int, name: str, phase: Phase = "forward") -> Op:
    return Op(number, number, name, None, phase, 1, None, (), (), "grad", None, None)


def trace(*names: str) -> Trace:
    return Trace("", "", "grad", "", ops=tuple(op(k, name) for k, name in enumerate(names)))


def times(names: tuple[str, ...], run: tuple[str, ...]) -> dict[int, float]:
    table = tuple(dict.fromkeys(run))
    timed = Timed("grad", table, tuple((table.index(name), 1.0 + k, 0.5) for k, name in enumerate(run)), 3)
    return {number: one.size for number, one in spent(trace(*names), "time", "both", timed).ops.items()}


@pytest.mark.parametrize(
    ("share", "level"),
    [(0, 0), (0.001, 1), (1 / 64, 1), (0.02, 2), (1 / 16, 2), (0.2, 3), (0.25, 3), (0.26, 4), (1.0, 4)],
)
def test_a_level_is_four_times_as_hot_as_the_one_below(share: float, level: int) -> None:
    assert level_of(share) == level
    if level:
        low, high = bounds(level)
        assert low < share <= high
    assert bounds(LEVELS)[1] == 1


def test_a_fold_costs_what_its_members_do() -> None:
    nodes = tuple(Node(f"o{k}", NodeKind.OP, op=op(k, "a"), line=7) for k in range(3))
    folded = Node("f", NodeKind.FOLD, fold=Fold(2, (), (), 0, None, ("o0", "o1", "t9")))
    whole, drawn = Graph("both", nodes, (), ()), Graph("both", (folded, nodes[2]), (), ())
    found = heat(drawn, whole, Spent({0: Amount(1, 0.5), 1: Amount(2, 0.5)}, {}), "time")
    assert found.nodes == {"f": Amount(3, 1)}
    assert found.lines == {7: Amount(3, 1)}
    assert found.text("f") == "3 s ± 500 ms"
    assert (found.level("f"), found.level("o2"), found.share("f")) == (4, 0, 1)


def test_bytes_have_no_spread() -> None:
    assert Heat("saved", {"a": Amount(2048.0)}, {}, 2048.0).text("a") == "2 KiB"
    assert (COLD.most, COLD.share("a"), COLD.level("a")) == (0, 0, 0)


def test_runs_are_joined_op_by_op() -> None:
    assert times(("a", "b"), ("a", "b")) == {0: 1.0, 1: 2.0}
    assert times(("a", "aten::detach", "b"), ("a", "b")) == {0: 1.0, 2: 2.0}
    assert times(("a", "b"), ("a", "profiler", "b")) == {0: 1.0, 1: 3.0}
    assert times(("prim::data", "function::F"), ("aten::detach.default",)) == {0: 1.0}
    assert times(("a", "b", "c"), ("a", "x", "c")) == {0: 1.0, 2: 3.0}
    assert times(("a", "b", "c"), ("a", "x", "y")) == {0: 1.0}
    assert times(("a", "x", "b", "c", "d"), ("a", "y", "c", "b", "c", "d")) == {0: 1.0, 2: 4.0, 3: 5.0, 4: 6.0}
    more = [f"profiler {number}" for number in range(40)]
    assert times(("a", "b", "c"), ("a", *more, "b", "c")) == {0: 1.0, 1: 42.0, 2: 43.0}
    assert times(("a", *more, "b", "c"), ("a", "b", "c")) == {0: 1.0, 41: 2.0, 42: 3.0}
    assert spent(trace("a"), "time", "both", None) == Spent({}, {})


def test_what_runs_in_backward_belongs_to_the_grad_fn_whose_step_is_next() -> None:
    ops = (op(0, "a"), op(1, "b", "backward"), op(2, "c", "backward"), op(3, "d", "backward"), op(4, "e", "backward"))
    steps = (
        Step(0, "op", 1, 0),
        Step(1, "op", 1, 1),
        Step(2, "op", 1, 2),
        Step(3, "backward", 1, grad_fn=7),
        Step(4, "op", 1, 3),
        Step(5, "accumulate", 1, grad_fn=8),
        Step(6, "op", 1, 4),
        Step(7, "line", 2),
    )
    timed = Timed("grad", ("a", "b", "c", "d", "e"), tuple((k, 1.0, 0.0) for k in range(5)), 3)
    found = spent(trace()._replace(ops=ops, steps=steps), "time", "both", timed)
    assert found.grad_fns == {7: Amount(2.0), 8: Amount(1.0)}
    assert found.ops == {0: Amount(1.0), 4: Amount(1.0)}
