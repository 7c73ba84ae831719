import os
import sys
from pathlib import Path

import pytest

from gradviz import system
from gradviz.system import Library

ABSENT = Library("libgradviz-is-not-there.so.0", "libnothing0")
XVFB = os.environ["DISPLAY"]  # started for this run of the tests, before they are imported
PRESENT = Library("libc.so.6", "libc6")


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def test_only_what_cannot_be_loaded_is_missing() -> None:
    assert system.missing_libraries([PRESENT, ABSENT]) == (ABSENT,)


def test_other_systems_bring_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system.missing_libraries([ABSENT]) == ()
    assert system.missing_programs() == ()
    assert system.has_japanese_font() is None
    assert system.window_obstacle() == ""
    assert system.packages(tests=True) == ()


def test_the_apt_line_names_each_package_once() -> None:
    assert system.apt_line([ABSENT, "xvfb", ABSENT]) == "sudo apt-get install libnothing0 xvfb"


def test_the_programs_of_the_tests_are_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system.missing_programs() == ("xvfb", "xauth", "chromium-headless-shell", "poppler-utils")
    for name in ("Xvfb", "chromium", "pdftotext"):
        (tmp_path / name).touch(mode=0o755)
    assert system.missing_programs() == ("xauth",)


def test_what_is_missing_becomes_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "WINDOW", (ABSENT,))
    monkeypatch.setattr(system, "has_japanese_font", lambda: False)
    monkeypatch.setattr(system, "missing_programs", lambda: ("xvfb",))
    assert system.packages(tests=False)[-2:] == ("libnothing0", system.JAPANESE_FONT)
    assert system.packages(tests=True)[-1] == "xvfb"


def test_without_a_display_no_window_opens() -> None:
    assert system.window_obstacle().startswith("There is no display")


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600"])
def test_a_window_on_no_screen_needs_no_display(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert system.window_obstacle() == ""


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(system, "WINDOW", (ABSENT,))
    words = system.window_obstacle()
    assert ABSENT.soname in words
    assert words.endswith("sudo apt-get install libnothing0")


def test_a_display_that_does_not_answer_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    assert system.window_obstacle() == "The display :4711 does not answer."


def test_a_plugin_that_cannot_be_loaded_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "PySide6"
    plugin = package / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    plugin.parent.mkdir(parents=True)
    plugin.write_text("no library")
    (package / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "PySide6", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert system.window_obstacle().startswith(f"Qt cannot open a window: {plugin}")


def test_without_pyside_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(system, "find_spec", lambda name: None)
    assert system.window_obstacle().startswith("PySide6 is not installed")


def test_a_display_is_not_asked_for_x11_under_wayland(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert system.window_obstacle() == ""


def test_fonts_are_asked_of_fontconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(system.has_japanese_font(), bool)

    def nowhere(name: str) -> object:
        raise OSError(name)

    monkeypatch.setattr("ctypes.CDLL", nowhere)
    assert system.has_japanese_font() is None


def test_a_real_display_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", XVFB)
    assert system.window_obstacle() == ""
