"""The programs of the guide to errors raise what the guide says, and it is explained."""

import pytest

from gradviz.model.errors.errors import explained, hint
from gradviz.resources import MetError, met_errors
from tests.engine.recording import record


@pytest.mark.parametrize("met", met_errors(), ids=lambda met: met.id)
def test_the_program_of_an_error_raises_it(met: MetError) -> None:
    error = record(met.program).error
    assert error is not None
    assert (error.type, hint(error)) == (met.kind, met.id)
    assert met.message.rstrip(".") in error.message
    for language in ("en", "ja"):
        assert explained(error._replace(message=met.message), language) == explained(error, language)


def test_no_error_is_told_twice() -> None:
    assert len({met.id for met in met_errors()}) == len(met_errors()) > 20
