"""A recorded program does what the bare interpreter does with it: hypothesis writes the programs.

GRADVIZ_PROGRAMS sets how many; the full sweep is 10,000 and more.
"""

import os

from hypothesis import HealthCheck, given, settings

from tests.engine.bare import both_runs
from tests.engine.programs import PROGRAMS


@settings(
    max_examples=int(os.environ.get("GRADVIZ_PROGRAMS", "300")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
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
