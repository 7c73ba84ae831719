"""What a person does about commands as such: gives them other keys, and asks for one by its name."""

from typing import NamedTuple

from gradviz.state.commands.keys import Keys
from gradviz.state.commands.palette import Entry


class KeysSet(NamedTuple):
    """Commands have these keys."""

    keys: Keys


class Picked(NamedTuple):
    """Something was chosen by its name."""

    entry: Entry


Asking = KeysSet | Picked
