"""Pages in, a Trace out: equal records for what is honest, a FrameError and nothing else for what is not."""

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.intake import decoding, readable, tracebuilder
from gradviz.intake.tracebuilder import TraceBuilder
from gradviz.intake.weight import weight
from gradviz.model.completion.found import Found, Named, Signature
from gradviz.model.cost import CostPage, Lap
from gradviz.model.errors.ending import REFUSED
from gradviz.model.floats import as_text, left_out
from gradviz.model.references import DEPTH, depths
from gradviz.model.rules import CAUGHT, LARGE, SOUND, broken
from gradviz.model.trace import (
    SCHEMA,
    BackwardCall,
    End,
    GradFn,
    Hook,
    Limit,
    Memory,
    Module,
    Op,
    Output,
    Page,
    ProgramError,
    Region,
    Saved,
    Step,
    Tensor,
    Trace,
    Value,
    Warned,
)
from gradviz.model.wire import Exit, FrameError, FullError, Limits, Ready, Request, encode
from tests.unit.model.records import records
from tests.unit.model.traces import Tape, loop, scalar, square

REQUEST = Request("x = 1\n", "no_grad")
READY = Ready("2.13.0", "3.11.7", "")
PAGES = records(Page)
NOT_FINITE = Value((), ("float64:AAAAAAAA8H8=",))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def builder(*pages: Page | bytes) -> TraceBuilder:
    found = TraceBuilder(REQUEST, READY)
    for page in pages:
        found.page(page if isinstance(page, bytes) else encode(page))
    return found


def refused(*pages: Page | bytes) -> str:
    with pytest.raises(FrameError) as caught:
        builder(*pages).trace()
    return str(caught.value)


def tensor(number: int, **changes: object) -> Tensor:
    tape = Tape()
    tape.leaf(scalar(1.0))
    return Tensor(**(tape.tensors[0]._asdict() | {"id": number, "made_by": None} | changes))


def op(number: int, step: int, *inputs: int) -> Op:
    return Op(number, step, "aten::mul", None, "forward", 1, None, inputs, (), "grad", None, "no input requires grad")


def page_of(trace: Trace, end: End | None = None) -> Page:
    """All records of a trace as one page, in the order in which they were made."""
    return Page(
        tuple(state._replace(names=()) for state in (*trace.past, *trace.tensors)),
        trace.ops,
        (*trace.past_grad_fns, *trace.grad_fns),
        tuple(step for step in trace.steps if step.kind != "op"),
        trace.backwards,
        trace.regions,
        trace.output,
        trace.warnings,
        trace.modules,
        trace.hooks,
        trace.hook_calls,
        trace.sealed,
        end,
    )


# What is honest


def test_floats_as_text_arrive_as_numbers() -> None:
    numbers = tuple(number / 7 for number in range(64))
    whole, plain = Value((8, 8), as_text(numbers)), Value((1,), (1.0,))
    shaped = tensor(0, shape=(8, 8))
    trace = builder(
        Page((shaped._replace(value=whole), tensor(1)._replace(shape=(8, 8), value=None, grad=whole), tensor(2))),
        Page(steps=(Step(0, "line", 1, arrived=(None, whole), left=(plain,)), Step(1, "line", 1, left=(whole, None)))),
        Page(steps=(Step(2, "line", 1, left=(whole,)), Step(3, "line", 1, left=(plain,)))),
    ).trace()
    value = Value((8, 8), numbers)
    assert [one.value for one in trace.tensors[:2]] == [value, None]
    assert trace.tensors[2].value == tensor(2).value
    assert trace.tensors[1].grad == value
    passed = [((None, value), (plain,)), ((), (value, None)), ((), (value,)), ((), (plain,))]
    assert [(step.arrived, step.left) for step in trace.steps] == passed


@given(PAGES)
def test_what_is_encoded_is_decoded_to_equal_records(page: Page) -> None:
    assert decoding.page(encode(page)) == page


