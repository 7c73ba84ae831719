from typing import get_args

import pytest

from gradviz.drawing.content.content import Content, Shape
from gradviz.drawing.content.nodes import node_content
from gradviz.drawing.content.telling import tell
from gradviz.drawing.content.valuewords import short_text
from gradviz.drawing.metrics import WIDEST, elided
from gradviz.drawing.shapes import Role, TextRole
from gradviz.drawing.words import ENGLISH, JAPANESE, Words
from gradviz.model.graph.graph import Fold, Graph, Node, NodeKind, Span, View
from gradviz.model.graph.modules import Modules
from gradviz.model.quantities import byte_text
from gradviz.model.trace import BackwardCall, GradFn, Hook, HookCall, Op, Region, Saved, Step, Trace, Value
from gradviz.model.why.why import Why, WhyNoGrad, why_text
from tests.unit.drawing.samples import every_kind, kept, node_of, op, scalar, spoilt, square, tensor
from tests.unit.model.traces import known


def told(sample: tuple[Graph, Trace], words: Words = ENGLISH, *, values: bool = True) -> dict[str, Content]:
    graph, trace = sample
    telling = tell(graph, known(trace), words, values=values)
    return {node.id: node_content(node, telling) for node in graph.nodes}


def lines(one: Content) -> list[str]:
    return [line.text for line in one.lines]


def test_every_kind_has_its_own_outline_or_role() -> None:
    boxes = told(every_kind())
    looks = {name: (one.role, one.shape) for name, one in boxes.items()}
    assert looks["t0"] == (Role.LEAF, Shape.ROUNDED)
    assert looks["t1"] == (Role.CONSTANT, Shape.SQUARE)
    assert looks["t2"] == (Role.INTERMEDIATE, Shape.ROUNDED)
    assert looks["t3"] == (Role.ROOT, Shape.DOUBLE)
    assert looks["t4"] == (Role.DETACHED, Shape.SQUARE)
    assert looks["t5"] == (Role.INFERENCE, Shape.CUT)
    assert looks["t6"] == (Role.ERROR, Shape.ROUNDED)
    assert looks["t7"] == (Role.CONSTANT, Shape.SQUARE)
    assert looks["o0"] == (Role.OP, Shape.PILL)
    assert looks["o2"] == (Role.UNRECORDED, Shape.PILL)
    assert looks["o4"] == (Role.ERROR, Shape.PILL)
    assert looks["f0"] == (Role.FOLD, Shape.STACK)


def test_where_nan_and_inf_began_is_said_and_signed() -> None:
    both, forward, backward = (told(spoilt(view)) for view in ("both", "forward", "backward"))
    assert lines(both["o0"])[-1] == "first nan · first inf gradient"
    assert lines(forward["o0"])[-1] == "first nan"
    assert lines(backward["g0"])[-1] == "first inf gradient"
    assert both["o0"].in_error
    assert forward["o0"].in_error
    assert backward["g0"].in_error
    assert both["o0"].role is Role.OP
    assert not told(square())["o0"].in_error


def test_what_a_grad_fn_passes_on_is_said_though_it_began_elsewhere() -> None:
    graph, trace = square()
    for left, text, signed in (
        (Value((), ("nan",)), "passes nan", True),
        (scalar(0.0), "passes only 0", False),
        (None, "passes no gradient", False),
    ):
        bad = text == "passes nan"
        arrived = Value((), ("nan",)) if bad else scalar(1.0)
        step = Step(0, "backward", 6, grad_fn=0, arrived=(arrived,), left=(left, left))
        box = told((graph, trace._replace(steps=(step,))))["o0"]
        assert (lines(box)[-1], box.in_error) == (text, signed)


def test_a_tensor_says_what_it_is_whether_it_is_tracked_and_what_its_grad_is() -> None:
    boxes = told(every_kind())
    assert lines(boxes["t0"]) == ["w, weight", "-1.5 … 2.25 · float32 · (3, 40)", ".grad -1.5 … 2.25"]
    assert lines(boxes["t1"])[1:] == ["[[1., 2.], [3., 4.5]] · float32 · (2, 2)", ".grad None — requires_grad is False"]
    assert lines(boxes["t2"]) == ["[1., nan]", "float32 · (2,)", ".grad None — not a leaf"]
    assert lines(boxes["t5"]) == ["p", "float32 · ()", ".grad None — made under inference_mode"]


