"""PDFs, read back by poppler."""

import re
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QHashSeed

from gradviz.drawing.shapes import Drawing
from gradviz.drawing.theme import DARK, LIGHT
from gradviz.drawing.words import ENGLISH, JAPANESE
from gradviz.export.pdf import pdf
from gradviz.export.sheets import PAPERS, POINTS, Paper, sheets
from gradviz.export.work import finished
from tests.unit.drawing.samples import SAMPLES, drawn, every_kind, square

pytestmark = pytest.mark.usefixtures("qapp")


def written(tmp_path: Path, *drawings: Drawing, paper: Paper = "fit", scale: float = 1.0) -> Path:
    path = tmp_path / "g.pdf"
    path.write_bytes(finished(pdf(drawings, LIGHT, "#FFFFFF", paper, scale)))
    return path


def told(program: str, path: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments, str(path)], capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout


def read(path: Path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout


def info(path: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in told("pdfinfo", path).splitlines())
    return {name: value.strip() for name, _, value in lines}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_page_that_fits(name: str, tmp_path: Path) -> None:
    drawing = drawn(*SAMPLES[name], legend=True)[1]
    facts = info(written(tmp_path, drawing))
    assert facts["Pages"] == "1"
    width, _, height, *_ = facts["Page size"].split()
    assert float(width) == pytest.approx(drawing.size.width * POINTS, abs=1)
    assert float(height) == pytest.approx(drawing.size.height * POINTS, abs=1)
    assert facts["Title"] == drawing.title


def test_its_fonts_are_in_it_and_its_text_can_be_searched(tmp_path: Path) -> None:
    path = written(tmp_path, drawn(*every_kind(), JAPANESE, legend=True)[1])
    fonts = [line.split() for line in told("pdffonts", path).splitlines()[2:]]
    assert len(fonts) > 1
    assert all(font[-5] == "yes" for font in fonts), fonts  # the column "emb"
    text = read(path)
    assert "LinearBackward0" in text
    assert "float32" in text  # and no letter that stands for "fl"
    assert "演算" in text


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_large_graph_takes_several_sheets_that_tell_their_place(paper: Paper, tmp_path: Path) -> None:
    drawing = drawn(*every_kind())[1]
    path = written(tmp_path, drawing, paper=paper, scale=2.0)
    expected = sheets(drawing, paper, 2.0)
    assert len(expected) > 2
    facts = info(path)
    assert facts["Pages"] == str(len(expected))
    width, _, height, *_ = facts["Page size"].split()
    assert sorted((float(width), float(height))) == sorted(PAPERS[paper])
    pages = read(path).split("\f")
    for sheet, page in zip(expected, pages, strict=False):
        assert sheet.name in page.split()


def test_each_drawing_has_its_page_and_the_work_can_be_left(tmp_path: Path) -> None:
    first, second = drawn(*square())[1], drawn(*every_kind())[1]
    path = written(tmp_path, first, second)
    assert info(path)["Pages"] == "2"
    sizes = told("pdfinfo", path, "-f", "1", "-l", "2").count("size:")
    assert sizes >= 2
    work = pdf([first, second], DARK)
    assert [next(work), next(work)] == [0.0, 0.5]
    work.close()


def test_the_same_drawings_make_the_same_file(tmp_path: Path) -> None:
    drawings = [drawn(*sample, words)[1] for sample in SAMPLES.values() for words in (ENGLISH, JAPANESE)]  # many fonts
    path = written(tmp_path, *drawings)
    first, facts = path.read_bytes(), info(path)
    assert facts.keys().isdisjoint({"CreationDate", "ModDate"})
    assert facts["Metadata Stream"] == "yes"
    assert not re.findall(rb'Date="[^"]', first)
    for _ in range(5):
        QHashSeed.resetRandomGlobalSeed()  # as another process has another one
        assert written(tmp_path, *drawings).read_bytes() == first
    ids = [re.findall(rb"uuid:([^\"]+)", data) for data in (first, written(tmp_path, drawings[0]).read_bytes())]
    assert [len(found) for found in ids] == [1, 1]
    assert ids[0] != ids[1]
