"""The parts of a long curve that come near a place: what is painted of one that leads past all of a drawing.

A painter that is given a whole curve works on all of it, however little of it lies where something is to be painted.
"""

from gradviz.layout.geometry import Rect

_TOGETHER = 16  # pieces that are passed over at once where none comes near

_Piece = tuple[float, ...]  # a cubic curve's four points: x, y, x, y, ...


def nearby(coords: tuple[float, ...], place: Rect, longest: float) -> list[list[float]]:
    """Return the parts of a curve that may touch a place, each as coordinates like those of the curve.

    Args:
        coords: a point, and three more for each piece of the curve.
        place: with the room that pens take.
        longest: drawing units; a longer piece is halved until its halves are none, or lie elsewhere.
    """
    left, top, right, bottom = place.x, place.y, place.right, place.bottom
    found: list[list[float]] = []
    joined = False  # to the part before
    for begin in range(0, len(coords) - 7, 6 * _TOGETHER):
        end = min(begin + 6 * _TOGETHER, len(coords) - 2)
        across, down = coords[begin : end + 2 : 2], coords[begin + 1 : end + 2 : 2]
        if min(across) > right or max(across) < left or min(down) > bottom or max(down) < top:
            joined = False
            continue
        todo: list[_Piece] = [coords[at : at + 8] for at in range(end - 6, begin - 1, -6)]
        while todo:
            piece = x, y, x1, y1, x2, y2, x3, y3 = todo.pop()
            low, high = min(x, x1, x2, x3), max(x, x1, x2, x3)
            first, last = min(y, y1, y2, y3), max(y, y1, y2, y3)
            if low > right or high < left or first > bottom or last < top:
                joined = False
            elif high - low > longest or last - first > longest:
                todo += _halves(piece)
            else:
                if not joined:
                    found.append([x, y])
                    joined = True
                found[-1] += (x1, y1, x2, y2, x3, y3)
    return found


def _halves(piece: _Piece) -> tuple[_Piece, _Piece]:
    """The second half, and the first."""
    x, y, x1, y1, x2, y2, x3, y3 = piece
    ax, ay, bx, by, cx, cy = (x + x1) / 2, (y + y1) / 2, (x1 + x2) / 2, (y1 + y2) / 2, (x2 + x3) / 2, (y2 + y3) / 2
    dx, dy, ex, ey = (ax + bx) / 2, (ay + by) / 2, (bx + cx) / 2, (by + cy) / 2
    mx, my = (dx + ex) / 2, (dy + ey) / 2
    return (mx, my, ex, ey, cx, cy, x3, y3), (x, y, ax, ay, dx, dy, mx, my)
