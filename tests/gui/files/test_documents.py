"""Programs on disk, whole or not at all, with a real file system as the witness."""

import json
from pathlib import Path

import pytest

from gradviz.model.program import MAX_SOURCE
from gradviz.ui.files.documents import DocumentError, Kept, Recovery, read, write


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "変換.py"
    write(path, "x = 'é変'\n")
    assert path.read_bytes() == "x = 'é変'\n".encode()
    assert read(path) == "x = 'é変'\n"
    assert list(tmp_path.iterdir()) == [path]


def test_windows_line_ends_and_marks_are_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
    assert read(path) == "x = 1\ny = 2\n"
    path.write_bytes(b"")
    assert read(path) == ""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_file_keeps_its_line_ends_and_its_mark(tmp_path: Path, mark: bytes, end: bytes) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(mark + b"x = 1" + end + b"y = 2" + end)
    write(path, read(path) + "z = 3\n")
    assert path.read_bytes() == mark + b"x = 1" + end + b"y = 2" + end + b"z = 3" + end


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"#" * (MAX_SOURCE + 1), b"#" * (5 * MAX_SOURCE)])
def test_what_is_no_program_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(data)
    with pytest.raises(DocumentError):
        read(path)


def test_missing_and_unwritable_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file"):
        read(tmp_path / "none.py")
    with pytest.raises(DocumentError):
        write(tmp_path / "no folder" / "a.py", "x")


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "a.py"
    folder.mkdir()
    with pytest.raises(DocumentError):
        write(folder, "x")
    assert folder.is_dir()


def test_recovery_keeps_the_newest_and_is_one_windows_own(tmp_path: Path) -> None:
    first, second = Recovery(tmp_path), Recovery(tmp_path)
    assert first.restore() is None
    first.keep(Kept("x = 1\ud800", None, False))
    first.keep(Kept("x = 2", "/a.py", True))
    first.keep(Kept("x = 2", "/a.py", True))
    assert first.restore() == Kept("x = 2", "/a.py", True)
    assert second.restore() is None
    second.close()
    first.close()
    third = Recovery(tmp_path)
    assert third.restore() == Kept("x = 2", "/a.py", True)
    third.close()


def test_the_longest_program_is_kept_with_what_its_file_held(tmp_path: Path) -> None:
    recovery, kept = Recovery(tmp_path), Kept("\U0001f600" * MAX_SOURCE, "/a.py", True, saved="\U0001f601" * MAX_SOURCE)
    recovery.keep(kept)
    assert recovery.restore() == kept
    recovery.close()


def test_what_was_kept_before_it_was_noted_what_the_file_held_is_brought_back(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path)
    recovery.keep(Kept("x", None, False))
    next(tmp_path.glob("*.json")).write_text(json.dumps(["y", "/a.py", True, "gradviz-recovery", 1]))
    assert recovery.restore() == Kept("y", "/a.py", True)
    recovery.close()


@pytest.mark.parametrize("text", ["", "{", "[1]", json.dumps(["x", None, False, "other", 1])])
def test_a_recovery_file_that_makes_no_sense_is_nothing(tmp_path: Path, text: str) -> None:
    recovery = Recovery(tmp_path)
    recovery.keep(Kept("x", None, False))
    next(tmp_path.glob("*.json")).write_text(text)
    assert recovery.restore() is None
    recovery.close()
