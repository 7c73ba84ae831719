"""What a call is given is left out of a box where it does not fit: what is called is not."""

import pytest

from gradviz.drawing.content.titles import box_title
from gradviz.model.trace import Op


@pytest.mark.parametrize(
    ("call", "title"),
    [
        ("self.bn1(self.conv1(x))", "native_batch_norm · self.bn1(…)"),
        ("self.bn(x)", "native_batch_norm · self.bn(x)"),
        ("self.norms[k](first)(self.conv1(x) + (y * z))", "native_batch_norm · self.norms[k](first)(…)"),
        ("(self.conv1(x) + self.conv2(x) + z)", "native_batch_norm · (self.conv1(x) + self.conv2(x) + z)"),
        ("self.conv1(x) + self.conv2(x) + other", "native_batch_norm · self.conv1(x) + self.conv2(x) + other"),
        (
            "one, another, yet another, and one more unbalanced)",
            "native_batch_norm · one, another, yet another, and one more unbalanced)",
        ),
    ],
)
def test_what_is_called_stays(call: str, title: str) -> None:
    op = Op(0, 0, "aten::native_batch_norm.default", call, "forward", 1, None, (), (), "grad", None, None)
    assert box_title(op) == title
    assert box_title(op._replace(phase="backward")) == "native_batch_norm"
    inner = op._replace(module="net.blocks.10.normalization.bn", nested=True)
    assert box_title(inner) == "native_batch_norm · net.blocks.10.normalization.bn"
