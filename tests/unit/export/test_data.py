import json

import pytest

from gradviz.export.data import Json, document, value_tree
from gradviz.model.trace import (
    BackwardCall,
    GradFn,
    Hook,
    HookCall,
    Limit,
    Memory,
    Output,
    ProgramError,
    Region,
    Saved,
    Step,
    Trace,
    Value,
    Warned,
)
from tests.unit.drawing.samples import op, scalar, tensor

# The contract's own keys, in its own order.
KEYS = [
    *("schema", "torch", "python", "mode", "source", "tensors", "ops", "grad_fns", "steps", "output", "warnings"),
    *("error", "limits", "memory"),
]
TENSOR = [
    *("id", "names", "shape", "strides", "dtype", "device", "requires_grad", "is_leaf", "is_inference", "retains_grad"),
    *("version", "nbytes", "storage", "base", "made_by", "grad_fn", "line", "value", "grad"),
]
OP = [
    *("id", "name", "call", "phase", "line", "module", "inputs", "outputs", "grad_mode", "grad_fn", "why_unrecorded"),
]


def full() -> Trace:
    x = tensor(0, "x", value=Value((2, 2), (1.0, 2.0, 3.0, 4.0)), grad=Value((2, 2), (1.0, "nan", "inf", 4.0)))
    saved = Saved("self", 0, 16, 0, "freed", 0, (2, 2))
    sink = GradFn(0, 0, "AccumulateGrad", (), 0, 1, ())
    made = GradFn(1, 0, "MulBackward0", ((0, 0), (None, 0)), None, 2, (saved,))
    return Trace(
        "2.13.0+cpu",
        "3.11.7",
        "no_grad",
        "x = 1\nprint('é\ud800')",
        (x,),
        (x._replace(step=3),),
        (op(0, "aten::mul.Tensor", "x * x", 0, 0),),
        (sink, made),
        (
            Step(0, "line", 1, None, None, {"x": 0, "gone": None}, (), (), 1, 2, "f", {0: {"y": 0}}),
            Step(1, "backward", None, grad_fn=1, arrived=(scalar(1.0), None), left=(scalar(2.0),)),
        ),
        (BackwardCall(0, 1, 3, "y.backward()", (0, None), (1, None), True, False),),
        (Region(0, None, "no_grad", 4, "with torch.no_grad():"),),
        (Output(1, "hi\n", "stderr"),),
        (Warned(2, "UserWarning", "careful"),),
        ProgramError("RuntimeError", "no", 4, "not-tracked", (0,), (1,), 2, 4, 9),
        Limit("time", "line 4"),
        Memory(16, 32, None),
        0.5,
        (made._replace(step=2),),
    )


def loaded(trace: Trace) -> dict[str, Json]:
    answer: dict[str, Json] = json.loads(b"".join(document(trace)))
    return answer


def rows(value: Json) -> list[dict[str, Json]]:
    assert isinstance(value, list)
    return [row for row in value if isinstance(row, dict)]


def test_the_keys_are_those_of_the_contract_and_in_its_order() -> None:
    text = loaded(full())
    assert [key for key in text if key in KEYS] == KEYS
    (one,), (call,) = rows(text["tensors"]), rows(text["ops"])
    assert [key for key in one if key in TENSOR] == TENSOR
    assert [key for key in call if key in OP] == OP


def test_what_is_written_is_what_was_recorded() -> None:
    text = loaded(full())
    assert text["schema"] == 1
    assert text["mode"] == "no_grad"
    assert text["source"] == "x = 1\nprint('é\ud800')"
    assert text["output"] == [{"line": 1, "text": "hi\n", "stream": "stderr", "step": 0}]
    assert text["warnings"] == [{"line": 2, "category": "UserWarning", "message": "careful"}]
    assert text["limits"] == {"reached": "time", "at": "line 4"}
    assert text["memory"] == {"saved_bytes": 16, "peak_bytes": 32, "graph_bytes": None, "parameter_bytes": 0}
    error = text["error"]
    assert isinstance(error, dict)
    assert (error["type"], error["line"], error["hint"]) == ("RuntimeError", 4, "not-tracked")
    assert (error["tensors"], error["grad_fns"]) == ([0], [1])