@given(records(Request), records(Ready), records(Exit))
def test_messages_are_decoded_to_equal_records(request: Request, ready: Ready, how: Exit) -> None:
    request = request._replace(schema=SCHEMA)
    assert decoding.request(encode(request)) == request
    assert decoding.ready(encode(ready)) == ready
    assert decoding.exited(encode(how)) == how


@pytest.mark.parametrize("tape", [square(), loop(5), Tape()])
def test_a_run_sent_is_the_run_received(tape: Tape) -> None:
    expected = tape.trace()
    trace = builder(page_of(expected)).trace()
    assert trace == expected._replace(torch="2.13.0", python="3.11.7", mode="no_grad", source="x = 1\n")


def test_each_op_is_a_step_in_its_place() -> None:
    steps = (Step(2, "line", 2), Step(0, "line", 1))
    trace = builder(Page(ops=(op(0, 1),), steps=steps)).trace()
    assert [(step.id, step.kind, step.op) for step in trace.steps] == [
        (0, "line", None),
        (1, "op", 0),
        (2, "line", None),
    ]


def test_records_gather_over_the_pages() -> None:
    first = Page(
        (tensor(0),),
        (op(0, 1, 0),),
        (),
        (Step(0, "line", 1),),
        (),
        (Region(0, None, "no_grad", 1, ""),),
        (Output(1, "a"),),
    )
    second = Page(
        (tensor(1),), (op(1, 2, 1),), (), (), (), (Region(1, 0, "grad", 2, ""),), (), (Warned(2, "UserWarning", "w"),)
    )
    trace = builder(first, second).trace()
    assert [len(found) for found in (trace.tensors, trace.ops, trace.regions, trace.output, trace.warnings)] == [
        2,
        2,
        2,
        1,
        1,
    ]


def test_a_record_sent_again_replaces_the_earlier_which_is_kept_as_past() -> None:
    sink = GradFn(0, 1, "AccumulateGrad", (), 0, None, ())
    trace = builder(
        Page((tensor(0), tensor(0, version=1)), grad_fns=(sink,)),
        Page((tensor(0, version=2),), grad_fns=(sink._replace(step=9),)),
    ).trace()
    assert [state.version for state in (*trace.past, *trace.tensors)] == [0, 1, 2]
    assert (trace.past_grad_fns, trace.grad_fns) == ((sink,), (sink._replace(step=9),))


def test_within_a_page_new_records_come_in_any_order() -> None:
    # As a checkpointed function has it: its recomputed leaf is seen while its result is being written down.
    trace = builder(Page((tensor(2, version=2), tensor(0), tensor(1)))).trace()
    assert [found.id for found in trace.tensors] == [0, 1, 2]
    assert trace.tensors[2].version == 2


def test_a_record_may_refer_to_one_of_a_later_page_if_that_comes() -> None:
    taking, made = Page(tensors=(tensor(0, base=1),)), Page(tensors=(tensor(1),))
    assert [one.base for one in builder(taking, made).trace().tensors] == [1, None]
    assert refused(taking, Page(tensors=(tensor(0, base=1, step=1),))) == "a tensor's references exist: tensor 0"


def test_names_are_told_in_the_order_they_were_bound() -> None:
    steps = (
        Step(0, "line", 1, names={"b": 0, "a": 1}),
        Step(1, "line", 2, names={"a": 0, "b": None}),
        Step(2, "line", 3, names={"b": 0}),
    )
    trace = builder(Page((tensor(0, version=0), tensor(1), tensor(0, version=1)), steps=steps)).trace()
    assert [found.names for found in trace.tensors] == [("b", "a"), ("a",)]
    assert trace.past[0].names == ("b", "a")


def test_a_gradient_is_named_after_its_tensor_unless_it_has_a_name() -> None:
    tensors = (
        tensor(0, grad_tensor=1),
        tensor(1),
        tensor(2, grad_tensor=3),
        tensor(3),
        tensor(4, grad_tensor=5),
        tensor(5),
    )
    steps = (Step(0, "line", 1, names={"x": 0, "y": 2, "g": 3}),)
    assert [found.names for found in builder(Page(tensors, steps=steps)).trace().tensors] == [
        ("x",),
        ("x.grad",),
        ("y",),
        ("g",),
        (),
        (),
    ]


