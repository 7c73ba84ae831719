"""A program goes by the name of a lesson for as long as a line of it is there."""

import pytest

from gradviz.model.source.left import is_left

LESSON = "# What it is\nimport torch\nfrom torch import nn\n\nx = torch.ones(2)\nif x.sum():\n    y = x * x\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (LESSON, False),
        ("for x in xs:\n        y = x * x  \n", False),
        ("y = x * x\n", False),
        ("x = torch.ones(3)\nif x.sum():\n", False),
        ("# What it is\nimport torch\nfrom torch import nn\n\nz = torch.zeros(2)\n", True),
        ("", True),
    ],
)
def test_a_program_is_left_when_no_line_but_imports_is_there(text: str, left: bool) -> None:
    assert is_left(LESSON, text) is left
