"""The commands as a script calls them: real processes, the real engine, every format."""

import json
import os
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from gradviz.layout import graphviz

pytestmark = pytest.mark.slow
SVG = "{http://www.w3.org/2000/svg}"


def gradviz(*arguments: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as on a machine without a display, and without a hint for Qt but what is given."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    command = [sys.executable, "-m", "gradviz", *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, encoding="utf-8", env=environment | variables, check=False
    )


def export(out: Path, *arguments: str, program: str = "lesson:first") -> bytes:
    done = gradviz("export", program, "-o", str(out), *arguments)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return out.read_bytes()


def texts(svg: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_svg_shows_the_graph(tmp_path: Path) -> None:
    shown = texts(export(tmp_path / "graph.svg"))
    assert any("MulBackward0" in text for text in shown)
    assert any("2.0 + 2.0" in text for text in shown)


def test_a_picture_says_what_it_is_of(tmp_path: Path) -> None:
    program = tmp_path / "double.py"
    program.write_text("# Twice two\nimport torch\nx = torch.tensor(2., requires_grad=True)\ny = x * 2\n")

    def title(*arguments: str, of: str = str(program)) -> str | None:
        return ET.fromstring(export(tmp_path / "graph.svg", *arguments, program=of)).findtext(f"{SVG}title")

    assert title() == "double.py"
    assert title("--step", "first") == "double.py · step 1 of 4"
    assert title("--step", "first", "--lang", "ja") == "double.py · ステップ 1 / 4"
    assert title("--lang", "ja", of="lesson:first") == "はじめての計算グラフ"
    piped = gradviz("export", "-", "-o", "-", "--format", "svg", text=program.read_text())
    assert ET.fromstring(piped.stdout.encode()).findtext(f"{SVG}title") == "Twice two"
    assert export(tmp_path / "a.png", program=str(program)) == export(tmp_path / "b.png", program=str(program))


@pytest.mark.parametrize("layout", ["layered", "graphviz"])
def test_svg_in_either_layout_shows_the_same_words(layout: str, tmp_path: Path) -> None:
    svg = export(tmp_path / "graph.svg", "--layout", layout, "--view", "backward", "--theme", "dark", "--legend")
    assert any("AccumulateGrad" in text for text in texts(svg))


def test_values_may_be_left_out(tmp_path: Path) -> None:
    whole, bare = export(tmp_path / "whole.svg"), export(tmp_path / "bare.svg", "--no-values")
    assert any("4.0 · float32" in text for text in texts(whole))
    assert not any("4.0" in text for text in texts(bare))
    assert "y" in texts(bare)


def test_heat_is_a_choice(tmp_path: Path) -> None:
    plain, hot = export(tmp_path / "plain.svg"), export(tmp_path / "hot.svg", "--heat", "saved")
    assert not any("up to" in text for text in texts(plain))
    assert any("up to" in text for text in texts(hot))  # the scale
    assert texts(hot) != texts(plain)


def test_a_platform_of_qt_that_a_desktop_has_set_is_not_asked_for_a_display(tmp_path: Path) -> None:
    out = tmp_path / "graph.png"
    done = gradviz("export", "lesson:first", "-o", str(out), QT_QPA_PLATFORM="xcb")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(b"\x89PNG")


def test_png_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    once, twice = export(tmp_path / "1.png", "--scale", "1"), export(tmp_path / "2.png")  # what is sharp on a slide
    (width, height), (wide, high) = (struct.unpack(">II", data[16:24]) for data in (once, twice))
    assert once.startswith(b"\x89PNG")
    assert abs(wide - 2 * width) <= 2
    assert abs(high - 2 * height) <= 2


def test_pdf_is_one(tmp_path: Path) -> None:
    assert export(tmp_path / "graph.pdf").startswith(b"%PDF-")


def test_sheets_of_paper_are_a_choice(tmp_path: Path) -> None:
    one, many = tmp_path / "1.pdf", tmp_path / "n.pdf"
    export(one)
    export(many, "--paper", "a4", "--scale", "3")
    pages = [
        subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout.split("Pages:")[1].split()
        for path in (one, many)
    ]
    assert pages[0][0] == "1"
    assert int(pages[1][0]) > 1


def test_every_step_is_a_file_a_page_or_a_frame(tmp_path: Path) -> None:
    steps = json.loads(export(tmp_path / "graph.json"))["steps"]
    export_all = ("--step", "all", "--scale", "0.5")
    frames = export(tmp_path / "graph.apng", *export_all).count(b"fcTL")
    assert 4 < frames <= len(steps) + 1
    assert export(tmp_path / "graph.pdf", *export_all).count(b"/Type /Page\n") in (frames, frames + 1)
    done = gradviz("export", "lesson:first", "-o", str(tmp_path / "graph.svg"), *export_all)
    assert done.returncode == 0
    files = sorted(tmp_path.glob("*.svg"))
    assert [file.name for file in files[:2]] == ["graph-01.svg", "graph-02.svg"]
    assert len(files) in (frames, frames + 1)
    assert "4.0 = 2.0 + 2.0" in files[-1].read_text()
    assert "MulBackward0" not in files[0].read_text()
    for form in ("svg", "json"):
        refused = gradviz("export", "lesson:first", "-o", "-", "--format", form, *export_all)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "--step all cannot be had as" in refused.stderr


def test_gif_shows_the_steps_one_after_another(tmp_path: Path) -> None:
    whole = export(tmp_path / "graph.gif", "--scale", "0.5")
    assert whole.startswith(b"GIF89a")
    begun = export(tmp_path / "begun.gif", "--step", "3", "--scale", "0.5")
    delay = b"\x21\xf9\x04"  # a frame begins
    assert 1 < begun.count(delay) < whole.count(delay)


def test_letters_may_be_shapes_and_the_ground_left_out(tmp_path: Path) -> None:
    svg = export(tmp_path / "graph.svg", "--outlines", "--transparent")
    assert not texts(svg)
    assert b"MulBackward0" in svg
    assert not list(ET.fromstring(svg).iter(f"{SVG}rect"))


def test_dot_is_accepted_by_dot(tmp_path: Path) -> None:
    dot = export(tmp_path / "graph.dot")
    done = subprocess.run([graphviz.program(), "-Kdot", "-Tsvg"], input=dot, capture_output=True, check=True)
    assert any("MulBackward0" in text for text in texts(done.stdout))


def test_json_is_the_trace(tmp_path: Path) -> None:
    exported = json.loads(export(tmp_path / "graph.json"))
    gradviz("trace", "lesson:first", "-o", str(tmp_path / "trace.json"))
    traced = json.loads((tmp_path / "trace.json").read_text())
    assert {key: exported[key] for key in ("grad_fns", "ops", "tensors")} == {
        key: traced[key] for key in ("grad_fns", "ops", "tensors")
    }


def test_the_grad_mode_around_the_program_is_chosen(tmp_path: Path) -> None:
    shown = texts(export(tmp_path / "graph.svg", "--mode", "no_grad", program="lesson:set_grad_enabled"))
    assert any("no_grad" in text for text in shown)


def test_japanese_is_spoken(tmp_path: Path) -> None:
    svg = export(tmp_path / "graph.svg", "--lang", "ja", "--legend").decode()
    assert any("ぁ" <= character <= "ん" for character in svg)


def test_an_error_is_drawn_up_to_its_line(tmp_path: Path) -> None:
    out = tmp_path / "graph.svg"
    done = gradviz(
        "export", "-", "-o", str(out), text="x = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward()\n"
    )
    assert done.returncode == 1
    assert "line 3" in done.stderr
    assert any("MulBackward0" in text for text in texts(out.read_bytes()))


def test_a_syntax_error_is_an_error_of_the_program(tmp_path: Path) -> None:
    done = gradviz("trace", "-", "-o", str(tmp_path / "trace.json"), text="x = (\n")
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert json.loads((tmp_path / "trace.json").read_text())["error"]["type"] == "SyntaxError"


def test_a_program_without_end_reaches_its_limit(tmp_path: Path) -> None:
    out = tmp_path / "graph.svg"
    source = "x = torch.tensor(2.0, requires_grad=True)\ny = x * x\nwhile True: pass\n"
    done = gradviz("export", "-", "-o", str(out), "--timeout", "1", text=source)
    assert done.returncode == 3, done.stderr
    assert any("MulBackward0" in text for text in texts(out.read_bytes()))


def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    def values(seed: str) -> object:
        out = tmp_path / "trace.json"
        assert gradviz("trace", "-", "-o", str(out), "--seed", seed, text="r = torch.rand(3)\n").returncode == 0
        return [tensor["value"]["data"] for tensor in json.loads(out.read_text())["tensors"]]

    assert values("7") == values("7") != values("8")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "graph.svg"
    out.write_text("the old one")
    assert gradviz("export", "-", "-o", str(out), "--python", "/nowhere/python").returncode == 2
    assert out.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [out]


def test_without_a_display_the_window_says_so_in_one_sentence() -> None:
    done = gradviz()
    assert (done.returncode, done.stdout) == (2, "")
    assert "no display" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_doctor_knows_this_machine() -> None:
    done = gradviz("doctor")
    assert done.returncode == 0, done.stdout
    assert "torch" in done.stdout


@pytest.mark.parametrize("steps", [1_000, 100_000])
def test_a_long_chain_ends_in_a_small_picture(steps: int, tmp_path: Path) -> None:
    """No function of ours recurses over the graph, and freeing it does not end the process."""
    out = tmp_path / "graph.svg"
    source = f"x = torch.zeros((), requires_grad=True)\nfor i in range({steps}):\n    x = x + 1\n"
    done = gradviz("export", "-", "-o", str(out), "--timeout", "60", text=source)
    assert done.returncode == 0, done.stderr
    svg = out.read_bytes()
    assert len(svg) < 200_000
    assert any(f"{steps:,}" in text or str(steps) in text for text in texts(svg))


def test_measure_compares_the_modes(tmp_path: Path) -> None:
    chain = "import torch\nx = torch.tensor(1.0, requires_grad=True)\nfor _ in range(1000):\n    x = x + 1\n"
    done = gradviz("measure", "-", "--json", "--budget", "1", text=chain)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    grad, no_grad = found["modes"]["grad"], found["modes"]["no_grad"]
    assert 400_000 < grad["graph_bytes"] < 800_000
    assert no_grad["graph_bytes"] < 10_000
    for mode in found["modes"].values():
        assert mode["time_s"]["n"] >= 3
        assert mode["time_s"]["median"] > 0
        assert mode["time_s"]["iqr"] >= 0
    assert found["verdict"]["time"]
    assert "more than no_grad" in found["verdict"]["memory"]


def test_measure_tells_of_modes_that_raise_and_counts_what_comes_before() -> None:
    done = gradviz("measure", "lesson:first", "--budget", "0.2")
    assert done.returncode == 0, done.stderr
    assert "RuntimeError: element 0 of tensors does not require grad" in done.stdout
    (forward,) = [line for line in done.stdout.splitlines() if line.startswith("before backward ")]
    assert forward.count("±") == 3


def test_measure_of_what_is_no_program() -> None:
    assert gradviz("measure", "-", text="x = = 1").returncode == 1


def test_measure_ends_at_its_limit_with_what_it_has() -> None:
    done = gradviz("measure", "-", "--timeout", "1", "--budget", "0.5", "--json", text="while True: pass")
    assert done.returncode == 3
    assert json.loads(done.stdout)["verdict"]["time"] == "nothing could be measured"