def test_without_values_no_number_is_written() -> None:
    boxes = told(every_kind(), values=False)
    assert lines(boxes["t0"]) == ["w, weight", "float32 · (3, 40)", ".grad (3, 40)"]
    assert lines(boxes["t2"])[0] == "tensor"
    assert ".grad (3, 40)" in boxes["t0"].details
    assert not any("2.25" in text for one in boxes.values() for text in (*lines(one), *one.details))


@pytest.mark.parametrize(
    ("grad", "parts", "line"),
    [
        (4.0, (2.0, 2.0), ".grad 4.0 = 2.0 + 2.0"),
        (4.0, (4.0,), ".grad 4.0"),
        (5.0, (2.0, 2.0), ".grad 5.0"),
        (4.0, (2.0, None), ".grad 4.0"),
        (1e9, (1e-3,) * 9, ".grad 1e+09"),
    ],
)
def test_a_sum_is_written_only_where_it_is_short_and_true(
    grad: float, parts: tuple[float | None, ...], line: str
) -> None:
    leaf = tensor(0, "x", value=scalar(1.0), grad=scalar(grad))
    node = node_of(leaf, sums=tuple(None if part is None else scalar(part) for part in parts))
    box = told((Graph("both", (node,), (), ()), Trace("", "", "grad", "", (leaf,))))["t0"]
    assert lines(box)[-1] == line
    assert (" = " in " ".join(box.details)) == (" = " in line)


def test_a_reason_is_told_with_its_line_where_both_fit_in_a_box() -> None:
    graph, trace = every_kind()
    blamed = tuple(one._replace(region=0) if one.id == 3 else one for one in trace.ops)
    around = (Region(0, None, "inference", 7, "with torch.inference_mode():"),)
    box = told((graph, trace._replace(ops=blamed, regions=around)))["t5"]
    assert lines(box)[-1] == ".grad None — made under inference_mode"
    assert ".grad None — made under inference_mode · line 7" in box.details
    short = told((graph, trace._replace(ops=blamed, regions=around)), JAPANESE)["t5"]
    assert lines(short)[-1] == ".grad None — inference_mode の中で作成 · 7 行目"


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE])
def test_every_reason_is_read_whole_in_a_box(words: Words) -> None:
    for reason in get_args(WhyNoGrad):
        told = words.grad_none.format(why_text(Why(reason), words.language))
        assert elided(told, TextRole.GRAD, WIDEST) == told


def test_the_view_forward_has_no_autograd_in_it() -> None:
    boxes = told(square("forward"))
    assert {one.role for one in boxes.values()} == {Role.INPUT, Role.RESULT, Role.OP}
    for one in boxes.values():
        for text in (*lines(one), *one.details, *one.strips, *one.notes):
            assert not any(word in text for word in ("grad", "Backward", "record"))
        assert not one.accumulates


def test_the_view_backward_names_grad_fns_verbatim() -> None:
    boxes = told(square("backward"))
    assert boxes["g1"].shape is Shape.HEXAGON
    assert lines(boxes["g1"]) == ["x", "AccumulateGrad", ".grad 4.0"]
    assert lines(boxes["g0"]) == ["MulBackward0", "mul · x * x"]
    assert boxes["g0"].strips == ("y.backward() · line 6",)


def test_an_accumulate_grad_of_a_tensor_without_a_name_is_called_by_its_own() -> None:
    leaf = tensor(0, value=scalar(1.0))
    sink = GradFn(0, 0, "AccumulateGrad", (), 0, None, ())
    plain = Node("g0", NodeKind.GRAD_FN, grad_fn=sink)
    trace = Trace("", "", "grad", "", (leaf,))
    assert lines(told((Graph("backward", (plain,), (), ()), trace))["g0"])[0] == "AccumulateGrad"
    wrong = told((Graph("backward", (plain._replace(in_error=True, tensor=leaf),), (), ()), trace))["g0"]
    assert wrong.role is Role.ERROR


