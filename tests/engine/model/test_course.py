"""The stops of recorded runs: what a person steps through."""

from gradviz.model.moments.course import Course, next_line
from gradviz.model.moments.moment import History
from gradviz.model.moments.stops import _depths, course
from gradviz.model.trace import Step
from tests.engine.recording import record


def told(source: str) -> list[tuple[str, int]]:
    found = course(History(record(source)))
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


def test_how_deep_a_stop_is_inside_the_calls_of_the_program() -> None:
    source = (
        "import torch\n"
        "def f(n, x):\n"
        "    if n == 0:\n"
        "        return x\n"
        "    return f(n - 1, x * 2) + 1\n"
        "def told(g):\n"
        "    return g\n"
        "x = torch.ones(1, requires_grad=True)\n"
        "x.register_hook(told)\n"
        "y = f(1, x) * 3\n"
        "y.backward()\n"
    )
    found = course(History(record(source)))
    at = zip(found.kinds, found.lines, found.depths, strict=True)
    calls = [(kind, line, depth) for kind, line, depth in at if line not in (1, 2, 6, 8, 9)]
    assert calls[:8] == [
        ("L", 10, 0),
        ("L", 3, 1),
        ("L", 5, 1),
        ("O", 5, 1),  # x * 2
        ("L", 3, 2),
        ("L", 4, 2),
        ("O", 5, 1),  # + 1, after the call has returned
        ("O", 10, 0),
    ]
    assert ("L", 7, 1) in calls  # the hook, inside backward
    assert found.functions == {3: "f", 4: "f", 5: "f", 7: "told"}
    assert {depth for kind, _, depth in calls if kind in "BA"} == {0}


def test_steps_of_any_depth_are_told_in_time_linear_in_their_number() -> None:
    deep = [Step(k, "line", k, depth=k * 10**8) for k in range(20_000)]
    ops = [Step(20_000 + k, "op", -1) for k in range(20_000)]
    assert list(_depths([*deep, *ops, *deep]))[-1] == 19_999 * 10**8


def test_from_line_to_line() -> None:
    found = Course("LLOBAL", (0, 1, 2, 3, 4, 5), (1, 2, 2, 2, 2, 3), (0,) * 6)
    assert [next_line(found, at, 1) for at in range(6)] == [1, 5, 5, 5, 5, None]
    assert [next_line(found, at, -1) for at in range(6)] == [None, 0, 1, 1, 1, 1]
    assert next_line(Course(), 0, 1) is None
