import gc
import sys
from collections.abc import Callable
from pathlib import Path

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


@pytest.mark.parametrize("arguments", [("a.py", "--version"), ("--version", "a.py"), ("a.py", "b.py", "--help")])
def test_the_version_and_the_help_need_no_window_wherever_they_stand(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "window_obstacle", lambda: "There is no display.")
    with pytest.raises(SystemExit) as left:
        started_with(*arguments)
    assert left.value.code == 0
    assert "gradviz" in capsys.readouterr().out


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "program.py"
    path.write_text("x = 1\n")
    return str(path)


@pytest.mark.parametrize("with_file", [False, True])
def test_without_a_window_one_sentence_says_why(
    with_file: bool, program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "window_obstacle", lambda: "There is no display.")
    assert started_with(*([program] if with_file else [])) == cli.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gradviz: There is no display. ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("exprot", "no such command or file: exprot. Did you mean `gradviz export`?"),
        ("nowhere.py", "no such command or file: nowhere.py."),
    ],
)
def test_what_is_neither_a_command_nor_a_file_is_said(
    word: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert started_with(word) == cli.USAGE
    assert capsys.readouterr() == ("", f"gradviz: {told}\n")


def test_files_open_the_window_and_the_first_is_shown(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[list[str]] = []

    def open_window(files: list[str], painted: Callable[[], None]) -> int:
        opened.append(files)
        painted()
        return 0

    monkeypatch.setattr(system, "window_obstacle", lambda: "")
    monkeypatch.setattr("gradviz.ui.app.main", open_window)
    assert started_with(program) == 0
    assert capsys.readouterr().err == ""
    assert started_with(program, "b.py") == 0
    assert capsys.readouterr().err == f"gradviz: one program is shown at a time; this is {program}.\n"
    assert opened == [[program], [program, "b.py"]]


def test_cycles_are_looked_for_once_the_window_is_painted(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []

    def open_window(_files: list[str], painted: Callable[[], None]) -> int:
        looked.append(gc.isenabled())
        painted()
        looked.append(gc.isenabled())
        return 0

    monkeypatch.setattr(system, "window_obstacle", lambda: "")
    monkeypatch.setattr("gradviz.ui.app.main", open_window)
    assert started_with(program) == 0
    assert looked == [False, True]
