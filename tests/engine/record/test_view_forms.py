"""Views of every kind, changed in place in every way: a program does under the recorder what it does bare."""

from pathlib import Path

import pytest

from tests.engine.bare import both_runs

HEAD = "import torch\nx = torch.arange(1., 13.).view(3, 4).requires_grad_()\ny = x * 1\n"
TEXT = Path(__file__).with_name("views.txt").read_text()
PROGRAMS = dict(part.split("\n", 1) for part in TEXT.split("## ")[1:])  # by what they are about


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_a_changed_view_is_what_it_is_without_the_recorder(source: str) -> None:
    bare, recorded, _ = both_runs(HEAD + source)
    assert recorded == bare
