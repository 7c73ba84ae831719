"""What a Picture tells of one number: the value and .grad of each tensor that is one, and whose .grad they are."""

import pytest

from gradviz.picture.make import picture
from gradviz.picture.picture import Options, Picture, TensorRow
from gradviz.picture.record.record import Record
from tests.engine.recording import record

SQUARE = "import torch\nx = torch.tensor({}, requires_grad=True)\nw = torch.tensor([1., 2.])\ny = torch.sin(x) * x\n"


def pictured(source: str) -> Picture:
    return picture(1, Record(record(source)), Options(), complete=True)


def row(made: Picture, name: str) -> TensorRow:
    return next(row for row in made.rows if row.name == name)


def test_the_grad_of_the_root_is_the_slope_that_finite_differences_have() -> None:
    made = pictured(SQUARE.format(2.0) + "y.backward()")
    more, less = (row(pictured(SQUARE.format(at) + "y.backward()"), "y").number for at in (2.01, 1.99))
    assert more is not None
    assert less is not None
    assert (made.root, made.plain) == (row(made, "y").tensor, True)
    assert row(made, "x").slope == pytest.approx((more - less) / 0.02, rel=1e-3)
    assert (row(made, "x").number, row(made, "w").number, row(made, "w").slope) == (2.0, None, None)


@pytest.mark.parametrize(
    ("calls", "rooted", "plain"),
    [
        ("y.backward(retain_graph=True)", True, True),
        ("y.backward(retain_graph=True)\ny.backward()", True, False),
        ("y.backward(torch.tensor(2.))", True, False),
        ("torch.autograd.backward([y])", True, False),
        ("torch.autograd.backward([y, 2 * y])", False, False),
        ("torch.autograd.grad(y, x)", True, False),
        ("y.backward(inputs=[x])", True, False),
        ("", False, False),
    ],
)
def test_a_grad_is_the_slope_after_one_plain_backward(calls: str, rooted: bool, plain: bool) -> None:
    made = pictured(SQUARE.format(2.0) + calls)
    assert (made.root is not None, made.plain) == (rooted, plain)


def test_no_number_is_told_where_there_is_none() -> None:
    made = pictured("import torch\na = torch.tensor(True)\nb = torch.tensor(float('nan'))\nc = torch.tensor(1j)\n")
    assert [one.number for one in made.rows] == [None, None, None]
