"""A recorded program does what the bare interpreter does with it: hypothesis writes the programs.

GRADVIZ_PROGRAMS sets how many; the full sweep is 10,000 and more.
"""

from hypothesis import given

from tests.engine.bare import both_runs
from tests.engine.programs import PROGRAMS, sweep


@sweep(300)
@given(PROGRAMS)
def test_the_same_as_the_bare_interpreter(source: str) -> None:
    bare, seen, _ = both_runs(source)
    assert seen == bare
