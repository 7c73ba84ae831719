"""What was foretold of a backward call before torch ran it, to be held against the error that torch raised."""

from gradviz.model.moments.foretold import Foretold, foretold
from gradviz.model.moments.moment import History, Moment
from gradviz.model.moments.reach import runs
from gradviz.model.trace import BackwardCall, Trace

_REASONS = {"version": "version", "second-backward": "freed", "detached": "detached"}


def refused(trace: Trace, call: BackwardCall) -> list[Foretold]:
    """What was foretold of the grad_fns that a backward call was about to run."""
    return list(foretold(Moment(History(trace), call.step, call.id), runs(trace, call)))


def hold_to_what_was_foretold(trace: Trace) -> None:
    """Assert that backward raised exactly where that was foretold, of the grad_fn and for the reason that was told."""
    failed = trace.error is not None and trace.error.hint in _REASONS
    stopped = trace.error is not None and trace.backwards and trace.backwards[-1].line == trace.error.line
    for call in trace.backwards[:-1] if stopped else trace.backwards:
        assert refused(trace, call) == []
    if failed and trace.error is not None:
        why = _REASONS[trace.error.hint or ""]
        assert (trace.error.grad_fns[0], why) in {(one.grad_fn, one.why) for one in refused(trace, trace.backwards[-1])}
    elif stopped:
        assert refused(trace, trace.backwards[-1]) == []
