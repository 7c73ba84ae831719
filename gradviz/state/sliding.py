"""A number of the program under a person's hand: runs follow it as fast as they come back. Pure.

While a run goes on only the newest text is kept, and it is run when the picture of that run has come: a hand that
moves ends no run, or none would ever be seen. Once it rests, the newest is run at once, whatever goes on.
"""

from gradviz.state import comparing
from gradviz.state.slidemessages import SlideRested, Sliding
from gradviz.state.values import AppState


def slid(state: AppState, message: Sliding) -> AppState:
    """Return the state in which a number slides, and the text with it is to be run as soon as one may."""
    if isinstance(message, SlideRested):
        return state
    return state._replace(sliding=True, newer=None if message.text == state.text else message.text)


def due(state: AppState, *, rested: bool) -> bool:
    """Whether a newer text is to be run now.

    Args:
        state: in which it may be.
        rested: whether the hand rests. While it moves, all that is seen of the run at hand is waited for.
    """
    if state.newer is None or rested:
        return state.newer is not None
    if not state.comparing.seen:
        return not state.awaited  # the process of the run may still be there: nobody has to wait for its end
    return not state.busy and state.comparing.mode is None and not comparing.wants(state)
