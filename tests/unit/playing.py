"""Messages to the state of the window, one after another, as a person and the processes would send them."""

from gradviz.state import messages as m
from gradviz.state.update import update
from gradviz.state.values import AppState


def play(state: AppState, *messages: m.Message) -> tuple[AppState, list[m.Effect]]:
    """The state after messages, and what is to be done for them, in order."""
    done: list[m.Effect] = []
    for message in messages:
        state, effects = update(state, message)
        done += effects
    return state, done
