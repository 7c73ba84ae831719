"""The files beside a program: which are read, when again, and what is said of one that is not."""

import os
import time
from pathlib import Path
from typing import BinaryIO

import pytest

from gradviz import neighbours
from gradviz.model.program import MAX_SOURCE
from gradviz.model.wire import MAX_PAYLOAD, Neighbour, Request, encode
from gradviz.neighbours import MOST_BYTES, MOST_FILES, Neighbourhood, decoded, whole_path


def written(folder: Path, **files: str) -> str:
    """Write files, models_s_net for models/net.py, and return the path of a program beside them."""
    for name, text in files.items():
        path = folder / f"{name.replace('_s_', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder / "train.py")


def names(found: tuple[Neighbour, ...], folder: Path) -> list[str]:
    return [str(Path(one.path).relative_to(folder)) for one in found]


def test_what_is_imported_is_read_and_what_that_imports(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        config="import torch",
        models_s___init__="from .net import Net",
        models_s_net="from . import blocks\nfrom ..config import no",
        models_s_blocks="import models.net",
        models_s_unused="",
        space_s_inner_s_deep="",
        space_s_other="",
        unused="",
    )
    source = "import torch\nfrom config import Config\nimport models\ndef f():\n    from space.inner import deep\n"
    found = Neighbourhood().of(program, source)
    assert sorted(names(found, tmp_path)) == [
        *("config.py", "models/__init__.py", "models/blocks.py", "models/net.py", "space/inner/deep.py"),
    ]
    assert {one.path: one.text for one in found}[str(tmp_path / "config.py")] == "import torch"


def test_a_package_comes_before_a_module_of_its_name_and_that_before_a_folder(tmp_path: Path) -> None:
    program = written(tmp_path, a="", a_s___init__="", b="", b_s_c="")
    found = Neighbourhood().of(program, "import a\nimport b.c")
    assert names(found, tmp_path) == ["a/__init__.py", "b.py"]


def test_a_program_in_no_file_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, config="")
    monkeypatch.chdir(tmp_path)
    assert Neighbourhood().of("", "import config") == ()


def test_the_program_itself_is_what_is_in_the_editor(tmp_path: Path) -> None:
    program = written(tmp_path, train="old = 1", helper="import train")
    found = Neighbourhood().of(program, "import helper\nnew = 1")
    assert [one.text for one in found] == ["import train", "import helper\nnew = 1"]


def test_a_file_is_read_again_only_where_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, beside = written(tmp_path, a="x = 1", b="y = 1"), Neighbourhood()
    read: list[str] = []

    def noted(data: bytes) -> str:
        read.append(decoded(data))
        return read[-1]

    monkeypatch.setattr(neighbours, "decoded", noted)
    first = beside.of(program, "import a, b")
    assert beside.of(program, "import a, b") == first
    assert read == ["x = 1", "y = 1"]
    (tmp_path / "a.py").write_text("x = 2")
    os.utime(tmp_path / "a.py", ns=(1, 1))
    assert [one.text for one in beside.of(program, "import a, b")] == ["x = 2", "y = 1"]
    assert read[2:] == ["x = 2"]
    (tmp_path / "b.py").unlink()
    assert names(beside.of(program, "import a, b"), tmp_path) == ["a.py"]


