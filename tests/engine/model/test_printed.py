"""What only printing takes of a tensor is in the record, and is not drawn."""

import pytest

from gradviz.model.graph.build import build
from tests.engine.recording import record

HEAD = (
    "import torch, logging\nx = torch.tensor([1., 2.], requires_grad=True)\ny = x * 3\n"
    "loss = y.sum()\nnet = torch.nn.Linear(2, 1)\n"
)


def drawn(source: str) -> list[str]:
    return [node.op.name for node in build(record(source, seed=0), "both").nodes if node.op is not None]


@pytest.mark.parametrize(
    "printing",
    [
        *('s = f"{loss}"', 's = f"{loss:.3f} {y}"', "s = f'{loss!r} {loss!s}'", "s = '{:.2f}'.format(loss)"),
        *("s = format(loss, '.2e')", "s = '%s %r' % (loss, y)", "s = str(y) + repr(x)", "print(loss, y, net)"),
        *("print('loss', f'{loss:>9}')", "logging.makeLogRecord({'msg': '%s', 'args': (loss,)}).getMessage()"),
        *("s = float(loss.item())", "print(loss.tolist(), y.detach)", "s = [f'{one}' for one in (loss, loss)]"),
        "print(f'{x[0]}' if False else f'{loss}')",
    ],
)
def test_printing_draws_nothing(printing: str) -> None:
    assert drawn(HEAD + printing + "\nloss.backward()\n") == drawn(HEAD + "loss.backward()\n")


def test_what_is_printed_is_in_the_record() -> None:
    trace = record(HEAD + "s = f'{loss:.3f}'\n")
    (copy,) = [op for op in trace.ops if op.line == 6 and op.name == "aten::detach.default"]
    assert copy.why_unrecorded == "detach"


@pytest.mark.parametrize("taken", ["n = loss.detach().item()", "d = loss.detach()", "s = f'{(loss * 2).detach()}'"])
def test_what_the_person_takes_is_drawn(taken: str) -> None:
    assert "aten::detach.default" in drawn(HEAD + taken + "\n")
