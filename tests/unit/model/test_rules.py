"""Each law is kept by what a run records, and is broken by the one change that breaks it."""

from collections.abc import Callable

import pytest

from gradviz.model.references import DEPTH, REFERENCES, UNLOOKED, WHOLE, Counts, all_there, depths
from gradviz.model.rules import DIMENSIONS, LARGE, LAWS, RECORDS, SOUND, broken
from gradviz.model.trace import (
    BackwardCall,
    GradFn,
    Hook,
    HookCall,
    Memory,
    Number,
    Page,
    ProgramError,
    Region,
    Step,
    Trace,
    Value,
)
from tests.unit.model.traces import Tape, loop, saved, scalar, square

TENSOR = "a tensor's references exist"
OP = "an op's references exist"
GRAD_FN = "a grad_fn's references exist"
STEP = "a step's references exist"
OTHER = "a region's and a backward call's references exist"
HOOK = "a hook's references exist"
ERROR = "an error's references exist"
SIZES = "sizes"
COUNT = "steps count up"
ONE = "a grad_fn made by an op or a Function call belongs to exactly one"
NEEDS = "a recorded op ran in grad mode on an input that requires grad"
REASON = "an op has a reason exactly where it was not recorded"
SINK = "AccumulateGrad alone has a variable, and no next functions"
VALUE = "a value has its tensor's shape and at most 64 elements"
EDGE = "backward passes one gradient along each edge"
LEAF = "a leaf has no grad_fn"
LINE = "a line is one that a text can have"
CYCLE = "no grad_fn leads back to itself"
NEST = "regions are no deeper in each other than frames are drawn"
Change = Callable[[Trace], Trace]


def base() -> Trace:
    """A square, one op in a region, and one state of a grad_fn that was superseded."""
    tape = square()
    tape.apply("mul", 0, 0, region=tape.region("no_grad"))
    return tape.trace()._replace(past_grad_fns=(tape.grad_fns[1],))


def hook(called: HookCall | None = None, **changes: object) -> Change:
    """A hook on a tensor that had a call."""
    good = Hook(0, 5, "register_hook", "clip", 3, 1, 1, None)
    calls = (HookCall(0, 6, 1, (scalar(1.0),), (None,)), *(() if called is None else (called,)))
    return lambda trace: trace._replace(hooks=(Hook(**(good._asdict() | changes)),), hook_calls=calls)


def tensor(number: int = 1, **changes: object) -> Change:
    def change(trace: Trace) -> Trace:
        tensors = list(trace.tensors)
        values = tensors[number]._asdict() | changes
        tensors[number] = type(tensors[number])(**values)
        return trace._replace(tensors=tuple(tensors))

    return change


def op(number: int = 1, **changes: object) -> Change:
    def change(trace: Trace) -> Trace:
        ops = list(trace.ops)
        ops[number] = type(ops[number])(**(ops[number]._asdict() | changes))
        return trace._replace(ops=tuple(ops))

    return change


def grad_fn(number: int = 1, **changes: object) -> Change:
    def change(trace: Trace) -> Trace:
        grad_fns = list(trace.grad_fns)
        grad_fns[number] = GradFn(**(grad_fns[number]._asdict() | changes))
        return trace._replace(grad_fns=tuple(grad_fns))

    return change


def step(number: int, **changes: object) -> Change:
    def change(trace: Trace) -> Trace:
        steps = list(trace.steps)
        steps[number] = Step(**(steps[number]._asdict() | changes))
        return trace._replace(steps=tuple(steps))

    return change


def call(**changes: object) -> Change:
    return lambda trace: trace._replace(backwards=(BackwardCall(**(trace.backwards[0]._asdict() | changes)),))


def region(*found: Region) -> Change:
    return lambda trace: trace._replace(regions=found)


def error(line: int | None = 1, column: int = 0, end_line: int | None = None, end_column: int = 0) -> Change:
    found = ProgramError("E", "", line, column=column, end_line=end_line, end_column=end_column)
    return lambda trace: trace._replace(error=found)


