"""What the inspector is to look at, and what it is told."""

from typing import NamedTuple

from gradviz.picture.inspection.inspection import Inspection, Subject


class InspectorSeen(NamedTuple):
    """The inspector came into view, or went out of it."""

    on: bool


class Inspected(NamedTuple):
    """The person wants to know more of a thing that the inspector has named."""

    of: Subject


class InspectionArrived(NamedTuple):
    """The picture process told what there is to say of a thing."""

    run: int
    inspection: Inspection


Inspecting = InspectorSeen | Inspected | InspectionArrived
