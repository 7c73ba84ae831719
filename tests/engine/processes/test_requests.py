"""What the process of a run makes of a Request it cannot serve."""

from gradviz.model.trace import SCHEMA
from gradviz.model.wire import Exit, Kind, Limits, Request, encode, pack
from tests.engine.client import Client


def test_a_request_of_another_schema_is_refused_in_words() -> None:
    with Client() as client:
        request = Request("x = 1", limits=Limits(seconds=60.0), schema=SCHEMA + 1)
        client._in.write(pack(Kind.RUN, 1, encode(request)))
        pages, how = client.finish(1)
        assert how == Exit(0, 0)
        error = client.trace(pages, "x = 1").error
        assert error is not None
        assert error.message == f"the request has schema {SCHEMA + 1}; this engine speaks schema {SCHEMA}"
        client.works()
