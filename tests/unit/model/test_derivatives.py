"""Formulas: how they read, what they come to, and what they refuse. That the rules are right, torch says elsewhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.derivatives import array as arrays
from gradviz.model.derivatives import binding, numbers, shaping
from gradviz.model.derivatives.applied import Applied, applied
from gradviz.model.derivatives.array import CannotComputeError, array, scalar
from gradviz.model.derivatives.expression import Bound, computed, names_in, parsed
from gradviz.model.derivatives.table import RULES
from gradviz.model.trace import Saved, Setting, Step, Trace, Value
from tests.unit.model.traces import Tape, end, square, vector
from tests.unit.model.traces import scalar as number

ROW = array((3,), (1.0, 2.0, 3.0))
GRID = array((2, 2), (1.0, 2.0, 3.0, 4.0))


def product(other: Value | None = None, arrived: Value | None = None, left: Value | None = None) -> Trace:
    """y = x * w, and its backward."""
    tape = Tape()
    tape.line(1)
    x = tape.leaf(number(2.0))
    w = tape.leaf(number(-3.0))
    kept = (Saved("self", x, 4, 0, "kept"), Saved("other", w, 4, 0, "kept"))
    y = tape.apply("mul", x, w, value=number(-6.0), saved=kept)
    tape.line(2, x=x, w=w, y=y)
    tape.backward(y)
    tape.pass_on(2, arrived or number(1.0), left or number(-3.0), number(2.0))
    if other is not None:
        tape.tensors[w] = tape.tensors[w]._replace(value=other, shape=other.shape)
    return tape.trace()


def rule_of(trace: Trace, grad_fn: int = 2) -> Applied:
    found = applied(end(trace), trace.grad_fns[grad_fn])
    assert found is not None
    return found


def test_a_rule_is_filled_in_with_what_the_trace_holds() -> None:
    found = rule_of(product())
    lines = [(term.line.name, term.line.formula, term.line.filled, term.line.comes_to) for term in found.terms]
    assert lines == [
        ("self", "grad · other", "1.0 × (-3.0)", number(-3.0)),
        ("other", "grad · self", "1.0 × 2.0", number(2.0)),
    ]
    assert all(term.agrees for term in found.terms)
    assert found.step is not None


def test_what_torch_passed_on_may_be_something_else() -> None:
    assert [term.agrees for term in rule_of(product(left=number(5.0))).terms] == [False, True]
    assert rule_of(product(left=vector(1.0, 2.0))).terms[0].line.comes_to is None
    assert rule_of(product(left=Value((), None, 1.0, 1.0))).terms[0].agrees  # nobody knows


def test_what_is_not_known_stays_a_name() -> None:
    found = rule_of(product(other=Value((100,), None, 1.0, 2.0)))
    assert found.terms[0].line.filled == "1.0 × other"
    assert found.terms[0].line.comes_to is None
    assert rule_of(product(other=Value((1,), ("(1+2j)",)))).terms[0].line.comes_to is None


def test_many_numbers_are_told_by_their_shape() -> None:
    many = Value((8,), tuple(map(float, range(8))))
    found = rule_of(product(other=many, arrived=many, left=many))
    assert found.terms[0].line.filled == "(8,) × (8,)"
    wide = vector(*(123456.789 + k for k in range(6)))
    assert rule_of(product(other=wide, arrived=wide, left=wide)).terms[0].line.filled == "(6,) × (6,)"


def test_before_backward_a_rule_has_no_numbers() -> None:
    trace = product()
    before = rule_of(trace._replace(steps=trace.steps[:-1]))
    assert before.step is None
    assert [(term.line.filled, term.line.comes_to, term.passed) for term in before.terms] == [("", None, None)] * 2


def test_a_grad_fn_without_a_rule_says_so() -> None:
    trace = square().trace()
    assert applied(end(trace), trace.grad_fns[0]) is None  # AccumulateGrad
    odd = trace.grad_fns[1]._replace(next=((0, 0),) * 3)
    assert applied(end(trace), odd) is None  # torch has no such grad_fn


def test_a_case_that_is_not_known_is_shown_whole() -> None:
    trace = square().trace()
    node = trace.grad_fns[1]._replace(name="PowBackward0", next=((0, 0),), settings={"exponent": "odd"})
    assert applied(end(trace), node) is not None
    kept = (Saved("exponent", None, 4, 0, "kept"),)
    found = applied(end(trace), node._replace(settings=None, saved=kept))
    assert found is not None
    assert " if exponent == 0 else " in found.terms[0].line.formula


def test_what_follows_from_the_unknown_is_unknown() -> None:
    trace = square().trace()
    kept = (Saved("self", None, 4, 0, "kept"), Saved("target", 0, 4, 0, "kept"))
    node = trace.grad_fns[1]._replace(name="MseLossBackward0", settings={"reduction": 2}, saved=kept)
    found = applied(end(trace), node)
    assert found is not None
    assert [(line.name, line.comes_to) for line in found.where] == [("g", number(1.0)), ("d", None)]
    assert found.terms[0].line == found.terms[0].line._replace(filled="2 × 1.0 × d", comes_to=None)


def value_of(formula: str, **names: Bound) -> Bound:
    return computed(parsed(formula), names)


def test_formulas_are_worked_out_as_python_reads_them() -> None:
    assert value_of("a + b * 2 ** 3", a=1, b=2) == 17
    assert value_of("-a", a=3) == -3
    assert value_of("-a", a=1.5) == -1.5
    assert value_of("a / b", a=1.0, b=0) == math.inf
    assert value_of("1 if a is None else 2", a=None) == 1
    assert value_of("1 if a == 'x' else 2", a="x") == 1
    assert value_of("1 if a != 'x' else 2", a="x") == 2
    assert value_of("1 if a > 2 else 2", a=3) == 1
    assert value_of("m.mT @ m", m=GRID) == array((2, 2), (10.0, 14.0, 14.0, 20.0))
    assert value_of("many[1]", many=(1, 2)) == 2
    assert value_of("(a, a)[0]", a=4) == 4
    assert names_in(parsed("grad * exp(self) + pi - grad")) == ("grad", "self")


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("a", {}),
        ("1 if a else 2", {"a": GRID}),
        ("many[k]", {"many": (1, 2), "k": 2}),
        ("a + 1", {"a": "text"}),
        ("a @ a", {"a": ROW._replace(shape=(3, 1))}),
        ("[a for a in many]", {"many": (1,)}),
        ("reshape(a, (2, 2))", {"a": ROW}),
        ("reshape(a, (0, -1))", {"a": ROW}),
        ("zeros(many)", {"many": (100, 100)}),
        ("zeros(many)", {"many": (-2,)}),
        ("eye(many)", {"many": (10**6, 10**6)}),
        ("permute(a, (0, 0))", {"a": GRID}),
        ("squeeze(a, 5)", {"a": GRID}),
        ("narrow(a, 0, 1, 2)", {"a": GRID}),
        ("sum_to(a, (3,))", {"a": GRID}),
        ("sum_to(a, (4, 2))", {"a": GRID._replace(shape=(1, 4))}),
        ("spread(a, (1, 2), (0,), 1)", {"a": GRID}),
        ("spread(a, (4, 4))", {"a": ROW}),
        ("gather(a, 0, i)", {"a": ROW, "i": array((1,), (5.0,))}),
        ("scatter(a, (3,), 0, i)", {"a": ROW, "i": array((1,), (0.0,))}),
        ("index_put(a, (3,), (i,), (0,))", {"a": ROW, "i": array((1,), (0.0,))}),
        ("index_get(a, (i,), (1,))", {"a": ROW, "i": array((1,), (0.0,))}),
        ("cross(a, a, 0)", {"a": GRID}),
        ("conv_input(a, a, (1, 1, 2), sliding((1,), (0,), (1,), 1))", {"a": GRID}),
    ],
)
def test_what_does_not_fit_is_refused(formula: str, names: dict[str, Bound]) -> None:
    with pytest.raises(CannotComputeError):
        computed(parsed(formula), names)


def test_numbers_follow_ieee_754() -> None:
    big = scalar(1e308)
    assert arrays.each(math.exp, big).data == (math.inf,)
    assert math.isnan(arrays.each(math.sqrt, scalar(-1.0)).data[0])
    assert arrays.divided(-1.0, 0.0) == -math.inf
    assert math.isnan(arrays.divided(0.0, 0.0))
    assert arrays.power(0.0, -1.0) == arrays.power(-0.0, -2.0) == math.inf
    assert arrays.power(-0.0, -1.0) == -math.inf
    assert arrays.logarithm(0.0) == -math.inf
    assert math.isnan(numbers.sign(math.nan))
    assert numbers.digamma(0.0) == -math.inf
    assert math.isnan(numbers.digamma(-2.0))


def test_one_number_alone_has_no_dimension() -> None:
    one, index = scalar(5.0), scalar(0.0)
    assert shaping.gather(one, 0, index) == one
    assert shaping.scatter(one, (), 0, index) == one
    assert shaping.index_select(one, 0, array((1,), (0.0,))) == one
    assert shaping.index_add(one, (), 0, array((1,), (0.0,))) == one
    assert numbers.reversed_cumsum(one, 0) == one
    assert numbers.evenly(scalar(1.0)) == scalar(1.0)
    assert numbers.product_of_others(array((0,), ())) == array((0,), ())
    assert shaping.transpose(ROW, 0, 1) == ROW
    assert shaping.length_of(((),), 0, 0) == 1


def test_a_setting_may_be_a_number_that_json_has_no_form_for() -> None:
    trace = square().trace()
    settings: dict[str, Setting] = {"ord": "inf", "mode": "none"}
    node = trace.grad_fns[1]._replace(settings=settings)
    names = binding.bound(end(trace), node, None, RULES["MulBackward0"])
    assert (names["ord"], names["mode"]) == (math.inf, "none")
    assert binding.read(Value((2,), (1.0,))) is None


def test_of_several_results_those_without_a_gradient_have_nought() -> None:
    tape = Tape()
    tape.line(1)
    x = tape.leaf(vector(1.0, 2.0))
    tape.apply("unbind", x, value=number(1.0))
    node = tape.grad_fns[1]._replace(name="UnbindBackward0", settings={"dim": 0})
    tape.grad_fns[1] = node
    tape.ops[1] = tape.ops[1]._replace(outputs=(1, 1))
    step = Step(len(tape.steps), "backward", 1, grad_fn=1, arrived=(None, number(3.0)), left=(vector(0.0, 3.0),))
    found = rule_of(tape.trace()._replace(steps=(*tape.steps, step)), 1)
    assert found.terms[0].line.comes_to == vector(0.0, 3.0)
    lost = step._replace(arrived=(number(1.0), Value((9999,), None)))
    assert rule_of(tape.trace()._replace(steps=(*tape.steps, lost)), 1).terms[0].line.comes_to is None
    none = step._replace(arrived=(Value((9999,), None), None))
    assert rule_of(tape.trace()._replace(steps=(*tape.steps, none)), 1).terms[0].line.comes_to is None
    assert rule_of(tape.trace()._replace(steps=(*tape.steps, step), ops=()), 1).terms[0].line.comes_to is None


def test_an_index_that_is_not_known_is_not_made_up() -> None:
    trace = square().trace()
    node = trace.grad_fns[1]._replace(
        name="IndexBackward0",
        next=((0, 0),),
        settings={"indices": (1,), "self_sym_sizes": (3, 3)},
        saved=(Saved("indices", None, 8, 0, "kept"),),
    )
    found = applied(end(trace), node)
    assert found is not None
    assert found.terms[0].line.comes_to is None


HOSTILE = st.dictionaries(
    st.sampled_from(
        [
            *("dim", "dims", "self_sym_sizes", "keepdim", "start", "step", "index", "indices", "alpha", "exponent"),
            *("stride", "padding", "dilation", "groups", "kernel_size", "transposed", "repeats", "pad"),
        ]
    ),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**64) + 1, 2**64 - 1),
        st.integers(-3, 3),
        st.floats(allow_nan=False),
        st.text(max_size=3),
        st.lists(st.integers(-3, 2**40), max_size=4).map(tuple),
    ),
)


@given(name=st.sampled_from(sorted(RULES)), settings=HOSTILE, shapes=st.lists(st.integers(0, 3), max_size=4))
def test_no_setting_of_a_hostile_run_breaks_a_rule(name: str, settings: dict[str, Setting], shapes: list[int]) -> None:
    value = Value(tuple(shapes), tuple(0.5 for _ in range(math.prod(shapes))))
    tape = Tape()
    tape.line(1)
    x = tape.leaf(value)
    y = tape.apply("mul", x, value=value)
    rule = RULES[name]
    names = {one for _, formula in (*rule.where, *rule.inputs) for one in names_in(parsed(formula))}
    saved = tuple(Saved(one, x, 4, 0, "kept", None, value.shape) for one in sorted(names - settings.keys()))
    node = tape.grad_fns[1]._replace(name=name, settings=settings, saved=saved, next=((0, 0),) * len(rule.inputs))
    step = Step(len(tape.steps), "backward", 1, grad_fn=1, arrived=(value,), left=(value,) * len(rule.inputs))
    trace = tape.trace()._replace(grad_fns=(tape.grad_fns[0], node), steps=(*tape.steps, step))
    assert trace.tensors[y].value == value
    found = applied(end(trace), node)
    assert found is not None
    assert len(found.terms) == len(rule.inputs)
