import sys

import pytest

from gradviz import __main__ as entry
from gradviz import cli, system


def started_with(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["gradviz", *arguments])
        return entry.main()


@pytest.mark.parametrize("arguments", [("doctor",), ("--version",), ("export", "a.py", "-o", "a.svg")])
def test_a_command_needs_no_window(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "window_obstacle", lambda: "There is no display.")
    monkeypatch.setattr(cli, "main", lambda given: 40 + len(given))
    assert started_with(*arguments) == 40 + len(arguments)


@pytest.mark.parametrize("arguments", [(), ("program.py",)])
def test_without_a_window_one_sentence_says_why(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "window_obstacle", lambda: "There is no display.")
    assert started_with(*arguments) == cli.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gradviz: There is no display. ")
    assert err.count("\n") == 1


def test_files_open_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []

    def open_window(files: list[str]) -> int:
        opened.append(files)
        return 0

    monkeypatch.setattr(system, "window_obstacle", lambda: "")
    monkeypatch.setattr("gradviz.ui.app.main", open_window)
    assert started_with("a.py", "b.py") == 0
    assert opened == [["a.py", "b.py"]]
