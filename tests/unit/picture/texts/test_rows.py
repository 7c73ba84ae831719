"""The tensors table: one row for each tensor a name still holds, with its gradient or why there is none."""

import pytest

from gradviz.model.graph.build import build
from gradviz.model.graph.folds.contract import Stretch, contract
from gradviz.model.graph.graph import Graph
from gradviz.model.moments.held import bindings
from gradviz.model.trace import Trace, Value
from gradviz.picture.picture import Language, TensorRow
from gradviz.picture.texts import rows as table
from gradviz.picture.texts.rows import rows
from tests.unit.model.traces import Tape, known, scalar, square, vector


def told(trace: Trace, graph: Graph | None, language: Language = "en") -> tuple[TensorRow, ...]:
    return rows(known(trace), bindings(trace).held(), graph, language)


def by_name(tape: Tape) -> dict[str, TensorRow]:
    trace = tape.trace()
    return {row.name: row for row in told(trace, build(trace, "both"))}


def test_a_row_says_what_a_tensor_is() -> None:
    found = by_name(square())
    x = TensorRow(0, "x", "()", "float32", True, True, "", "2.0", "4.0", 1, "t0", number=2.0, slope=4.0)
    assert found["x"] == x
    y = found["y"]
    assert (y.is_leaf, y.grad_fn, y.value, y.grad, y.mark) == (False, "MulBackward0", "4.0", "None — not a leaf", "t1")


def test_rows_stand_in_the_order_names_were_bound() -> None:
    tape = Tape()
    tape.line(1)
    a, b = tape.leaf(scalar(1.0)), tape.leaf(scalar(2.0))
    tape.line(2, first=b, second=a, third=b)
    assert list(by_name(tape)) == ["first, third", "second"]


def test_a_name_that_went_away_or_elsewhere_holds_nothing() -> None:
    tape = Tape()
    tape.line(1)
    a, b = tape.leaf(scalar(1.0)), tape.leaf(scalar(2.0))
    tape.line(2, x=a, y=a, z=b, never=None)
    tape.line(3, x=b, y=None)
    assert {name: row.tensor for name, row in by_name(tape).items()} == {"x, z": b}


def test_a_value_that_was_not_read_is_left_empty_and_a_gradient_is_told_by_its_shape() -> None:
    tape = Tape()
    tape.line(1)
    x, y = tape.leaf(vector(1.0, 2.0)), tape.leaf(scalar(1.0))
    tape.line(2, x=x, y=y)
    tape.tensors[x] = tape.tensors[x]._replace(value=Value((2,)), grad=Value((2,)))
    tape.tensors[y] = tape.tensors[y]._replace(value=None)
    found = by_name(tape)
    assert (found["x"].value, found["x"].grad) == ("", "(2,)")
    assert (found["y"].value, found["y"].grad) == ("", "None — no backward yet")


def test_memory_that_nobody_has_written_to_is_told_as_such() -> None:
    tape, empty = Tape(), Value((100,), uninitialized=True)
    tape.line(1)
    x = tape.leaf(empty)
    tape.line(2, x=x)
    tape.tensors[x] = tape.tensors[x]._replace(grad=empty)
    trace = tape.trace()
    assert [(row.value, row.grad) for row in told(trace, None)] == [("uninitialized", "uninitialized")]
    assert [(row.value, row.grad) for row in told(trace, None, "ja")] == [("未初期化", "未初期化")]


def test_a_leaf_that_is_folded_with_others_has_the_mark_of_their_fold() -> None:
    tape = Tape()
    tape.line(1)
    x, y = tape.leaf(scalar(1.0)), tape.leaf(scalar(2.0))
    tape.line(2, x=x, y=y)
    trace = tape.trace()
    whole = build(trace, "both")
    found = told(trace, contract(whole, [Stretch(whole.nodes)]))
    assert [row.mark for row in found] == ["ft0", "ft0"]


def test_a_tensor_that_is_not_drawn_has_the_mark_of_its_grad_fn() -> None:
    trace = square().trace()
    assert [row.mark for row in told(trace, None)] == [None, None]
    assert [row.mark for row in told(trace, build(trace, "backward"))] == ["g0", "g1"]


def test_the_mark_is_the_tensor_as_it_is_last() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(scalar(1.0), requires_grad=False)
    tape.line(2, x=x)
    tape.change("add", x, x)
    tape.line(3)
    assert by_name(tape)["x"].mark == f"t{x}.1"


def test_the_reason_is_told_in_japanese() -> None:
    assert told(square().trace(), None, "ja")[1].grad == "None — 葉でない"


def test_there_is_an_end_to_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST", 1)
    assert [row.name for row in told(square().trace(), None)] == ["x"]
