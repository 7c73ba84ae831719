"""The Request of a run, read from the bytes that the window made of it."""

import json

from gradviz.model.wire import Limits, Neighbour, Request


def read_request(payload: bytes) -> Request:
    """Return the Request that `wire.encode` wrote."""
    source, mode, seed, allowed, *rest = json.loads(payload)
    request = Request(source, mode, seed, Limits(*allowed), *rest)
    return request._replace(neighbours=tuple(Neighbour(*one) for one in request.neighbours))
