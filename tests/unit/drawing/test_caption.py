"""A picture that goes without the window says what it is of."""

import pytest

from gradviz.drawing.caption import caption, captioned
from gradviz.drawing.shapes import Drawing
from gradviz.drawing.words import ENGLISH, JAPANESE
from gradviz.layout.geometry import Size


@pytest.mark.parametrize(
    ("name", "source", "called"),
    [
        ("net.py", "# A net\n", "net.py"),
        ("", "# A net\nimport torch\n", "A net"),
        ("", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n## A net ##\n# of two layers\n", "A net"),
        ("", "import torch\n# not what it is of\n", "Autograd graph"),
        ("", "#\n", "Autograd graph"),
        ("", "", "Autograd graph"),
        ("", "# a\u202eb\n", "ab"),
        ("", f"# {'x' * 100}", f"{'x' * 79}…"),
    ],
)
def test_a_program_is_called_by_its_file_or_by_what_it_begins_with(name: str, source: str, called: str) -> None:
    assert caption(name, source, ENGLISH) == called


def test_a_step_is_told() -> None:
    bare = Drawing(Size(1, 1), (), (), ())
    assert captioned(bare, "net.py", ENGLISH).title == "net.py"
    assert captioned(bare, "net.py", ENGLISH, 3, 1200).title == "net.py · step 3 of 1,200"
    assert captioned(bare, caption("", "", JAPANESE), JAPANESE, 1, 2).title == "計算グラフ · ステップ 1 / 2"
