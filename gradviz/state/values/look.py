"""How the window looks and is handled, as the person chose it."""

from typing import Literal

Theme = Literal["light", "dark"]
Wheel = Literal["zoom", "scroll"]
