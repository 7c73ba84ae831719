"""Which hooks act on what, as they were at a moment."""

from math import inf

from gradviz.model.moments.hooked import Hooked, hooks
from gradviz.model.moments.hookedsteps import HookedSteps, hooked_steps
from gradviz.model.trace import Hook, HookCall, Step, Trace
from tests.unit.model.traces import scalar, square

CLIP = Hook(0, 3, "register_hook", "clip", 2, 1, 1, None, 9)
LEAF = Hook(1, 4, "register_post_accumulate_grad_hook", "bump", 3, 0, None, None)
BACK = Hook(2, 4, "register_full_backward_hook", "look", 3, None, None, "net.fc")
FORE = Hook(3, 5, "register_forward_hook", "look", 3, None, None, "net")
ON_GRAD_FNS = (("register_hook", 1), ("register_prehook", 1), ("register_hook", 0))
CALLS = (
    HookCall(0, 6, 1, (scalar(1.0),), (scalar(0.0),)),
    HookCall(2, 7, 1, (scalar(1.0),), (scalar(1.0),)),
    HookCall(0, 8, 1, (scalar(2.0),), (scalar(0.0),)),
)


def hooked() -> Trace:
    return square().trace()._replace(hooks=(CLIP, LEAF, BACK, FORE), hook_calls=CALLS)


def test_a_hook_is_there_with_the_calls_that_had_come() -> None:
    found = hooks(hooked())
    assert list(found.on_tensor(1, 2)) == []
    assert list(found.on_tensor(1, 3)) == [Hooked(CLIP, [], False)]
    assert list(found.on_tensor(1, 6)) == [Hooked(CLIP, [CALLS[0]], False)]
    assert list(found.on_tensor(1, inf)) == [Hooked(CLIP, [CALLS[0], CALLS[2]], True)]
    assert list(found.on_tensor(5, inf)) == []


def test_a_grad_fn_has_those_on_its_result_and_those_that_it_was_run_for() -> None:
    trace = hooked()
    product, sink = trace.grad_fns[1], trace.grad_fns[0]
    assert (product.name, sink.variable) == ("MulBackward0", 0)
    found = hooks(trace)
    assert [one.hook for one in found.on_grad_fn(product, inf)] == [CLIP, BACK]
    assert [one.hook for one in found.on_grad_fn(sink, inf)] == [LEAF]
    assert [one.hook.given for one in found.on_tensor(0, inf)] == [".grad"]


def test_one_on_a_grad_fn_says_so_and_what_it_is_given() -> None:
    after, before, sunk = (Hook(k, 3, how, "f", 2, None, at, None) for k, (how, at) in enumerate(ON_GRAD_FNS))
    found = hooks(square().trace()._replace(hooks=(after, before, sunk)))
    told = [
        (one.hook.written, one.hook.given)
        for grad_fn in square().trace().grad_fns
        for one in found.on_grad_fn(grad_fn, inf)
    ]
    assert told == [
        ("grad_fn.register_hook", "grad_inputs"),
        *(("grad_fn.register_hook", "grad_inputs"), ("grad_fn.register_prehook", "∂")),
    ]
    assert [one.hook for one in found.on_tensor(0, inf)] == [sunk]
    assert list(found.on_tensor(1, inf)) == []
    on_tensor = next(hooks(hooked()).on_tensor(1, inf))
    assert (on_tensor.hook.written, on_tensor.hook.given) == ("register_hook", "∂")


def test_a_module_has_those_on_what_it_is_in() -> None:
    found = hooks(hooked())
    assert [one.hook for one in found.on_module("net.fc", inf)] == [BACK, FORE]
    assert [one.is_forward for one in found.on_module("net", inf)] == [True]
    assert list(found.on_module("network", inf)) == []


def test_several_have_those_on_any_of_them_once() -> None:
    trace = hooked()
    found = hooks(trace)
    product, sink = trace.grad_fns[1], trace.grad_fns[0]
    nodes = [(product, 1, "net"), (sink, None, None), (None, 0, "other"), (None, None, "net")]
    assert [one.hook for one in found.within(nodes, inf)] == [CLIP, LEAF, BACK, FORE]
    assert [one.hook for one in found.within(nodes, 3)] == [CLIP]
    assert list(found.within([(None, 5, "net.fc.0")], inf)) == []


def test_calls_are_told_by_the_execution_that_they_came_for() -> None:
    given, passed, gone = scalar(1.0), scalar(2.0), scalar(0.0)
    hooks = (Hook(k, 3, how, "f", 2, None, 1, None) for k, how in enumerate(("register_prehook", "register_hook")))
    calls = (
        (0, 6, given, given),
        (1, 7, passed, gone),
        (0, 9, given, given),
        (1, 10, passed, passed),
        (1, 99, gone, gone),
    )
    runs = [Step(number, "backward", 3, None, 1, None, (given,), (gone,)) for number in (6, 9)]
    other = Step(7, "backward", 3, None, 2, None, (gone,), ())
    trace = (
        square()
        .trace()
        ._replace(
            hooks=(*hooks, BACK._replace(id=2)),
            hook_calls=tuple(HookCall(hook, step, 1, (old,), (new,)) for hook, step, old, new in calls) + CALLS[1:2],
            steps=(runs[0], other, runs[1]),
        )
    )
    found = hooked_steps(trace)
    assert {step: [call.step for call in own] for step, own in found.before.items()} == {6: [6], 9: [9]}
    assert {step: [call.step for call in own] for step, own in found.after.items()} == {6: [7], 9: [10]}
    assert [found.passed(step) for step in trace.steps] == [(passed,), (), (passed,)]
    assert [found.came(step) for step in trace.steps] == [(given,), (gone,), (given,)]
    two = runs[0]._replace(arrived=(gone, gone))
    assert found.came(two) == two.arrived
    assert hooked_steps(square().trace()) == HookedSteps()


def test_they_change_when_one_is_registered_runs_or_is_removed() -> None:
    trace = hooked()
    found = hooks(trace)
    assert set(found.times(None, 1)) == {3, 6, 8, 9}
    assert set(found.times(trace.grad_fns[1], None)) == {3, 4, 6, 7, 8, 9}
    assert set(found.times(trace.grad_fns[0], 0)) == {4}
