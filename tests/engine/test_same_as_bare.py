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
    assert seen._replace(tensors={}) == bare._replace(tensors={})
    if "inference_mode" in source:
        # Given an inference tensor outside of inference_mode, some kernels count a write to their own fresh result.
        # Below a dispatch mode they do not, and torch offers no way to ask for it.
        assert {name: facts._replace(version=None) for name, facts in seen.tensors.items()} == {
            name: facts._replace(version=None) for name, facts in bare.tensors.items()
        }
    else:
        assert seen.tensors == bare.tensors
