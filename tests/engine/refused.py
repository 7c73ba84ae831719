"""What was foretold of a backward call before torch ran it, to be held against the error that torch raised."""

from gradviz.model.moments.foretold import Foretold, foretold
from gradviz.model.moments.moment import History, Moment
from gradviz.model.moments.reach import runs
from gradviz.model.trace import BackwardCall, Trace


def refused(trace: Trace, call: BackwardCall) -> list[Foretold]:
    """What was foretold of the grad_fns that a backward call was about to run."""
    return list(foretold(Moment(History(trace), call.step, call.id), runs(trace, call)))
