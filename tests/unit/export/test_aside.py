"""A drawing painted by another process, and by what runs there."""

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QImage

from gradviz.drawing.shapes import Drawing
from gradviz.export import aside
from gradviz.export.aside import Painting, painted_aside
from gradviz.export.look import Look
from gradviz.export.painting import main
from gradviz.layout.geometry import Size

EMPTY = Painting(Drawing(Size(20.0, 10.0), (), (), ()), "png", Look())


def test_it_is_painted_elsewhere_as_here(monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    given, made = TextIOWrapper(BytesIO(msgspec.msgpack.encode(EMPTY))), TextIOWrapper(BytesIO())
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setattr(sys, "stdout", made)
    main()
    made.seek(0)
    assert QImage.fromData(made.buffer.read()) == QImage.fromData(painted_aside(EMPTY))


def test_it_needs_no_display_whatever_a_desktop_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert painted_aside(EMPTY).startswith(b"\x89PNG")


def test_a_painter_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where a library of Qt is missing; what it says last is what went wrong."""
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho first >&2\necho libEGL is missing >&2\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    with pytest.raises(OSError, match="png could not be painted: libEGL is missing"):
        painted_aside(EMPTY)


def test_without_qt_it_says_what_to_install_or_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6", None)  # as importlib finds it where there is none
    with pytest.raises(OSError, match=r"png is painted by PySide6, which this Python lacks: pip install .*\.svg"):
        painted_aside(EMPTY)


def test_a_painter_that_never_ends_is_no_longer_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    waiting = tmp_path / "python"
    waiting.write_text("#!/bin/sh\nexec sleep 60\n")
    waiting.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(waiting))
    monkeypatch.setattr(aside, "PATIENCE", 0.1)
    with pytest.raises(OSError, match="png could not be painted in"):
        painted_aside(EMPTY)