def test_the_end_brings_the_error_with_its_explanation() -> None:
    error = ProgramError("RuntimeError", "grad can be implicitly created only for scalar outputs", 1)
    end = End(error, Limit("ops", "7 ops"), Memory(1, 2, 3), 0.5, (error._replace(line=2),))
    found = builder(Page(end=end))
    trace = found.trace()
    assert found.ended
    assert trace.error == error._replace(hint="non-scalar")
    assert trace.caught == (trace.error._replace(line=2),)
    assert (trace.limits, trace.memory, trace.seconds) == (Limit("ops", "7 ops"), Memory(1, 2, 3), 0.5)
    assert builder(Page(end=End(None, None, Memory(), 0.0))).trace().error is None


def test_a_run_can_be_asked_for_at_any_time() -> None:
    found = builder()
    assert not found.ended
    assert found.trace() == found.empty() == Trace("2.13.0", "3.11.7", "no_grad", "x = 1\n")
    found.page(encode(Page((tensor(0),))))
    assert len(found.trace().tensors) == 1


# What is hostile

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"\x00\xff",
    "no array": b"{}",
    "null": b"null",
    "a number": b"7",
    "a mark of byte order": b"\xef\xbb\xbf[]",
    "two pages": b"[] []",
    "too many fields": b"[[],[],[],[],[],[],[],[],null,[]]",
    "too few fields of a tensor": b"[[[0]]]",
    "NaN": encode(Page((tensor(0),))).replace(b"1.0", b"NaN"),
    "infinity": encode(Page((tensor(0),))).replace(b"1.0", b"Infinity"),
    "out of range": encode(Page((tensor(0),))).replace(b"1.0", b"1e999"),
    "endless digits": encode(Page((tensor(0),))).replace(b"1.0", b"1" * 5000),
    "deep": b"[" * 200_000,
    "deep and closed": b"[" * 200_000 + b"]" * 200_000,
    "deep where all is allowed": b'[[],[],[],[[0,"line",1,null,null,' + b'{"a":' * 100_000,
    "invalid UTF-8": b'[[],[],[],[],[],[],[[1,"\xff"]]]',
    "half a surrogate pair": b'[[],[],[],[],[],[],[[1,"\\ud800"]]]',
    "a mode that is none": b'[[],[],[],[],[],[[0,null,"eval",1,""]]]',
    "a number as text": b'[[],[],[],[["0","line",1]]]',
    "true as an id": b'[[],[],[],[[true,"line",1]]]',
    "a fraction as an id": b'[[],[],[],[[0.5,"line",1]]]',
    "a reference as text": b'[[],[],[],[[0,"line",1,null,null,{"x":"y"}]]]',
    "an id below zero": encode(Page((tensor(-1),))),
    "an id too far": encode(Page((tensor(1),))),
    "a gap": encode(Page((tensor(0), tensor(2)))),
    "an endless id": encode(Page((tensor(10**300),))),
    "a grad_fn too far": encode(Page(grad_fns=(GradFn(3, 0, "", (), None, 1, ()),))),
    "ops out of order": encode(Page(ops=(op(1, 0), op(0, 1)))),
    "an op twice": encode(Page(ops=(op(0, 0), op(0, 1)))),
    "an op of no tensor": encode(Page(ops=(op(0, 0, 5),))),
    "a name of no tensor": encode(Page(steps=(Step(0, "line", 1, names={"x": 0}),))),
    "a grad_fn that leads nowhere": encode(Page(grad_fns=(GradFn(0, 0, "", ((1, 0),), None, 1, ()),))),
    "a circle of grad_fns": encode(Page(grad_fns=(GradFn(0, 0, "", ((0, 0),), None, 1, ()),))),
    "a region in itself": encode(Page(regions=(Region(0, 0, "grad", 1, ""),))),
    "a value of another shape": encode(Page((tensor(0, value=Value((2,), (1.0,))),))),
    "a value that is no number": encode(Page((tensor(0, value=Value((), ("one",))),))),
    "floats of another shape": encode(Page((tensor(0, value=Value((2,), as_text([1.0]))),))),
    "floats that are none": encode(Page((tensor(0, grad=Value((), ("float64:one",))),))),
    "a float that is not finite": encode(Page(steps=(Step(0, "line", 1, left=(NOT_FINITE,)),))),
    "a line beyond any text": encode(Page(steps=(Step(0, "line", 10**40),))),
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_page_is_a_frame_error(payload: bytes) -> None:
    assert refused(payload)


