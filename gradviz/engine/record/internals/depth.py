"""How deep a program may recurse: as deep as it would by itself, though the recorder has frames beneath and above its.

Python has one limit for all frames. While a program is recorded the limit in force is higher than the program's own, by
what the recorder needs, and the program is stopped where it would have been: the trace function looks at each call that
is near (lines.py), the dispatch mode at each op that is near, or out of the trace function's sight (ops.py). To ask
Python how deep a thread is, one sets the limit: it refuses one that is not above that.
"""

import sys

ROOM = 400  # levels for the recorder, beyond those of the program
CALLS = 8  # that are not looked at after one that is far from the limit
# Levels before the program's limit: more than torch has, in Python and C, between a call and an op, and than so many
# calls take with the C between them.
_NEAR = 24 + 5 * CALLS
C_CALL = 1 if sys.version_info < (3, 12) else 0  # levels that a call of C is, by Python's count
ASKING = 1 + C_CALL  # levels from a frame to where a function that it calls sets the limit
TOO_DEEP = "maximum recursion depth exceeded"  # as Python says it
_FAR = 2**30  # no program gets there, and Python takes twice that for a limit

set_limit = sys.setrecursionlimit  # the true one, which nothing is put in the place of


class _Limits:
    """The limits of this process, in which one program runs at a time."""

    def __init__(self) -> None:
        self.own = self.most = sys.getrecursionlimit()  # the program's, and the one in force
        self.refused = self.own  # what is refused to a function that a frame calls which is one level too deep
        self.near = self.own  # the same for one that comes near
        self.beneath = 0  # levels of the recorder's, at most, beneath the program's
        self.keeper: object = None  # the trace function that looks at calls

    def begin(self, keeper: object) -> None:
        """Take the limit in force for that of a program, to which a trace function, by its method, will hold it."""
        self.beneath, self.keeper = 0, keeper
        self.put(sys.getrecursionlimit())

    def end(self, own: int) -> None:
        """Put a limit in force as it is, and leave it to what the program has left behind."""
        self.put(own)
        self.most = own
        set_limit(own)

    def put(self, own: int) -> None:
        """Hold the program to a limit from its next call on."""
        self.own = own
        self.refused = min(own, _FAR) + ASKING + 1
        self.near = max(self.refused - _NEAR, 1)
        self.most = self.refused + self.beneath + ROOM
        set_limit(self.most)

    def leave_room(self, beneath: int) -> None:
        """Leave room above as many levels of the recorder's, from the next call on."""
        if beneath > self.beneath:
            self.beneath = beneath
            self.most = self.refused + beneath + ROOM


limits = _Limits()


def fits(bound: int) -> bool:
    """Whether Python lets what calls this set the limit to a bound. The one in force stays as it is."""
    try:
        set_limit(bound + 1)
    except RecursionError:
        return False
    set_limit(limits.most)
    return True


def is_kept(tracer: object) -> bool:
    """Whether the trace function in force, a bound method, is the one that looks at calls, and none of a program's."""
    return getattr(tracer, "__func__", None) is limits.keeper


def check(beneath: int) -> None:
    """Refuse an op, by what C calls for it, for which the program by itself would be too deep.

    Args:
        beneath: levels of the recorder's beneath the program's.

    Raises:
        RecursionError: it is too deep.
    """
    if not fits(beneath + limits.refused + 1):
        raise RecursionError(f"{TOO_DEEP} while calling a Python object")


def check_unseen() -> None:
    """Refuse what would leave the recorder without room where nobody looks at calls.

    Raises:
        RecursionError: it is too deep.
    """
    if not fits(limits.most - ROOM // 2):
        raise RecursionError(f"{TOO_DEEP} while calling a Python object")


def level() -> int:
    """The level of the frame that calls this, by Python's count."""
    bound = 1
    while not fits(bound):
        bound += 1
    return bound - ASKING - 1
