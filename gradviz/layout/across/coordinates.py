"""Where the elements of ordered rows stand across. First compact and balanced, then exactly straight."""

from gradviz.layout.across.chains import align
from gradviz.layout.across.relaxing import relaxed
from gradviz.layout.across.straightening import settled, straightened
from gradviz.layout.across.unbending import unbend
from gradviz.layout.former import Former
from gradviz.layout.rows.net import Net
from gradviz.layout.rows.pulls import Pulls
from gradviz.layout.rows.room import seats


def across(net: Net, wants: Pulls, title_room: list[float], former: Former | None = None) -> list[float]:
    """The start of each element across; the least is 0.

    Args:
        net: elements, with their rows in order.
        wants: what they want to be in line with.
        title_room: of each frame, the least distance of its two borders.
        former: where they were, and stay as far as there is room; None: where they are best.
    """
    taken = seats(net)
    if former is None:
        places = straightened(net, wants, relaxed(net, wants, taken.packed), taken, title_room)
        align(net, taken, places)
    else:
        places = settled(net, wants, former, taken, title_room)
    unbend(net, taken, places)
    least = min(places)
    return [place - least for place in places]