def test_a_grad_fn_without_an_op_stands_alone() -> None:
    node = Node("g0", NodeKind.GRAD_FN, grad_fn=GradFn(0, 0, "CopySlices", (), None, None, ()))
    assert lines(told((Graph("backward", (node,), (), ()), Trace("", "", "grad", "")))["g0"]) == ["CopySlices"]


def test_a_node_without_records_is_called_by_its_id() -> None:
    node = Node("n0", NodeKind.OP)
    assert lines(told((Graph("both", (node,), (), ()), Trace("", "", "grad", "")))["n0"]) == ["n0"]


def test_an_unrecorded_op_says_why() -> None:
    boxes = told(every_kind())
    assert lines(boxes["o3"]) == ["relu", "not recorded: inference_mode"]
    assert lines(boxes["o2"]) == ["detach · loss.detach()", "not recorded: detach"]
    assert lines(told(every_kind(), JAPANESE)["o5"])[1] == "記録なし: requires_grad の入力なし"


def test_saved_tensors_are_listed_once_for_each_storage() -> None:
    boxes = told(every_kind())
    assert told(square())["o0"].notes == ("saved self, other", "x · 4 B · kept")
    assert boxes["o0"].notes == (
        "saved · 6",
        "self = w, weight · 1 B · changed since",
        "other = c · 64 B · kept",
        "result = view of w, weight · 4 KiB · kept",
        "weight = loss · 256 KiB · kept",
        "+2 more",
    )
    assert boxes["o1"].notes == (
        "saved · 2",
        "input = w, weight · 4 B · freed",
        "weight · packed by a hook",
    )
    alike = GradFn(0, 0, "F", (), None, None, (kept("a", None), kept("b", None)))
    node = Node("o", NodeKind.OP, op=op(0, "f", None), grad_fn=alike)
    box = told((Graph("both", (node,), (), ()), Trace("", "", "grad", "")))["o"]
    assert box.notes == ("saved · kept", "a = () · 4 B", "b = () · 4 B")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (3 * 2**20, "3 MiB"), (2**50, "1024 TiB")],
)
def test_bytes_are_told_in_binary_units(count: int, text: str) -> None:
    assert byte_text(count) == text


def test_a_saved_tensor_says_what_became_of_it() -> None:
    def note(*saved: Saved, version: int = 0) -> tuple[str, ...]:
        x = tensor(0, "x", version=version)
        node = Node("o", NodeKind.OP, op=op(0, "f", None), grad_fn=GradFn(0, 0, "F", (), None, None, saved))
        return told((Graph("both", (node,), (), ()), Trace("", "", "grad", "", (x,))))["o"].notes

    assert note(kept("self", 0)) == ("saved self", "x · 4 B · kept")
    assert note(kept("self", 0), version=1) == ("saved self", "x · 4 B · changed since")
    assert note(kept("self", 0, version=1), kept("result", 0), version=1)[1] == "x · 4 B · changed since"
    assert note(kept("self", 0, "freed"), version=1) == ("saved self", "x · 4 B · freed")
    assert note(kept("self", None, "packed", nbytes=0)) == ("saved self", "packed by a hook")
    assert note(kept("self", None, "freed", nbytes=0)) == ("saved self", "freed")  # and was packed before
    assert note(kept("a", None, "packed"), kept("b", None, "packed")) == ("saved · packed by a hook", "a", "b")


def fold(
    times: int,
    *ops: Op,
    calls: int = 0,
    view: View = "both",
    grad_fns: tuple[str, ...] = (),
    done: int | None = None,
    span: Span | None = None,
) -> Content:
    roots = tuple(BackwardCall(k, 0, 7, "loss.backward()", (0,), (0,), False, False) for k in range(calls))
    node = Node("f", NodeKind.FOLD, roots=roots, fold=Fold(times, ops, grad_fns, 0, (3, 9), done=done, span=span))
    return told((Graph(view, (node,), (), ()), Trace("", "", "grad", "")))["f"]