@given(st.integers(0, 10_000))
def test_a_page_cut_short_is_a_frame_error(length: int) -> None:
    payload = encode(page_of(square().trace()))
    assert refused(payload[: length % len(payload)])


@given(JSON)
def test_any_json_is_a_page_or_a_frame_error(content: object) -> None:
    with suppress(FrameError):
        builder(json.dumps(content).encode()).trace()


@given(st.binary(max_size=40))
def test_any_bytes_are_a_message_or_a_frame_error(payload: bytes) -> None:
    for decode in (decoding.request, decoding.ready, decoding.exited):
        with suppress(FrameError):
            decode(payload)
    with suppress(FrameError):
        builder(payload).trace()


def test_a_record_that_cannot_be_is_refused_as_its_page_comes() -> None:
    found = builder(Page((tensor(0),)))
    with pytest.raises(FrameError, match="sizes: tensor 1"):
        found.page(encode(Page((tensor(1, nbytes=-1),))))
    found.page(encode(Page((tensor(1),))))
    assert len(found.trace().tensors) == 2


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(records(Page, st.integers(-1, 2)), max_size=3))
def test_what_is_accepted_is_sound(pages: list[Page]) -> None:
    with suppress(FrameError):
        assert list(broken(builder(*pages).trace(), SOUND)) == []


@pytest.mark.parametrize("line", [None, 3])
def test_steps_of_one_number_are_no_reason_to_fail(line: int | None) -> None:
    steps = (Step(0, "line", line, names={"x": None}), Step(0, "line", None, names={"y": None}), Step(0, "line", 3))
    assert len(builder(Page(steps=steps)).trace().steps) == 3


def test_a_run_that_sends_too_much_is_refused_and_what_came_before_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    page = encode(Page((tensor(0),)))
    monkeypatch.setattr(tracebuilder, "MAX_HELD", 2 * weight(page, left_out(page)))
    found = builder(page, page)
    with pytest.raises(FullError) as full:
        found.page(b"[]")
    trace = tracebuilder.concluded(found, full.value)
    assert (len(trace.tensors), trace.error) == (1, None)
    assert trace.limits is not None
    assert trace.limits.reached == "ops"


# The smallest JSON that becomes each kind of record: what goes before, one record, what goes after.
STEP = (b'[[],[],[],[[0,"line",1,null,null,', b"]]]")
VALUE = (STEP[0] + b"null,[[[1],[", b"]]]" + STEP[1])
TINY = {
    "lines": (b"[[],[],[],[", b'[0,"line",1]', b"]]"),
    "names": (STEP[0] + b"{", b'"%d":0', b"}" + STEP[1]),
    "nothings": (STEP[0] + b"null,[", b"null", b"]" + STEP[1]),
    "values": (STEP[0] + b"null,[", b"[[1]]", b"]" + STEP[1]),
    "empty values": (STEP[0] + b"null,[", b"[[]]", b"]" + STEP[1]),
    "numbers": (VALUE[0], b"1.5", VALUE[1]),
    "texts of numbers": (VALUE[0], b'"%d"', VALUE[1]),
    "wide texts": (VALUE[0], '"%d\U0001f600"'.encode(), VALUE[1]),
    "one wide letter": (VALUE[0], '"\u00e9"'.encode(), VALUE[1]),
    "escaped letters": (VALUE[0], b'"%d\\ud83d\\ude00"', VALUE[1]),
    "texts of signs": (VALUE[0], b'"%d,null,0,0]\\",true,false"', VALUE[1]),
    "zeros": (VALUE[0], b"0,1.5", VALUE[1]),
    "large numbers": (VALUE[0], b"12345678901234%d", VALUE[1]),
    "edges": (b'[[],[],[[0,0,"",[', b"[0,0]", b"],null,1,[]]]]"),
    "saved tensors": (b'[[],[],[[0,0,"",[],null,1,[', b'["",null,0,null,"kept"]', b"]]]]"),
    "regions": (b"[[],[],[],[],[],[", b'[0,null,"grad",1,""]', b"]]"),
    "modules": (b"[[],[],[],[],[],[],[],[],[", b'["%d",""]', b"]]"),
    "hooks": (b"[[],[],[],[],[],[],[],[],[],[", b'[0,0,"","%d",null,null,null,""]', b"]]"),
    "calls of hooks": (b"[[],[],[],[],[],[],[],[],[],[],[", b"[0,0,null,[],[]]", b"]]"),
    "sealed": (b"[[],[],[],[],[],[],[],[],[],[],[],[", b'"%d"', b"]]"),
    "outputs": (b"[[],[],[],[],[],[],[", b'[1,"%d"]', b"]]"),
    "warnings": (b"[[],[],[],[],[],[],[],[", b'[1,"",""]', b"]]"),
}


