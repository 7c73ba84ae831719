from importlib.metadata import PackageNotFoundError
from types import TracebackType
from typing import Self

import pytest

from gradviz import doctor, system
from gradviz.doctor import Finding
from gradviz.layout.graphviz import GraphvizMissingError
from gradviz.model.wire import Ready
from gradviz.runs import EngineError


class FakeEngine:
    """Says what a test lets it say."""

    ready = Ready("2.13.0", "3.11.7", "")
    failure: str = ""

    def __init__(self, interpreter: str | None) -> None:
        self.interpreter = interpreter

    def __enter__(self) -> Self:
        if self.failure:
            raise EngineError(self.failure)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


@pytest.fixture(autouse=True)
def sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing is missing."""
    monkeypatch.setattr(doctor, "Engine", FakeEngine)
    monkeypatch.setattr(FakeEngine, "failure", "")
    monkeypatch.setattr(system, "missing_libraries", lambda libraries: ())
    monkeypatch.setattr(system, "window_obstacle", lambda: "")
    monkeypatch.setattr(system, "has_japanese_font", lambda: True)


def finding(subject: str) -> Finding:
    (found,) = [finding for finding in doctor.findings("/opt/python") if finding.subject == subject]
    return found


def test_nothing_is_said_to_be_missing_where_nothing_is() -> None:
    found = doctor.findings()
    assert [finding.subject for finding in found] == [
        "python", "torch", "sandbox", "qt", "libraries", "window", "font", "dot",
    ]  # fmt: skip
    assert {finding.verdict for finding in found} == {"ok"}
    assert not any(finding.remedy for finding in found)


def test_torch_is_asked_of_the_interpreter_that_would_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "failure", "torch is not installed")
    assert finding("torch") == Finding(
        "torch", "missing", "torch is not installed", "/opt/python -m pip install torch==2.13.0 numpy"
    )


def test_a_missing_wall_is_said_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "ready", Ready("2.13.0", "3.11.7", "this kernel has no Landlock"))
    assert finding("sandbox") == Finding(
        "sandbox", "note", "off: this kernel has no Landlock", japanese="無効: this kernel has no Landlock"
    )


def test_missing_libraries_come_with_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "missing_libraries", lambda libraries: system.WINDOW[:2])
    found = finding("libraries")
    assert found.verdict == "missing"
    assert found.remedy == "sudo apt-get install libxcb-cursor0 libxkbcommon-x11-0"


def test_a_machine_without_a_display_lacks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "window_obstacle", lambda: "There is no display.")
    assert finding("window") == Finding("window", "note", "There is no display.")


@pytest.mark.parametrize(("known", "verdict"), [(True, "ok"), (False, "missing"), (None, "note")])
def test_the_japanese_font_is_there_or_not_or_unknown(
    known: bool | None, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "has_japanese_font", lambda: known)
    assert finding("font").verdict == verdict


def test_a_missing_qt_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", nowhere)
    assert "PySide6-Essentials" in finding("qt").remedy


def test_a_missing_dot_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        raise GraphvizMissingError("none")

    monkeypatch.setattr("gradviz.layout.graphviz.program", nowhere)
    assert finding("dot").remedy.endswith("-m pip install graphviz-pure")


def test_a_remedy_stands_under_its_finding() -> None:
    assert doctor.lines((Finding("a", "ok", "fine"), Finding("bcd", "missing", "gone", "get it"))) == [
        "ok       a    fine",
        "missing  bcd  gone",
        "              mend it with: get it",
    ]


def test_in_japanese_too_there_are_columns() -> None:
    found = (Finding("font", "ok", "fine", japanese="日本語"), Finding("dot", "missing", "gone", "get it"))
    assert doctor.lines(found, "ja") == [
        "良好  font  日本語",
        "不足  dot   gone",
        "            直すコマンド: get it",
    ]


def test_all_that_is_found_where_nothing_is_missing_is_told_in_japanese() -> None:
    told = [finding for finding in doctor.findings() if finding.subject not in ("qt", "dot")]  # a name and a path
    assert [finding.subject for finding in told if not finding.japanese] == []
