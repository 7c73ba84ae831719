"""Costs as a table of words: what is the same is told once, what is not there is not told."""

from gradviz.model.cost import MODES, Costs, Held, Lap, Raised
from gradviz.model.costs.costtable import cost_table
from gradviz.model.costs.table import HolderRow
from gradviz.model.memory import Holder, Level, Lived
from gradviz.model.trace import ProgramError

LAPS = (Lap("grad", 2.0, 2.0, 0.0, 0.0), Lap("no_grad", 1.0, 1.0, 0.0, 0.0))
ERROR = ProgramError("RuntimeError", "no grad_fn", 1)


def test_an_error_of_two_modes_is_told_once() -> None:
    raised = (Raised("no_grad", ERROR), Raised("inference", ERROR))
    assert cost_table(Costs(raised=raised)).errors == ("no_grad, inference_mode: RuntimeError: no grad_fn",)
    other = Raised("inference", ERROR._replace(message="another"))
    assert len(cost_table(Costs(raised=(raised[0], other))).errors) == 2


def test_what_holds_for_time_and_memory_alike_is_said_once() -> None:
    assert cost_table(Costs()).verdicts == ("nothing could be measured",)
    assert cost_table(Costs(LAPS[:1])).verdicts == ("only grad could be measured",)


def test_parameters_have_a_row_where_there_are_some() -> None:
    def rows(held: Held) -> list[str]:
        return [row.name for row in cost_table(Costs(LAPS, (held,))).rows]

    without = ["time", "peak", "saved for backward", "the graph itself"]
    assert rows(Held("grad", 8, 4, 0, 0)) == without
    assert rows(Held("grad", 8, 4, 4, 0)) == [*without[:3], "of those, parameters", without[3]]


def test_a_workspace_has_a_row_where_there_is_one_or_torch_does_not_tell() -> None:
    def row(*bytes_: int | None) -> tuple[str, ...]:
        lived = [Lived(mode, 1, (), 0, (), workspace_bytes=own) for mode, own in zip(MODES, bytes_, strict=True)]
        held = Held("grad", 8, 4, 0, 0)
        rows = {row.name: row.cells for row in cost_table(Costs(LAPS, (held,), lived=tuple(lived))).rows}
        return rows.get("of those, a kernel's workspace", ())

    assert row(0, 0, 0) == ()
    assert row(2048, 0, None) == ("2 KiB", "0 B", "not known here")


def test_a_mode_that_was_not_measured_has_an_empty_cell() -> None:
    row = cost_table(Costs(LAPS)).rows[0]
    assert row.cells == ("2 s ± 0 µs (n=1)", "1 s ± 0 µs (n=1)", "")
    assert row.shares == (1.0, 0.5, None)


def test_memory_over_the_run_is_told_in_words() -> None:
    lived = Lived(
        "grad", 5, (Level(0, 1, 512), Level(3, None, 2048)), 1, (Holder("w", 1, 1536, "saved"),), 1200, 512, 0
    )
    nothing = Lived("no_grad", 2, (), 0, ())
    (curve,) = cost_table(Costs(lived=(lived, nothing))).curves
    assert (curve.mode, curve.peak_text) == ("grad", "peak 2 KiB")
    assert curve.holders == (
        HolderRow("w", 1, "1.5 KiB", "saved for backward", 0.75),
        HolderRow("1,200 more", None, "512 B", "", 0.25),
    )
    (curve,) = cost_table(Costs(lived=(lived._replace(peak=0, others=0),)), "ja").curves
    assert curve.peak_text == "最大 512 B、1 行目"
    assert [holder.kind for holder in curve.holders] == ["backward のための保存"]
    (curve,) = cost_table(Costs(lived=(lived._replace(workspace_bytes=None),))).curves
    assert curve.peak_text == "peak 2 KiB, of tensors alone"
    number = Holder("", 3, 8, "saved")  # the 2 of x * 2
    (curve,) = cost_table(Costs(lived=(lived._replace(holders=(number,)),))).curves
    assert curve.holders[0].name == "without a name"
