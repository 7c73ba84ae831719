"""Where the elements of ordered rows stand across. First compact and balanced, then exactly straight."""

from gradviz.layout.chains import align
from gradviz.layout.net import Net
from gradviz.layout.relaxing import pulls, relaxed
from gradviz.layout.straightening import straightened
from gradviz.layout.unbending import unbend


def across(net: Net, title_room: list[float]) -> list[float]:
    """The start of each element across; the least is 0.

    Args:
        net: elements, with their rows in order.
        title_room: of each frame, the least distance of its two borders.
    """
    wants = pulls(net)
    places = straightened(net, wants, relaxed(net, wants), title_room)
    align(net, places)
    unbend(net, places)
    least = min(places)
    return [place - least for place in places]