@pytest.mark.parametrize(("head", "record", "tail"), TINY.values(), ids=TINY.keys())
def test_a_page_weighs_what_it_takes(head: bytes, record: bytes, tail: bytes) -> None:
    payload = head + b",".join(record.replace(b"%d", b"%d" % number) for number in range(2000)) + tail
    tracemalloc.start()
    try:
        page = decoding.page(payload)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert any(page)
    assert taken <= weight(payload, left_out(payload))


@pytest.mark.parametrize("mark", ["float64:", "\\u0066loat64:"])
def test_a_page_weighs_what_its_floats_as_text_take(mark: str) -> None:
    numbers = str(as_text([number / 7 for number in range(64)])[0]).removeprefix("float64:")
    payload = STEP[0] + b"null,[" + b",".join([f'[[8,8],["{mark}{numbers}"]]'.encode()] * 2000) + b"]" + STEP[1]
    found = builder()
    tracemalloc.start()
    try:
        found.page(payload)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    arrived = found.trace().steps[0].arrived
    assert {len(value.data or ()) for value in arrived if value is not None} == {64}
    assert taken <= weight(payload, left_out(payload))


def test_a_hundred_million_tiny_pages_are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracebuilder, "MAX_HELD", 2**20)
    found = builder()

    def flood() -> None:
        for _ in range(2**20 // 500):
            found.page(b"[]")

    with pytest.raises(FullError):
        flood()


def test_a_page_that_is_refused_leaves_all_as_it_was() -> None:
    found = builder(Page((tensor(0),)))
    for wrong in (Page((tensor(1),), (op(5, 0),)), Page((tensor(7),)), Page((tensor(-1),)), b"?"):
        with pytest.raises(FrameError):
            found.page(wrong if isinstance(wrong, bytes) else encode(wrong))
    assert [known.id for known in found.trace().tensors] == [0]
    found.page(encode(Page((tensor(1),), (op(0, 0),))))
    assert len(found.trace().tensors) == 2


@pytest.mark.parametrize("good", range(5))
def test_what_came_before_a_page_that_does_not_hold_together_is_kept(good: int) -> None:
    pages = [Page((tensor(number),)) for number in range(good)]
    wrong = Page(steps=(Step(0, "line", 1, names={"x": 99}),))
    found = builder(*pages, wrong, *(Page((tensor(number),)) for number in range(good, 6)))
    trace, error = found.longest()
    assert len(trace.tensors) == good
    assert "a step's references exist" in str(error)
    assert list(broken(trace, SOUND)) == []
    ended = tracebuilder.concluded(found, Exit(0, 0))
    assert ended.error is not None
    assert (len(ended.tensors), ended.error.type) == (good, REFUSED)


def test_a_run_is_concluded_by_its_own_end_or_by_that_of_its_process() -> None:
    end = Page(end=End(None, None, Memory(), 0.5))
    assert tracebuilder.concluded(builder(end), Exit(0, 0)) == builder(end).trace()
    killed = tracebuilder.concluded(builder(Page((tensor(0),))), Exit(0, 9, "time"))
    assert killed.limits == Limit("time", "")
    refused_after = tracebuilder.concluded(builder(end), FrameError("the run sent more after its end"))
    assert refused_after.error is not None
    assert refused_after.error.type == REFUSED


# What is merely longer than anyone reads

LONG = "ab" * 5000


def test_texts_are_cut() -> None:
    kept = Saved(LONG, None, 4, 0, "kept")
    page = Page(
        (tensor(0, dtype=LONG, device=LONG),),
        (op(0, 1)._replace(name=LONG, call=LONG, module=LONG, why_unrecorded=LONG),),
        (GradFn(0, 0, LONG, (), None, 1, (kept, kept._replace(name="self"))),),
        (
            Step(0, "line", 1, names={LONG: 0, "y": 0}, function=LONG),
            Step(1, "line", 1, names={"y": 0}, elsewhere={0: {LONG: 0, "z": 0}}, arguments={LONG: 0}),
        ),
        (BackwardCall(0, 0, 1, LONG, (), (), False, False),),
        (Region(0, None, "grad", 1, LONG),),
        (),
        (Warned(1, LONG, LONG),),
        (Module(LONG, LONG),),
        (Hook(0, 0, LONG, LONG, 1, None, None, LONG),),
        (),
        (LONG,),
        End(long := ProgramError(LONG, LONG, 1, suggestion=LONG), Limit("ops", LONG), Memory(), 0.0, (long,)),
    )
    trace = builder(page).trace()
    texts = [text for text in strings(trace) if text.startswith("ab")]
    assert max(map(len, trace.tensors[0].names)) == readable.NAME
    assert trace.tensors[0].names[1:] == ("y", "z")
    assert [*(trace.steps[1].elsewhere or {})[0].values()] == [0, 0]
    assert trace.grad_fns[0].saved[1].name == "self"
    assert {len(text) for text in texts} == {readable.NAME, readable.TEXT, readable.MESSAGE}
    assert all(text.endswith("…") for text in texts)


@pytest.mark.parametrize(
    "text", ['"' * 600, "é\n" * 300, "€" * 600, f"{as_text([])[0]}{LONG}", f'{as_text([])[0]}"]{LONG}']
)
def test_a_text_is_cut_however_it_is_written(text: str) -> None:
    found = builder(Page(ops=(op(0, 1)._replace(call=text),)), Page(warnings=(Warned(1, "", text * 10),))).trace()
    assert len(found.ops[0].call or "") == readable.TEXT
    assert len(found.warnings[0].message) == readable.MESSAGE


def strings(record: object) -> Iterator[str]:
    """Every text in a record."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, tuple | dict):
        for field in record:
            yield from strings(field)


def test_an_argument_names_a_leaf_that_has_no_other_name() -> None:
    tensors = (tensor(0, requires_grad=True), tensor(1, requires_grad=True), tensor(2, requires_grad=False))
    steps = (
        Step(0, "line", 1, arguments={"a": 0, "b": 1, "c": 2, "d": None}),
        Step(1, "line", 2, names={"x": 1}, arguments={"e": 0}),
    )
    assert [found.names for found in builder(Page(tensors, steps=steps)).trace().tensors] == [("a",), ("x",), ()]


def test_a_tensor_has_a_few_names() -> None:
    steps = (Step(0, "line", 1, names={f"x{number}": 0 for number in range(50)}),)
    assert builder(Page((tensor(0),), steps=steps)).trace().tensors[0].names == tuple(f"x{n}" for n in range(8))


def test_what_the_run_itself_says_of_names_is_not_believed() -> None:
    said = tensor(0, names=("password",) * 50)
    assert builder(Page((said,))).trace().tensors[0].names == ()


def test_printing_is_cut_where_the_engine_should_have_cut_it() -> None:
    found = TraceBuilder(Request("", limits=Limits(output=5)), READY)
    for text in ("abc", "", "def", "ghi"):
        found.page(encode(Page(output=(Output(1, text),))))
    assert [piece.text for piece in found.trace().output] == ["abc", "de"]


def test_no_more_caught_errors_are_kept_than_the_engine_tells() -> None:
    caught = tuple(ProgramError("RuntimeError", "", line) for line in range(CAUGHT + 1))
    page = Page(end=End(None, None, Memory(), 0.0, caught))
    assert builder(page).trace().caught == caught[:CAUGHT]


def test_a_size_beyond_all_memory_is_the_largest_there_is() -> None:
    kept = Saved("self", None, 2**64, 0, "kept")
    view = Saved("other", None, 4, 0, "kept", 1, (1,), 2**64)
    page = Page(
        (tensor(0, nbytes=2**64),),
        grad_fns=(GradFn(0, 0, "", (), None, 1, (kept, view)),),
        end=End(None, None, Memory(2**64, 2**65, None, 2**66), 0.0),
    )
    trace = builder(page).trace()
    assert (trace.tensors[0].nbytes, trace.grad_fns[0].saved[0].nbytes) == (LARGE - 1, LARGE - 1)
    assert [one.keeps for one in trace.grad_fns[0].saved] == [LARGE - 1, LARGE - 1]
    assert trace.memory == Memory(LARGE - 1, LARGE - 1, None, LARGE - 1)


def test_regions_nest_no_deeper_than_is_drawn() -> None:
    page = Page(regions=tuple(Region(n, n - 1 if n else None, "grad", 1, "") for n in range(300)))
    regions = builder(page).trace().regions
    assert len(regions) == 300
    assert max(depths(regions)) == DEPTH
    assert [region.parent for region in regions[:3]] == [None, 0, 1]


def test_a_request_of_another_schema_is_refused() -> None:
    with pytest.raises(FrameError, match="schema 7"):
        decoding.request(encode(REQUEST._replace(schema=7)))


def test_nothing_comes_after_the_end() -> None:
    end = Page(end=End(None, None, Memory(), 0.0))
    assert "after its end" in refused(end, Page())
    assert "after its end" in refused(end, end)


def test_a_page_says_which_record_is_wrong() -> None:
    assert "op 1 came as number 0" in refused(Page(ops=(op(1, 0),)))
    assert "op 0" in refused(Page(ops=(op(0, 0, 3),)))


LONG_ANSWERS = (
    Found("x" * 401),
    Found("x", names=(Named("a", "value"),) * 5001),
    Found("x", names=(Named("a" * 401, "value"),)),
    Found("x", signatures=(Signature(()),) * 9),
    Found("x", bound=(Signature(()),) * 9),
    Found("x", signatures=(Signature(("a",) * 81),)),
    Found("x", signatures=(Signature(("a" * 401,)),)),
    Found("x", signatures=(Signature((), "a" * 401),)),
    Found("x", doc="a" * 401),
)


def test_answers_about_names() -> None:
    answer = Found("torch.add", "function", "", (Named("a", "class"),), (Signature(("b",), "c"),), (), "d")
    assert decoding.found(encode(answer)) == answer


@pytest.mark.parametrize("answer", LONG_ANSWERS)
def test_an_answer_is_not_longer_than_an_answer_may_be(answer: Found) -> None:
    with pytest.raises(FrameError, match="longer"):
        decoding.found(encode(answer))


@pytest.mark.parametrize("payload", [b"", b"[]", b"[1]", b'["a","room"]', b"\xff"])
def test_what_is_no_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(FrameError):
        decoding.found(payload)


def test_measured_numbers_that_cannot_be_are_refused() -> None:
    page = CostPage((Lap("grad", 1, 1, 0.5, 0.25),))
    assert decoding.cost_page(encode(page)) == page
    with pytest.raises(FrameError, match="cannot be"):
        decoding.cost_page(encode(CostPage((Lap("grad", -1, 1, 0.5, 0.25),))))


class Starved:
    """A decoder without memory: a real one ends the process where that runs out between two texts."""

    def decode(self, payload: bytes) -> object:
        """Take no payload at all."""
        raise MemoryError(len(payload))


def test_a_page_that_memory_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_PAGE", Starved())
    with pytest.raises(FullError, match="memory"):
        decoding.page(b"[]")
