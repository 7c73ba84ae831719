"""Costs as the JSON of the contract and as a table: every number that was measured, and none that was not."""

import json

import pytest

from gradviz.export.cost import document, table
from gradviz.model.cost import Costs, Held, Lap, Raised
from gradviz.model.memory import Holder, Level, Lived
from gradviz.model.quantities import byte_text, second_text
from gradviz.model.trace import ProgramError

W = Holder("w", 1, 2048, "parameter")
COSTS = Costs(
    (
        *(Lap("grad", seconds, 0.001, 0.002, 0.0) for seconds in (0.004, 0.005, 0.006)),
        *(Lap("no_grad", 0.002, 0.001, 0.0, 0.0) for _ in range(3)),
    ),
    (Held("grad", 2048, 1024, 512, 100), Held("no_grad", 1024, 0, 0, None)),
    (
        Raised("no_grad", ProgramError("RuntimeError", "does not require grad", 5)),
        Raised("inference", ProgramError("RuntimeError", "does not require grad", 5)),
    ),
    True,
    (Lived("grad", 5, (Level(0, 1, 512), Level(3, 2, 2048)), 1, (W,), workspace_bytes=0),),
)


def test_the_json_is_that_of_the_contract() -> None:
    found = json.loads(document(COSTS))
    grad, no_grad, inference = (found["modes"][mode] for mode in ("grad", "no_grad", "inference"))
    assert grad["time_s"] == {"median": 0.005, "iqr": pytest.approx(0.001), "n": 3}
    assert grad["backward_s"]["median"] == 0.002
    assert (grad["peak_bytes"], grad["saved_bytes"], grad["graph_bytes"]) == (2048, 1024, 100)
    assert grad["live_bytes"][1] == {"step": 3, "line": 2, "bytes": 2048}
    assert (grad["peak_line"], grad["workspace_bytes"]) == (2, 0)
    assert grad["peak_holders"] == [{"name": "w", "line": 1, "bytes": 2048, "kind": "parameter"}]
    assert no_grad["error"] == {"type": "RuntimeError", "message": "does not require grad", "line": 5}
    assert "time_s" not in no_grad
    assert no_grad["forward_s"]["median"] == 0.001
    assert no_grad["graph_bytes"] is None
    assert set(inference) == {"error"}
    assert set(found["verdict"]) == {"time", "memory", "time_ratio"}
    assert found["verdict"]["time_ratio"] == {"median": 1.0, "low": 1.0, "high": 1.0, "n": 1, "confidence": 0.99}


def test_a_mode_without_backward_has_its_time_alone() -> None:
    found = json.loads(document(Costs((Lap("grad", 1.0, 1.0, 0.0, 0.0),))))
    assert set(found["modes"]["grad"]) == {"time_s"}
    assert found["modes"]["no_grad"] == {}
    assert set(found["verdict"]) == {"time", "memory"}


def test_the_table_has_a_column_for_each_mode_and_what_is_said_of_them() -> None:
    lines = table(COSTS).splitlines()
    assert lines[0].split() == ["grad", "no_grad", "inference_mode"]
    (time,) = [line for line in lines if line.startswith("time")]
    assert time.split() == ["time", "5", "ms", "±", "500", "µs", "(n=3)", "raises", "raises"]
    assert any("RuntimeError: does not require grad" in line for line in lines)
    assert "grad: peak 2 KiB, line 2: w 2 KiB (parameter)" in lines
    assert lines[-2].startswith("too few runs")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        *(
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (1024**2, "1 MiB"),
            (1023 * 1024, "1023 KiB"),
        ),
        *((5 * 1024**4, "5 TiB"), (5000 * 1024**4, "5000 TiB")),
    ],
)
def test_bytes(count: int, text: str) -> None:
    assert byte_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.234, "1.23 s"), (0.0456, "45.6 ms"), (0.000789, "789 µs"), (0.99996, "1 s"), (1e-7, "0.1 µs"), (0, "0 µs")],
)
def test_seconds(seconds: float, text: str) -> None:
    assert second_text(seconds) == text
