"""The stops of recorded runs: what a person steps through."""

from gradviz.model.course import Course, course, next_line
from tests.engine.recording import record


def told(source: str) -> list[tuple[str, int]]:
    found = course(record(source))
    assert list(found.steps) == sorted(set(found.steps))
    return list(zip(found.kinds, found.lines, strict=True))


def test_lines_ops_and_backward_in_their_order() -> None:
    source = "import torch\nx = torch.ones(1, requires_grad=True)\ny = x * x\ny.backward()\nprint('done')\n"
    assert told(source) == [
        *(("L", 1), ("L", 2), ("L", 3), ("O", 3), ("L", 4)),
        *(("B", 4), ("A", 4), ("L", 5)),
    ]


def test_what_runs_inside_a_function_is_one_stop() -> None:
    source = (
        "import torch\n"
        "class Double(torch.autograd.Function):\n"
        "    @staticmethod\n"
        "    def forward(ctx, x):\n"
        "        return (x + x).clone()\n"
        "    @staticmethod\n"
        "    def backward(ctx, g):\n"
        "        return g * 2\n"
        "y = Double.apply(torch.ones(1))\n"
    )
    assert [kind for kind, _ in told(source)].count("O") == 1


def test_the_second_graph_is_stepped_through_too() -> None:
    source = (
        "import torch\nx = torch.ones(1, requires_grad=True)\n"
        "g, = torch.autograd.grad(x ** 3, x, create_graph=True)\ng.backward()\n"
    )
    kinds = [kind for kind, line in told(source) if line == 3]
    assert kinds.count("B") >= 1
    assert kinds.count("O") >= 2  # the power, and the ops that backward recorded


def test_from_line_to_line() -> None:
    found = Course("LLOBAL", (0, 1, 2, 3, 4, 5), (1, 2, 2, 2, 2, 3))
    assert [next_line(found, at, 1) for at in range(6)] == [1, 5, 5, 5, 5, 5]
    assert [next_line(found, at, -1) for at in range(6)] == [0, 0, 1, 1, 1, 1]
    assert next_line(Course(), 0, 1) == 0
