"""Versions that are told by the counter alone, between two states of a tensor that are written down."""

import json

from gradviz.export.data import document
from gradviz.model.moments.moment import History
from gradviz.model.trace import Op, Step, Tensor, Trace


def state(number: int, step: int, version: int | None, made_by: int, base: int | None = None) -> Tensor:
    return Tensor(
        number, step, (2,), "float32", "cpu", False, True, False, False, version, 8, 0, base, made_by, None, 1
    )


def op(number: int, step: int, tensor: int) -> Op:
    return Op(number, step, "aten::add_.Tensor", "a.add_(1)", "forward", 1, None, (), (tensor,), "grad", None, "", None)


def run(end: int | None = 3) -> Trace:
    """A base 0 with the views 1 and 2: 1 is written to at steps 3, 5 and 7, and 2 is written down at the end."""
    past = (
        *(state(0, 1, 0, 0), state(1, 1, 0, 0, 0), state(2, 1, 0, 0, 0)),
        *(state(0, 4, 1, 1), state(1, 4, 1, 1, 0), state(0, 6, 2, 2), state(1, 6, 2, 2, 0)),
    )
    tensors = (state(0, 8, 3, 3), state(1, 8, 3, 3, 0), state(2, 10, end, 0, 0))
    ops = (op(0, 0, 0), op(1, 3, 1), op(2, 5, 1), op(3, 7, 1))
    return Trace("", "", "grad", "", tensors, past, ops, (), tuple(Step(number, "line", 1) for number in range(12)))


def test_a_tensor_has_the_version_of_its_counter_until_its_own_is_written_down() -> None:
    history = History(run())
    seen = [moment.tensor(2) for moment in map(history.at, range(12))]
    assert [None if one is None else one.version for one in seen] == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3]
    assert [one.version for one in history.at(6).states(2)] == [0, 1, 2]
    assert [one.version for one in history.end.states(2)] == [0, 1, 2, 3, 3]


def test_it_is_never_beyond_that_which_is_written_down_after() -> None:
    history = History(run(end=2))  # it died before the last write
    assert [one.version for one in history.end.states(2)] == [0, 1, 2, 2]
    assert History(run(end=None)).at(6).tensor(2) == state(2, 1, 0, 0, 0)


def test_who_moved_it_on_is_known() -> None:
    versions = History(run()).versions
    assert [versions.by(2, version) for version in (1, 2, 3, 4)] == [1, 2, 3, None]
    assert versions.steps(2) == [1, 4, 6, 8]
    bare = History(Trace("", "", "inference", "", (state(0, 1, None, 0),))).versions
    assert (bare.by(0, 1), bare.steps(0)) == (None, ())


def test_the_file_has_the_states_that_are_written_down_and_each_move_of_the_counter() -> None:
    told = json.loads(b"".join(document(run())))
    assert [one["version"] for one in told["past"]] == [0, 0, 0, 1, 1, 2, 2]
    moves = [{"step": step, "version": version, "op": version} for version, step in enumerate((1, 4, 6, 8))]
    assert told["counters"] == [{"tensors": [0, 1, 2], "moves": moves}]
