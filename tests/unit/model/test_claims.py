import pytest

from gradviz.model.claims import Claim, failure, failures
from gradviz.model.trace import (
    GradFn,
    GradMode,
    Memory,
    Op,
    Output,
    ProgramError,
    Saved,
    Step,
    Tensor,
    Trace,
    Value,
    Warned,
)


def tensor(number: int, *, value: Value | None = None, grad: Value | None = None, grad_fn: int | None = None) -> Tensor:
    return Tensor(
        id=number,
        step=number,
        shape=() if value is None else value.shape,
        dtype="float32",
        device="cpu",
        requires_grad=True,
        is_leaf=grad_fn is None,
        is_inference=False,
        retains_grad=False,
        version=0,
        nbytes=4,
        storage=number,
        base=None,
        made_by=None,
        grad_fn=grad_fn,
        line=1,
        value=value,
        grad=grad,
    )


def op(number: int, line: int, grad_fn: int | None, why: str | None = None) -> Op:
    mode: GradMode = "grad" if grad_fn is not None else "no_grad"
    return Op(number, number, "aten::mul.Tensor", None, "forward", line, None, (0, 0), (1,), mode, grad_fn, why)


def saved(name: str) -> Saved:
    return Saved(name, tensor=0, nbytes=4, version=0, state="kept")


TRACE = Trace(
    torch="2.13.0",
    python="3.11",
    mode="grad",
    source="",
    tensors=(
        tensor(0, value=Value((), (2.0,)), grad=Value((), (4.0,))),
        tensor(1, value=Value((2, 2), (1.0, 2.0, 3.0, 4.0)), grad_fn=1),
        tensor(2, value=Value((0,), ()))._replace(version=None),
    ),
    ops=(op(0, 4, 1), op(1, 5, None, "no_grad"), op(2, 5, None, "no_grad")),
    grad_fns=(
        GradFn(0, 1, "AccumulateGrad", (), 0, 3, ()),
        GradFn(1, 1, "MulBackward0", ((0, 0), (0, 0), (None, 0)), None, 4, (saved("self"), saved("other"))),
    ),
    steps=(
        Step(0, "line", 3, names={"x": 1, "e": 2}),
        Step(1, "line", 4, names={"x": 0, "y": 1, "gone": 1}),
        Step(2, "line", 5, names={"gone": None}),
        Step(3, "op", 5),
        Step(4, "backward", 6, grad_fn=1),
        Step(5, "accumulate", 6, grad_fn=0),
        Step(6, "backward", 7, grad_fn=1),
    ),
    output=(Output(6, "tensor"), Output(6, "(4.)\nTrue\n"), Output(6, "False\n", "stderr")),
    warnings=(Warned(7, "UserWarning", "y is not a leaf"),),
    error=ProgramError("AttributeError", "no such thing", 8, "typo"),
    memory=Memory(saved_bytes=8),
)

HOLDS = [
    Claim(tensor="x", value=2.0, grad=4.0, grad_fn="None", requires_grad=True, is_leaf=True, is_inference=False),
    Claim(tensor="y", value=[[1.0, 2.0], [3.0, 4.0]], grad="None", grad_fn="MulBackward0", is_leaf=False),
    Claim(tensor="e", value=[], version="None"),
    Claim(tensor="x", version=0, shares="x"),
    Claim(tensor="gone", is_leaf=False),  # a name that went away still names what it meant last
    Claim(grad_fn="MulBackward0", edges=2, into=1, saved=["self", "other"], times=1),
    Claim(grad_fn="MulBackward0", state="kept", runs=2),
    Claim(grad_fn="AccumulateGrad", runs=1),
    Claim(grad_fn="AddBackward0", times=0),
    Claim(error="AttributeError", line=8, hint="typo"),
    Claim(warning="not a leaf"),
    Claim(warning="not a leaf", line=7),
    Claim(warning="", times=1),
    Claim(warning="not a leaf", line=8, times=0),
    Claim(output="tensor(4.)"),
    Claim(output="True"),
    Claim(line=4, mode="grad", recorded=True),
    Claim(line=5, mode="no_grad", recorded=False, why="no_grad", times=2),
    Claim(line=6, times=0),
    Claim(saved_bytes=8),
]
FAILS = [
    (Claim(tensor="x", value=3.0), "tensor x: value is 2.0, not 3.0"),
    (Claim(tensor="x", grad="None", is_leaf=False), "tensor x: grad is 4.0, not None, is_leaf is True, not False"),
    (Claim(tensor="nobody", value=3.0), "no tensor is named nobody"),
    (Claim(tensor="x", version=1), "tensor x: version is 0, not 1"),
    (Claim(tensor="x", shares="y"), "tensor x: its memory is not that of y"),
    (Claim(tensor="x", shares="nobody"), "tensor x: its memory is not that of nobody"),
    (Claim(grad_fn="MulBackward0", runs=1), "MulBackward0: runs is 2, not 1"),
    (Claim(grad_fn="MulBackward0", state="freed"), "MulBackward0 1: state is ['kept'], not ['freed']"),
    (Claim(grad_fn="AccumulateGrad", state="kept"), "AccumulateGrad 0: state is [], not ['kept']"),
    (Claim(grad_fn="MulBackward0", times=2), "MulBackward0: times is 1, not 2"),
    (Claim(grad_fn="MulBackward0", into=2), "MulBackward0 1: into is 1, not 2"),
    (Claim(grad_fn="AddBackward0"), "there is no AddBackward0"),
    (Claim(error="TypeError"), "error (no such thing): type is AttributeError, not TypeError"),
    (Claim(error=""), "error (no such thing): type is AttributeError, not "),
    (Claim(warning="tea"), "no warning says 'tea'"),
    (Claim(warning="not a leaf", line=1), "no warning says 'not a leaf' on line 1"),
    (Claim(warning="leaf", times=0), "warnings that say 'leaf': times is 1, not 0"),
    (Claim(output="False"), "'False' was not printed, but ['tensor(4.)', 'True']"),
    (Claim(line=4, recorded=False), "aten::mul.Tensor on line 4: recorded is True, not False"),
    (Claim(line=5, times=1), "ops on line 5: times is 2, not 1"),
    (Claim(line=6), "no op ran on line 6"),
    (Claim(saved_bytes=0), "the graph: saved_bytes is 8, not 0"),
]


@pytest.mark.parametrize("claim", HOLDS)
def test_what_is_so_holds(claim: Claim) -> None:
    assert failure(claim, TRACE) == ""


@pytest.mark.parametrize(("claim", "words"), FAILS)
def test_what_is_not_so_is_said(claim: Claim, words: str) -> None:
    assert failure(claim, TRACE) == words


def test_only_failures_are_listed() -> None:
    assert failures((HOLDS[0], FAILS[0][0]), TRACE) == (FAILS[0][1],)


def test_no_error_can_be_claimed() -> None:
    fine = TRACE._replace(error=None)
    assert failure(Claim(error=""), fine) == ""
    assert failure(Claim(error="TypeError"), fine) == "no error, TypeError was claimed"


def test_a_claim_must_state_something() -> None:
    with pytest.raises(ValueError, match="states nothing"):
        failure(Claim(mode="grad"), TRACE)
