"""Costs as a table of words: what is the same is told once, what is not there is not told."""

from gradviz.model.cost import Costs, Held, Lap, Raised
from gradviz.model.costtable import cost_table
from gradviz.model.trace import ProgramError

LAPS = (Lap("grad", 2.0, 2.0, 0.0, 0.0), Lap("no_grad", 1.0, 1.0, 0.0, 0.0))
ERROR = ProgramError("RuntimeError", "no grad_fn", 1)


def test_an_error_of_two_modes_is_told_once() -> None:
    raised = (Raised("no_grad", ERROR), Raised("inference", ERROR))
    assert cost_table(Costs(raised=raised)).errors == ("no_grad, inference_mode: RuntimeError: no grad_fn",)
    other = Raised("inference", ERROR._replace(message="another"))
    assert len(cost_table(Costs(raised=(raised[0], other))).errors) == 2


def test_parameters_have_a_row_where_there_are_some() -> None:
    def rows(held: Held) -> list[str]:
        return [row.name for row in cost_table(Costs(LAPS, (held,))).rows]

    without = ["time", "peak of tensors", "saved for backward", "the graph itself"]
    assert rows(Held("grad", 8, 4, 0, 0)) == without
    assert rows(Held("grad", 8, 4, 4, 0)) == [*without[:3], "of those, parameters", without[3]]


def test_a_mode_that_was_not_measured_has_an_empty_cell() -> None:
    row = cost_table(Costs(LAPS)).rows[0]
    assert row.cells == ("2 s ± 0 µs (n=1)", "1 s ± 0 µs (n=1)", "")
    assert row.shares == (1.0, 0.5, None)
