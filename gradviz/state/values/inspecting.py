"""What the inspector looks at, and what it was told."""

from typing import NamedTuple

from gradviz.picture.inspection.inspection import Inspect, Inspection, Subject


class Inspecting(NamedTuple):
    """What the inspector looks at."""

    seen: bool = False  # its panel is in view
    of: Subject | None = None
    run: int = 0  # of what was asked
    asked: Inspect | None = None  # the newest question
    awaited: bool = False  # its answer is still to come
    found: Inspection | None = None  # the newest answer
