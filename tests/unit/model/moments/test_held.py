"""Which name holds which tensor: the names that changed at the lines that ran, each of the module or of one call."""

from gradviz.model.moments.held import Bindings, Name, bindings
from gradviz.model.trace import Step, Trace

Names = dict[str, int | None]


def line(scope: int = 0, names: Names | None = None, elsewhere: dict[int, Names] | None = None) -> Step:
    return Step(
        0, "line", 1, names=names, depth=scope, scope=scope, function="fg"[scope - 1 : scope], elsewhere=elsewhere
    )


def ran(*steps: Step) -> Bindings:
    """Steps in order; the first scope is a call of f, the second of g, made in the first."""
    numbered = (step._replace(id=number, function=step.function or None) for number, step in enumerate(steps))
    return bindings(Trace("", "", "grad", "", steps=tuple(numbered)))


def test_names_go_elsewhere_and_away_in_the_order_they_were_first_bound() -> None:
    found = ran(line(), line(names={"a": 0}), line(names={"b": 1}), line(names={"a": 2}), line(names={"b": None}))
    assert found.held() == {Name(None, "a"): 2}
    assert found.held(2) == {Name(None, "a"): 0, Name(None, "b"): 1}
    assert list(ran(line(names={"b": 0, "a": 1}), line(names={"b": 2})).held()) == [Name(None, "b"), Name(None, "a")]


def test_names_of_a_call_hold_while_it_runs() -> None:
    found = ran(
        line(names={"y": 0}),
        line(1),
        line(1, {"y": 1}),
        line(2),
        line(2, {"x": 2}),
        Step(0, "op", 1, op=0),
        line(1, {"z": 3}),
        line(names={"y": 3}),
    )
    outer, inner = {Name(None, "y"): 0, Name("f", "y"): 1}, {Name("g", "x"): 2}
    assert found.held(1) == {Name(None, "y"): 0}
    assert found.held(2) == outer
    assert found.held(5) == outer | inner
    assert found.held(6) == outer | {Name("f", "z"): 3}
    assert found.held() == {Name(None, "y"): 3}


def test_a_second_call_starts_without_names_and_hides_the_one_it_was_made_in() -> None:
    again = line(1, {"x": 3})._replace(scope=4, depth=1)
    assert ran(line(1, {"x": 1, "y": 2}), again).held() == {Name("f", "x"): 3}
    deeper = again._replace(depth=2)
    assert ran(line(1, {"x": 1, "y": 2}), deeper).held() == {Name("f", "y"): 2, Name("f", "x"): 3}


def test_a_function_binds_names_of_others() -> None:
    found = ran(line(names={"a": 0}), line(1, {"b": 1}), line(2, {"c": 2}, {0: {"a": 3}, 1: {"b": None, "d": 4}}))
    assert found.held() == {Name(None, "a"): 3, Name("g", "c"): 2, Name("f", "d"): 4}


def test_a_call_has_its_arguments_from_its_first_line_on() -> None:
    called = line(1, {"y": 2})._replace(arguments={"x": 1})
    found = ran(line(names={"a": 0}), called, line(1, {"x": 3}), line())
    assert found.held(1) == {Name(None, "a"): 0, Name("f", "x"): 1, Name("f", "y"): 2}
    assert found.held(2) == {Name(None, "a"): 0, Name("f", "x"): 3, Name("f", "y"): 2}
    assert found.held() == {Name(None, "a"): 0}


def test_what_a_name_held_last_is_that_of_the_module() -> None:
    found = ran(line(names={"a": 0}), line(1, {"a": 1, "b": 2}), line(2, {"b": 3}), line(names={"a": None}))
    assert [found.last(name) for name in ("a", "b", "c")] == [0, 3, None]
    assert ran().held() == {}