def test_a_fold_tells_how_often_of_what_and_how_much() -> None:
    boxes = told(every_kind())
    assert lines(boxes["f0"]) == [
        *("× 1,000 · linear · F.linear(w, c)", "AddBackward0", "5,000 ops · saved 4 KiB · lines 3–9"),
    ]
    assert lines(boxes["f1"]) == ["ops: 1", "linear · F.linear(w, c)", "line 3"]
    assert lines(boxes["f2"]) == ["× 2"]


def test_a_repetition_tells_what_it_is_in_all() -> None:
    def last(view: View, times: int, members: tuple[str, ...] = (), span: Span | None = None) -> str:
        one = Fold(times, (op(0, "aten::mul", None),) * 3, (), 0, None, members, span=span)
        return lines(
            told((Graph(view, (Node("f", NodeKind.FOLD, fold=one),), (), ()), Trace("", "", "grad", "")))["f"]
        )[-1]

    assert last("both", 1200) == last("forward", 1200) == "3,600 ops"
    assert last("both", 1, span=Span(7, 7, 10)) == "3 ops"
    assert last("backward", 2, ("g0", "g1", "g2")) == "3 grad_fns"
    assert last("both", 1) == "mul"


def test_a_fold_in_the_middle_of_which_a_step_is_tells_how_far_it_is() -> None:
    ops = [op(k, f"aten::o{k}", None) for k in range(3)]
    assert [lines(fold(5, *ops, done=done))[0] for done in (1, 3, 4, 14)] == [
        "× 1 of 5 · o0, o1, o2",
        "× 1 of 5 · o0, o1, o2",
        "× 2 of 5 · o0, o1, o2",
        "× 5 of 5 · o0, o1, o2",
    ]
    assert [lines(fold(1, *ops, done=done))[0] for done in (1, 2)] == ["ops: 1 of 3", "ops: 2 of 3"]


def test_a_fold_tells_how_many_of_its_grad_fns_have_run_while_backward_does() -> None:
    folded = Fold(5, (op(0, "aten::mul", None),), ("MulBackward0",), 0, None, back=(2, 5))
    box = told((Graph("both", (Node("f", NodeKind.FOLD, fold=folded),), (), ()), Trace("", "", "grad", "")))["f"]
    assert lines(box)[-2:] == ["backward: 2 of 5 grad_fns", "5 ops"]


def test_a_fold_of_some_rounds_says_which_they_are() -> None:
    step = op(0, "aten::mul", None)
    assert lines(fold(3, step, span=Span(4, 6, 1200)))[0] == "4\N{EN DASH}6 / 1,200"
    assert lines(fold(1, step, span=Span(7, 7, 1200)))[0] == "7 / 1,200"


def test_a_fold_of_modules_of_one_class_is_called_by_it() -> None:
    def of(times: int, modules: Modules, done: int | None = None, span: Span | None = None) -> list[str]:
        one = Fold(times, (), (), 0, None, done=done, modules=modules, span=span)
        node = Node("f", NodeKind.FOLD, fold=one)
        return lines(told((Graph("both", (node,), (), ()), Trace("", "", "grad", "")))["f"])

    blocks = Modules("net.0\N{EN DASH}11", ("Block",), 12)
    assert of(12, blocks) == ["12 × Block", "net.0\N{EN DASH}11"]
    assert of(6, blocks) == ["× 6", "net.0\N{EN DASH}11 · Block"]
    assert of(12, blocks, done=0) == ["× 0 of 12", "net.0\N{EN DASH}11 · Block"]
    assert of(12, blocks, span=Span(1, 12, 99)) == ["1\N{EN DASH}12 / 99", "net.0\N{EN DASH}11 · Block"]
    assert of(12, blocks._replace(types=("A", "B", "C", "D")))[1] == "net.0\N{EN DASH}11 · A, B, C, …"
    assert of(200, Modules("cell", ("LSTMCell",), 1)) == ["× 200", "cell · LSTMCell"]
    assert of(1, Modules("Linear", ("Linear",), 1)) == ["ops: 0", "Linear"]