def test_more_files_or_bytes_than_a_run_may_have_are_told(tmp_path: Path) -> None:
    many = {f"m{number}": "" for number in range(MOST_FILES + 3)}
    program = written(tmp_path, big="x = 1\n" * (MOST_BYTES // 6), long="#" * (MOST_BYTES + 1), **many)
    found = Neighbourhood().of(program, "".join(f"import {name}\n" for name in many))
    assert [bool(one.problem) for one in found] == [False] * MOST_FILES + [True] * 3
    found = Neighbourhood().of(program, "import m1, big, long, m2")
    assert [bool(one.problem) for one in found] == [False, True, True, False]
    assert found[1].text == ""
    assert f"{MOST_BYTES:,}" in found[1].problem


def test_whatever_lies_beside_it_a_run_fits_into_a_frame(tmp_path: Path) -> None:
    hostile = {f"m{number}": "\x01" * 100_000 for number in range(200)}
    program = written(tmp_path, **hostile)
    found = Neighbourhood().of(program, "".join(f"import {name}\n" for name in hostile))
    source = "\x01" * MAX_SOURCE
    assert len(encode(Request(source, file=program, neighbours=found))) <= MAX_PAYLOAD


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    program = written(tmp_path, denied="", odd="# coding: nothing\n")
    (tmp_path / "latin.py").write_bytes("x = 'é'".encode("latin-1"))
    (tmp_path / "told.py").write_bytes("# coding: latin-1\r\nx = 'é'".encode("latin-1"))
    os.mkfifo(tmp_path / "pipe.py")
    found = {Path(one.path).stem: one for one in Neighbourhood().of(program, "import latin, odd, told, pipe")}
    assert [*found] == ["latin", "odd", "told"]
    assert "not Python source text" in found["latin"].problem
    assert "unknown encoding" in found["odd"].problem
    assert found["told"].text == "# coding: latin-1\nx = 'é'"


def test_a_file_that_goes_while_it_is_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_path: Path, _mode: str) -> BinaryIO:
        raise FileNotFoundError(2, "No such file or directory")

    program = written(tmp_path, a="")
    monkeypatch.setattr(Path, "open", gone)
    assert Neighbourhood().of(program, "import a")[0].problem == "No such file or directory"


@pytest.mark.parametrize("codec", ["rot13", "zlib", "undefined", "punycode"])
def test_a_codec_that_is_of_no_source_text_is_a_problem_of_the_file(tmp_path: Path, codec: str) -> None:
    (found,) = Neighbourhood().of(written(tmp_path, a=f"# coding: {codec}\n" + "a" * 999 + "-" + "a" * 999), "import a")
    assert found.problem.startswith("it is not Python source text: ")


def test_no_codec_takes_the_square_of_a_length(tmp_path: Path) -> None:
    program = written(tmp_path, a="# coding: punycode\n" + "a" * 900_000 + "-" + "a" * 900_000)
    began = time.process_time()
    Neighbourhood().of(program, "import a")
    assert time.process_time() - began < 5  # where it is decoded: minutes


def test_no_more_is_read_than_a_file_is_said_to_hold(tmp_path: Path) -> None:
    program = written(tmp_path, real="x = 1")
    for name, target in {"loop": "loop.py", "linked": "real.py", "system": "/proc/self/environ"}.items():
        (tmp_path / f"{name}.py").symlink_to(target)
    found = Neighbourhood().of(program, "import loop, linked, system")
    assert {Path(one.path).stem: one.text for one in found} in (
        {"linked": "x = 1", "system": ""},
        {"linked": "x = 1"},  # where the system has no such file
    )


def asked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What the disk is asked of, from now on."""
    stat, paths = Path.stat, list[Path]()

    def noted(path: Path) -> os.stat_result:
        paths.append(path)
        return stat(path)

    monkeypatch.setattr(Path, "stat", noted)
    return paths


def test_the_disk_is_asked_once_of_each_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"p_s_m{number}": "from torch import nn, optim\nfrom p.m0 import a, b, c, d" for number in range(20)}
    program = written(tmp_path, p_s___init__="from p import " + ",".join(f"m{number}" for number in range(20)), **files)
    paths = asked(monkeypatch)
    assert len(Neighbourhood().of(program, "import p")) == 21
    assert len(paths) == len({*paths}) == 2 + 2 * 20 + 2  # p, each module, torch


def test_links_in_a_circle_are_not_followed_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = written(tmp_path)
    for name in "ab":
        (tmp_path / name).symlink_to(".")
    monkeypatch.setattr(neighbours, "MOST_PLACES", 1000)
    paths = asked(monkeypatch)
    dotted = [".".join("ab"[number >> bit & 1] for bit in range(14)) for number in range(1 << 14)]
    assert Neighbourhood().of(program, "import " + ", ".join(dotted)) == ()
    assert len(paths) <= 3 * 1000


def test_the_path_of_a_program_is_where_its_links_lead(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "train.py").touch()
    (tmp_path / "linked.py").symlink_to("deep/train.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    assert whole_path(str(tmp_path / "linked.py")) == str(tmp_path.resolve() / "deep" / "train.py")
    assert whole_path(str(tmp_path / "loop.py")) == str(tmp_path.resolve() / "loop.py")


def test_a_name_no_file_can_have_is_no_file(tmp_path: Path) -> None:
    assert Neighbourhood().of(written(tmp_path), f"import {'a' * 5000}") == ()
