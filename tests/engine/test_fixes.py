"""Reasons for an absent .grad and their fixes, of generated programs: what a fix changes, torch then runs."""

from typing import get_args

import pytest
from hypothesis import given

from gradviz.model.fixes import Fix, Fixes
from gradviz.model.toggles import Toggles
from gradviz.model.trace import Tensor, Trace
from gradviz.model.why import Why, WhyNoGrad, why
from tests.engine.bare import bare_run
from tests.engine.programs import sweep
from tests.engine.recording import record
from tests.engine.why_programs import REASONS, Told, programs
from tests.unit.model.traces import known

MOST = 4  # reasons that hide each other in these programs
WITHOUT = {"not differentiable", "unrecorded", "failed", "no gradient", "unused"}  # no change of the text is safe


def tensor(trace: Trace, name: str) -> Tensor:
    """The tensor that a name, perhaps of a function that returned, was bound to last."""
    bound = [number for step in trace.steps for key, number in (step.names or {}).items() if key == name]
    return trace.tensors[next(number for number in reversed(bound) if number is not None)]


def fixes(trace: Trace, name: str) -> tuple[Fix, ...]:
    return Fixes(known(trace), Toggles(trace)).of(tensor(trace, name))


def reason(trace: Trace, name: str) -> Why:
    return why(known(trace), tensor(trace, name))


def test_every_reason_has_generated_programs() -> None:
    assert {*REASONS, "under way"} == set(get_args(WhyNoGrad))  # that one goes away by itself


@pytest.mark.parametrize("wanted", REASONS)
def test_the_reason_names_the_line_and_the_fix_makes_it_true(wanted: WhyNoGrad) -> None:
    seen: set[str] = set()

    @sweep(8)
    @given(programs(wanted))
    def hold(told: Told) -> None:
        seen.add(told.source)
        trace = record(told.source)
        assert tensor(trace, told.name).grad is None
        assert reason(trace, told.name) == told.why
        if wanted in WITHOUT:
            assert fixes(trace, told.name) == ()
        else:
            follow(trace, told.name)

    hold()
    assert len(seen) >= 5


def follow(trace: Trace, name: str) -> None:
    """Take one fix after another until torch fills the .grad, which each brings nearer."""
    gone, bare = set[Why](), bare_run(trace.source)
    while len(gone) < MOST and tensor(trace, name).grad is None:
        before = reason(trace, name)
        assert before not in gone, (before, trace.source)
        gone.add(before)
        (fix,) = fixes(trace, name)
        source = fix.edit.applied(trace.source)
        bare, trace = bare_run(source), record(source)
        assert bare.error is None, (bare.error, source)
    assert tensor(trace, name).grad is not None, trace.source
    found = bare.tensors.get(name)
    assert found is None or found.grad is not None  # None: the local of a function