def spoken_of(tensors: tuple[int, ...] = (), grad_fns: tuple[int, ...] = ()) -> Change:
    return lambda trace: trace._replace(error=ProgramError("E", "", 1, tensors=tensors, grad_fns=grad_fns))


def caught(change: Change) -> Change:
    """The same error, caught."""
    return lambda trace: change(trace)._replace(error=None, caught=tuple(filter(None, [change(trace).error])))


def memory(saved: int = 0, peak: int = 0, graph: int | None = None) -> Change:
    return lambda trace: trace._replace(memory=Memory(saved, peak, graph))


R = Region(0, None, "no_grad", 1, "")


def nested(depth: int) -> tuple[Region, ...]:
    """Regions, each in the one before."""
    return tuple(R._replace(id=number, parent=number - 1 if number else None) for number in range(depth))


BREAKS: list[tuple[str, Change]] = [
    (TENSOR, tensor(base=9)),
    (TENSOR, tensor(base=-1)),
    (TENSOR, tensor(made_by=9)),
    (TENSOR, tensor(grad_fn=9)),
    (TENSOR, lambda trace: trace._replace(past=(trace.past[0]._replace(grad_fn=9),))),
    (OP, op(inputs=(9, 0))),
    (OP, op(inputs=(-1, 0))),
    (OP, op(outputs=(9,))),
    (OP, op(grad_fn=9)),
    (OP, op(region=9)),
    (GRAD_FN, grad_fn(next=((9, 0),))),
    (GRAD_FN, grad_fn(next=((0, -1),))),
    (GRAD_FN, grad_fn(variable=9)),
    (GRAD_FN, grad_fn(saved=(saved(0, 4)._replace(tensor=9),))),
    (GRAD_FN, lambda trace: trace._replace(past_grad_fns=(trace.past_grad_fns[0]._replace(variable=9),))),
    (STEP, step(2, names={"x": 9})),
    (STEP, step(2, elsewhere={0: {"x": 9}})),
    (STEP, step(2, arguments={"x": 9})),
    (STEP, step(1, op=9)),
    (STEP, step(1, grad_fn=-2)),
    (TENSOR, lambda trace: trace._replace(past=(trace.past[0]._replace(id=9),))),
    (GRAD_FN, lambda trace: trace._replace(past_grad_fns=(trace.past_grad_fns[0]._replace(id=9),))),
    (HOOK, hook(id=1)),
    (HOOK, hook(tensor=9)),
    (HOOK, hook(grad_fn=-1)),
    (HOOK, hook(HookCall(1, 6, 1, (), ()))),
    (HOOK, hook(HookCall(0, 6, 9, (), ()))),
    (ERROR, spoken_of(tensors=(9,))),
    (ERROR, spoken_of(grad_fns=(-1,))),
    (ERROR, caught(spoken_of(tensors=(9,)))),
    (ERROR, caught(spoken_of(grad_fns=(-1,)))),
    (SIZES, tensor(shape=(-1,), value=None)),
    (SIZES, tensor(shape=(LARGE,), value=None)),
    (SIZES, tensor(shape=(1,) * (DIMENSIONS + 1), value=None)),
    (SIZES, tensor(nbytes=-1)),
    (SIZES, tensor(nbytes=LARGE)),
    (SIZES, tensor(shape=(1, 1), strides=(1,), value=None)),
    (SIZES, tensor(shape=(1, 1), strides=(1, -1), value=None)),
    (SIZES, tensor(storage=LARGE)),
    (SIZES, tensor(version=-1)),
    (SIZES, tensor(step=10**300)),
    (SIZES, tensor(grad_tensor=-1)),
    (SIZES, lambda trace: trace._replace(past=(trace.past[0]._replace(nbytes=-1),))),
    (SIZES, op(step=-1)),
    (SIZES, step(0, id=LARGE)),
    (SIZES, call(step=LARGE)),
    (SIZES, grad_fn(step=-1)),
    (SIZES, grad_fn(next=((0, LARGE), (0, 0)))),
    (SIZES, grad_fn(settings={"dim": 2**64})),
    (SIZES, grad_fn(settings={"dim": (0, -(2**64))})),
    (SIZES, grad_fn(settings={"self_sym_sizes": (1,) * 65})),
    (SIZES, grad_fn(shapes=((2, -1),))),
    (SIZES, grad_fn(shapes=((1,) * 65,))),
    (SIZES, grad_fn(saved=(saved(0, -4),))),
    (SIZES, grad_fn(saved=(saved(0, 4)._replace(version=LARGE),))),
    (SIZES, grad_fn(saved=(saved(-1, 4),))),
    (SIZES, grad_fn(saved=(saved(0, 4)._replace(shape=(LARGE,)),))),
    (SIZES, grad_fn(saved=(saved(0, 4)._replace(shape=(1,) * (DIMENSIONS + 1)),))),
    (SIZES, lambda trace: trace._replace(past_grad_fns=(trace.past_grad_fns[0]._replace(step=-1),))),
    (SIZES, hook(step=-1)),
    (SIZES, hook(removed=LARGE)),
    (SIZES, hook(HookCall(0, -1, 1, (), ()))),
    (SIZES, memory(saved=-1)),
    (SIZES, memory(peak=LARGE)),
    (SIZES, memory(graph=LARGE)),
    (SIZES, lambda trace: trace._replace(seconds=-1.0)),
    (SIZES, lambda trace: trace._replace(seconds=1e300)),
    (NEST, region(*nested(DEPTH + 1))),
    (OTHER, call(roots=(9,))),
    (OTHER, call(grad_fns=(9,))),
    (OTHER, region(R._replace(id=1))),
    (OTHER, region(R, R._replace(id=1, parent=1))),
    (OTHER, region(R, R._replace(id=1, parent=-1))),
    (COUNT, step(2, id=7)),
    (ONE, op(grad_fn=0)),
    (ONE, op(2, grad_fn=1, why_unrecorded=None)),
    (ONE, grad_fn(0, origin="op")),
    (NEEDS, op(grad_mode="no_grad")),
    (NEEDS, op(inputs=(2, 2))),
    (REASON, op(why_unrecorded="no_grad")),
    (REASON, op(2, why_unrecorded=None)),
    (SINK, grad_fn(0, name="AccumulateGrad2")),
    (SINK, grad_fn(variable=0)),
    (SINK, grad_fn(0, next=((None, 0),))),
    (VALUE, tensor(value=Value((2,), (1.0, 2.0)))),
    (VALUE, tensor(value=Value((), ()))),
    (VALUE, tensor(value=Value((), (1.0, 2.0)))),
    (VALUE, tensor(shape=(65,), value=Value((65,), (1.0,) * 65))),
    (VALUE, tensor(shape=(-2, -2), value=Value((-2, -2), (1.0,) * 4))),
    (VALUE, tensor(value=Value((), ("four",)))),
    (VALUE, tensor(value=Value((), ("1" * 101,)))),
    (VALUE, tensor(value=Value((), (1.0,), nan=-1))),
    (VALUE, tensor(value=Value((), (1.0,), inf=LARGE))),
    (VALUE, tensor(value=Value((), (10**400,)))),
    (VALUE, tensor(grad=Value((), (), "low"))),
    (VALUE, tensor(grad=Value((1,) * (DIMENSIONS + 1), (1.0,)))),
    (VALUE, tensor(grad=Value((LARGE // 2, 2), None, mean=0.0, std=1.0))),
    (VALUE, tensor(grad=Value((64,), uninitialized=True))),
    (VALUE, tensor(grad=Value((65,), mean=1.0, uninitialized=True))),
    (VALUE, step(5, arrived=(Value((), ()),), left=())),
    (VALUE, step(5, arrived=(), left=(Value((), ()),))),
    (VALUE, hook(HookCall(0, 6, 1, (Value((), ()),), ()))),
    (VALUE, hook(HookCall(0, 6, 1, (), (scalar(1.0), Value((), ()))))),
    (EDGE, step(5, left=(scalar(1.0),))),
    (LEAF, tensor(is_leaf=True)),
    (LINE, tensor(line=-1)),
    (LINE, op(line=2**31)),
    (LINE, hook(line=-1)),
    (LINE, step(0, line=10**30)),
    (LINE, error(line=-1)),
    (LINE, caught(error(line=-1))),
    (LINE, error(column=2**31)),
    (LINE, error(end_line=2**31)),
    (LINE, error(end_column=-1)),
    (CYCLE, grad_fn(next=((1, 0), (0, 0)))),
    (CYCLE, grad_fn(0, next=((1, 0),))),
]


@pytest.mark.parametrize("trace", [base(), hook()(base()), square().trace(), loop(3).trace(), Tape().trace()])
def test_what_a_run_records_keeps_every_law(trace: Trace) -> None:
    assert list(broken(trace, LAWS)) == []


@pytest.mark.parametrize(("law", "change"), BREAKS)
def test_one_wrong_fact_breaks_its_law(law: str, change: Change) -> None:
    trace = change(base())
    if law not in REFERENCES:
        assert list(broken(trace, REFERENCES)) == []
    assert law in {name for name, _ in broken(trace, LAWS)}


@pytest.mark.parametrize("change", [change for law, change in BREAKS if law in REFERENCES.keys() - UNLOOKED.keys()])
def test_a_page_that_refers_to_nothing_is_not_taken_for_all_there(change: Change) -> None:
    whole = base()
    counts = Counts(len(whole.tensors), len(whole.ops), len(whole.grad_fns), len(whole.regions))
    pages = [
        Page((*trace.past, *trace.tensors), trace.ops, (*trace.past_grad_fns, *trace.grad_fns), trace.steps)
        for trace in (whole, change(whole))
    ]
    assert [all_there(page, counts) for page in pages] == [True, False]


def test_every_law_is_tried() -> None:
    assert {law for law, _ in BREAKS} == set(LAWS)
    assert set(REFERENCES) < set(WHOLE) < set(SOUND) < set(LAWS)
    assert set(SOUND) == set(WHOLE) | set(RECORDS)


@pytest.mark.parametrize("number", [True, 0, 2**63, -(2**63), 1.5, "nan", "-inf", "(1+2j)", "(nan+infj)"])
def test_numbers_of_torch_are_values(number: Number) -> None:
    assert list(broken(tensor(value=Value((), (number,)))(base()), LAWS)) == []


def test_a_place_is_told() -> None:
    places = list(broken(tensor(base=9)(base()), LAWS))
    assert places == [(TENSOR, "tensor 1")]


def test_a_syntax_error_has_a_line_that_a_text_can_have() -> None:
    assert list(broken(error(2, 3, 2, 4)(base()), LAWS)) == []
    assert list(broken(error(None)(base()), LAWS)) == []


def test_a_cycle_is_found_where_references_dangle_too() -> None:
    trace = grad_fn(next=((9, 0), (1, 0)))(base())
    assert {GRAD_FN, CYCLE} <= {law for law, _ in broken(trace, LAWS)}


@pytest.mark.parametrize(("ends", "places"), [((), []), ((0,), ["grad_fn 0"]), ((1,), ["grad_fn 1"])])
def test_a_graph_numbered_from_its_root_has_a_cycle_only_where_its_end_leads_back(
    ends: tuple[int, ...], places: list[str]
) -> None:
    nexts = ((1, 2), (2, 3), (3,), ends)
    sent = [GradFn(at, 0, "", tuple((to, 0) for to in leading), None, 1, ()) for at, leading in enumerate(nexts)]
    trace = base()._replace(grad_fns=tuple(sent))
    assert [place for law, place in broken(trace, WHOLE) if law == CYCLE] == places


def test_regions_may_nest_and_are_counted() -> None:
    assert list(broken(region(*nested(DEPTH))(base()), LAWS)) == []
    assert depths(nested(3)) == [1, 2, 3]
    assert depths((R, R, R._replace(parent=0), R._replace(parent=7), R._replace(parent=-1))) == [1, 1, 2, 1, 1]


def test_the_largest_of_torch_is_not_too_large() -> None:
    shape = (LARGE - 1, *(1,) * (DIMENSIONS - 1))
    large = tensor(shape=shape, nbytes=LARGE - 1, value=None, grad=Value(shape))
    assert list(broken(large(base()), LAWS)) == []