def test_a_fold_names_each_call_once_with_its_ops() -> None:
    ops = [op(k, f"aten::{name}", "net(x)") for k, name in enumerate(("t", "addmm", "t", "relu", "view"))]
    assert lines(fold(5, *ops[:3]))[0] == "× 5 · t, addmm · net(x)"
    assert lines(fold(5, *ops))[0] == "× 5 · t, addmm, relu, … · net(x)"
    assert lines(fold(5, op(0, "aten::mul", "a * b"), op(1, "aten::add", "a + b"), op(2, "aten::mul", "a * b")))[
        1:3
    ] == [
        *("mul · a * b × 2", "add · a + b"),
    ]
    assert lines(fold(5, *(op(k, f"aten::o{k}", None) for k in range(9))))[0] == "× 5 · o0, o1, o2, …"
    several = lines(fold(5, *(op(k, f"aten::o{k}", f"{k} + x") for k in range(9))))
    assert several[5:7] == ["o4 · 4 + x", "+4 more"]


def test_a_fold_of_what_autograd_did_not_record_looks_so_and_says_why() -> None:
    cut, idle = op(0, "aten::detach", None, why="detach"), op(1, "aten::add", None, why="no_grad")
    box = fold(5, cut, idle, cut)
    assert box.role is Role.UNRECORDED
    assert "not recorded: detach, no_grad" in lines(box)
    mixed = fold(5, cut, op(1, "aten::mul", None), idle, grad_fns=("MulBackward0",))
    assert mixed.role is Role.FOLD
    assert "not recorded: detach, no_grad (2 of 3 ops)" in lines(mixed)
    assert fold(5, cut, view="forward").role is Role.FOLD
    assert not any("record" in line for line in lines(fold(5, cut, view="forward")))


def test_the_backward_calls_of_one_line_are_named_once() -> None:
    assert fold(5, op(0, "aten::mul", None), calls=19).strips == ("loss.backward() · line 7 × 19",)


def test_a_function_is_called_by_its_own_name() -> None:
    node = Node("o", NodeKind.OP, op=op(0, "function::My.Relu", "Relu.apply(x)"))
    assert lines(told((Graph("forward", (node,), (), ()), Trace("", "", "grad", "")))["o"]) == [
        "My.Relu · Relu.apply(x)"
    ]


def test_backward_calls_are_named_with_their_lines() -> None:
    assert told(every_kind())["t3"].strips == (
        "backward()",
        "loss.backward() · line 1",
        "loss.backward() · line 2",
        "+2 more",
    )


def test_descriptions_tell_all_there_is() -> None:
    boxes = told(every_kind())
    assert boxes["t0"].details == (
        "leaf, requires grad",
        "shape (3, 40), float32, cpu, 4 B",
        "value min -1.5, max 2.25, mean 0.5, std 1.0, nan 2",
        ".grad min -1.5, max 2.25, mean 0.5, std 1.0, nan 2",
        "version 3",
        "line 1",
    )
    assert "view of w, weight" in boxes["t2"].details
    assert "value 0.25" in boxes["t3"].details
    assert "inputs: w, weight, c" in boxes["o0"].details
    unread = tensor(0, "u")
    assert (
        "value not read"
        in told((Graph("both", (node_of(unread),), (), ()), Trace("", "", "grad", "", (unread,))))["t0"].details
    )
    blank = tensor(0, "b", value=Value((90,)))
    assert (
        "value not read"
        in told((Graph("both", (node_of(blank),), (), ()), Trace("", "", "grad", "", (blank,))))["t0"].details
    )
    empty = tensor(0, "e", value=Value((90,), uninitialized=True))
    box = told((Graph("both", (node_of(empty),), (), ()), Trace("", "", "grad", "", (empty,))))["t0"]
    assert "value uninitialized" in box.details
    assert box.lines[1].text == "uninitialized · float32 · (90,)"


