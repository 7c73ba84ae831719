"""What names of functions stood for is told after they have returned."""

from gradviz.picture.picture import Local
from gradviz.picture.texts.locals import MOST, locals_of
from tests.engine.recording import record

SOURCE = """\
import torch
class Net(torch.nn.Module):
    def forward(self, data, scale=2.0):
        h = data * scale
        return h.sum()
def f(a, *rest, n=1):
    def g(b):
        return b + n
    return g(a)
x = torch.ones(2)
for width in (3, 4):
    Net()(torch.ones(width))
f(x.double())
"""


def test_the_last_tensor_of_each_name_of_a_function() -> None:
    assert set(locals_of(record(SOURCE))) == {
        Local("Net.forward", "data", "(4,)", "float32"),
        Local("Net.forward", "h", "(4,)", "float32"),
        Local("f", "a", "(2,)", "float64"),
        Local("f.g", "b", "(2,)", "float64"),
    }


def test_no_more_names_are_told_than_anybody_reads() -> None:
    many = "".join(f"    a{number} = t\n" for number in range(MOST + 5))
    assert len(locals_of(record(f"import torch\ndef f(t):\n{many}f(torch.ones(1))\n"))) == MOST
