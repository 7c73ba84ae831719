"""Messages to the state of the window, one after another, as a person and the processes would send them."""

from gradviz.state import effects as do
from gradviz.state import messages as m
from gradviz.state.appstate import AppState
from gradviz.state.update import update


def play(state: AppState, *messages: m.Message) -> tuple[AppState, list[do.Effect]]:
    """The state after messages, and what is to be done for them, in order."""
    done: list[do.Effect] = []
    for message in messages:
        state, effects = update(state, message)
        done += effects
    return state, done
