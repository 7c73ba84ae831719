"""The benchmarks run and write what they promise. Nothing is said here of how fast anything is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_benchmark_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    done = bench("layout-1000", "layout-stability", "--rounds", "1", "--json", str(out))
    assert done.returncode == 0, done.stderr
    assert "layout-1000: " in done.stdout
    found = json.loads(out.read_text())
    assert found["schema"] == 1
    assert set(found["machine"]) == {"cores", "system", "python", "torch", "qt"}
    assert [row["name"] for row in found["rows"]] == ["layout-1000", "layout-stability"]
    for row in found["rows"]:
        assert set(row) == {"name", "what", "value", "unit", "goal", "figures", "note", "table", "reached"}
        assert row["reached"] == (row["value"] <= row["goal"])
        assert all(figure >= 0 for figure in row["figures"].values())


@pytest.mark.slow
def test_the_window_bears_kills_broken_inputs_and_its_own_death(tmp_path: Path) -> None:
    """A few rounds of what the full benchmark does by the thousand."""
    out = tmp_path / "bench.json"
    done = bench("soak-workers", "soak-engines", "hostile", "kept", "--rounds", "1", "--json", str(out))
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row["value"] for row in json.loads(out.read_text())["rows"]}
    assert rows.pop("kept-text") is not None
    counted = ("soak-workers", "soak-engines", "hostile-texts", "hostile-records", "kept-files")
    assert rows == dict.fromkeys(counted, 0)


def test_a_benchmark_that_is_none_is_refused() -> None:
    done = bench("nothing-of-the-kind")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing-of-the-kind" in done.stderr