@pytest.mark.parametrize(
    ("value", "english", "japanese"),
    [
        (Value((90,), min=0.0, max=0.0, mean=0.0, std=0.0), "all 0.0", "すべて 0.0"),
        (Value((7,), ("-inf",) * 7), "all -inf", "すべて -inf"),
        (Value((90,), min=0.0, max=1.0, mean=0.5, std=0.5), "0.0 … 1.0", "0.0 … 1.0"),
    ],
)
def test_many_elements_that_are_alike_are_told_as_that(value: Value, english: str, japanese: str) -> None:
    assert short_text(value, ENGLISH) == english
    assert short_text(value, JAPANESE) == japanese


def test_text_of_a_program_is_made_safe() -> None:
    odd = tensor(0, "a\u202eb\x00c\ud800", value=scalar(1.0))
    box = told((Graph("both", (node_of(odd),), (), ()), Trace("", "", "grad", "", (odd,))))["t0"]
    assert box.title == "abc"


def test_both_languages_word_every_kind() -> None:
    assert set(ENGLISH.kinds) == set(JAPANESE.kinds)
    assert set(ENGLISH.states) == set(JAPANESE.states)
    for english, japanese in zip(ENGLISH, JAPANESE, strict=True):
        if isinstance(english, str) and isinstance(japanese, str):
            assert english.count("{}") == japanese.count("{}")


def hooked(
    view: View = "both", *, on: int | None = 1, removed: int | None = None, **call: tuple[Value | None, ...]
) -> tuple[Graph, Trace]:
    """A square with a hook on its result, or on no tensor; `call`: the gradients before and after it, if it ran."""
    graph, trace = square(view)
    hook = Hook(0, 0, "register_hook", "clip", 2, on, 0, None, removed)
    calls = (HookCall(0, 1, 0, call["before"], call["after"]),) if call else ()
    return graph, trace._replace(hooks=(hook,), hook_calls=calls)


def hooks_told(sample: tuple[Graph, Trace], words: Words = ENGLISH, *, values: bool = True) -> list[str]:
    """What the boxes say of hooks, with the box that does."""
    found = told(sample, words, values=values)
    return [f"{name} {text}" for name, one in found.items() for text in lines(one) if "register" in text or "→" in text]


def test_a_box_names_hooks_and_what_they_made_of_the_last_gradient() -> None:
    assert hooks_told(hooked()) == ["t1 register_hook(clip)"]
    assert hooks_told(hooked(before=(scalar(2.0),), after=(scalar(2.0),))) == ["t1 register_hook(clip)"]
    changed = hooked(before=(scalar(2.0), None), after=(None, scalar(0.0)))
    assert hooks_told(changed) == ["t1 register_hook(clip)", "t1 ∂ 2.0, None → None, 0.0"]
    assert hooks_told(changed, values=False) == ["t1 register_hook(clip)"]
    assert hooks_told(hooked(removed=0)) == ["t1 register_hook(clip) · removed"]
    assert hooks_told(hooked(removed=0), JAPANESE) == ["t1 register_hook(clip) · 解除済み"]


def test_of_very_many_hooks_the_first_are_told() -> None:
    graph, trace = hooked()
    many = tuple(trace.hooks[0]._replace(id=number) for number in range(6))
    boxes = told((graph, trace._replace(hooks=many)))
    assert lines(boxes["t1"])[-5:] == [*["register_hook(clip)"] * 4, "+2 more"]


def test_a_hook_is_told_once_where_it_acts() -> None:
    assert hooks_told(hooked(on=None)) == ["o0 grad_fn.register_hook(clip)"]
    passed = hooked(on=None, before=(scalar(2.0), None), after=(scalar(0.0), None))
    assert hooks_told(passed) == ["o0 grad_fn.register_hook(clip)", "o0 grad_inputs 2.0, None → 0.0, None"]
    assert hooks_told(hooked("backward")) == ["g0 register_hook(clip)"]
    assert hooks_told(hooked("backward", on=0)) == ["g1 register_hook(clip)", "g0 register_hook(clip)"]
    assert hooks_told(hooked("forward")) == []