def test_hooks_are_told_with_the_gradients_that_they_were_given() -> None:
    hook = Hook(0, 1, "register_hook", "clip", 3, 0, 1, None, 5)
    text = loaded(full()._replace(hooks=(hook,), hook_calls=(HookCall(0, 4, 1, (scalar(2.0),), (None,)),)))
    assert text["hooks"] == [hook._asdict()]
    (call,) = rows(text["hook_calls"])
    assert (call["hook"], call["step"], call["grad_fn"], call["after"]) == (0, 4, 1, [None])
    (before,) = rows(call["before"])
    assert before["data"] == 2.0


def test_an_error_that_was_caught_is_told_as_one_that_was_not() -> None:
    trace = full()
    assert trace.error is not None
    text = loaded(trace._replace(error=None, caught=(trace.error,)))
    assert (text["error"], text["caught"]) == (None, [loaded(trace)["error"]])


def test_strides_are_those_of_what_is_not_contiguous() -> None:
    trace = full()
    (x,) = trace.tensors
    told = [rows(loaded(trace._replace(tensors=(one,)))["tensors"])[0] for one in (x, x._replace(strides=(1, 2)))]
    assert [one["strides"] for one in told] == [None, [1, 2]]


def test_graph_and_steps_keep_their_order_and_ids() -> None:
    text = loaded(full())
    made, (line, back) = rows(text["grad_fns"])[1], rows(text["steps"])
    assert made["next"] == [[0, 0], [None, 0]]
    assert made["saved"] == [
        {"name": "self", "tensor": 0, "nbytes": 16, "version": 0, "state": "freed", "storage": 0, "shape": [2, 2]}
        | {"storage_nbytes": 16}
    ]
    assert (line["index"], line["kind"], line["names"]) == (0, "line", {"x": 0, "gone": None})
    assert back["arrived"] == [value_tree(scalar(1.0)), None]


def test_values_are_nested_and_bring_their_statistics() -> None:
    assert value_tree(Value((2, 2), (1.0, 2.0, 3.0, 4.0))) == {
        "data": [[1.0, 2.0], [3.0, 4.0]],
        "min": 1.0,
        "max": 4.0,
        "mean": 2.5,
        "std": pytest.approx(1.2909944487),
        "nan": 0,
        "inf": 0,
    }
    odd = value_tree(Value((3,), (1.0, "nan", "-inf")))
    assert odd is not None
    assert (odd["data"], odd["min"], odd["nan"], odd["inf"]) == ([1.0, "nan", "-inf"], "nan", 1, 1)
    many = value_tree(Value((99,), min=0.0, max=1.0, mean=0.5, std=0.1, nan=2))
    assert many == {"data": None, "min": 0.0, "max": 1.0, "mean": 0.5, "std": 0.1, "nan": 2, "inf": 0}
    unread = value_tree(Value((4,)))
    assert unread == {"data": None, "min": None, "max": None, "mean": None, "std": None, "nan": 0, "inf": 0}
    assert value_tree(Value((99,), uninitialized=True)) == {**unread, "uninitialized": True}
    number = value_tree(scalar(2.0))
    assert number is not None
    assert number["data"] == 2.0
    assert value_tree(None) is None


def test_a_run_that_recorded_nothing_is_a_whole_document() -> None:
    text = loaded(Trace("2.13.0", "3.11.7", "grad", ""))
    assert (text["tensors"], text["error"], text["limits"]) == ([], None, None)


def test_each_record_is_a_line() -> None:
    steps = tuple(Step(number, "line", number) for number in range(3))
    lines = b"".join(document(full()._replace(steps=steps))).decode().splitlines()
    first = lines.index('"steps": [') + 1
    assert [json.loads(line.strip(","))["index"] for line in lines[first : first + 3]] == [0, 1, 2]
    assert lines[first + 3] == "],"


def test_no_piece_is_larger_for_a_longer_run() -> None:
    def largest(count: int) -> int:
        steps = tuple(Step(100_000 + number, "line", 1) for number in range(count))
        return max(map(len, document(full()._replace(steps=steps))))

    assert largest(10) == largest(10_000)


def test_the_ends_of_bools_are_numbers_as_of_all_other_values() -> None:
    tree = value_tree(Value((90,), None, False, True, 0.5, 0.5))
    assert tree is not None
    assert [repr(tree[name]) for name in ("min", "max", "mean")] == ["0.0", "1.0", "0.5"]
