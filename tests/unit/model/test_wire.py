"""Frames and messages as bytes: how a stream is cut makes no difference, and no byte is trusted."""

import itertools
import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.trace import Output, Page, Tensor, Value
from gradviz.model.wire import (
    HEADER,
    MAX_PAYLOAD,
    Exit,
    Frame,
    FrameError,
    FrameReader,
    Kind,
    Neighbour,
    Request,
    encode,
    pack,
)

FRAMES = st.builds(Frame, st.integers(0, 2**32 - 1), st.sampled_from(Kind), st.binary(max_size=40))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    at = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(at)]


def read(pieces: list[bytes]) -> list[Frame]:
    reader = FrameReader()
    return [frame for piece in pieces for frame in reader.feed(piece)]


@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(0, 400)))
def test_frames_come_whole_however_the_stream_is_cut(frames: list[Frame], places: list[int]) -> None:
    stream = b"".join(pack(frame.kind, frame.run, frame.payload) for frame in frames)
    assert read(cut(stream, places)) == frames
    assert read([bytes([byte]) for byte in stream]) == frames


def test_a_frame_in_part_is_known_to_be_one() -> None:
    reader, data = FrameReader(), pack(Kind.PAGE, 1, b"abc")
    partial, frames = [reader.partial], list[Frame]()
    for piece in (data[:5], data[5:]):
        frames = list(reader.feed(piece))
        partial.append(reader.partial)
    assert frames == [Frame(1, Kind.PAGE, b"abc")]
    assert partial == [False, True, False]


def test_a_frame_that_was_taken_does_not_come_again() -> None:
    reader = FrameReader()
    frames = reader.feed(pack(Kind.RUN, 1) + pack(Kind.RUN, 2) + pack(Kind.RUN, 3))
    assert next(frames).run == 1
    del frames
    assert [frame.run for frame in reader.feed(b"")] == [2, 3]


@pytest.mark.parametrize(
    "header", [HEADER.pack(MAX_PAYLOAD + 1, 1, Kind.PAGE), HEADER.pack(0, 1, 0), HEADER.pack(0, 1, 99)]
)
def test_a_header_that_lies_is_refused_before_anything_is_kept_for_it(header: bytes) -> None:
    reader = FrameReader()
    frames = reader.feed(pack(Kind.READY, 0, b"x") + header)
    assert next(frames).kind is Kind.READY
    with pytest.raises(FrameError):
        next(frames)


@given(st.binary(max_size=60))
def test_any_bytes_are_frames_or_a_frame_error(data: bytes) -> None:
    with suppress(FrameError):
        read([data])


def test_named_tuples_become_arrays() -> None:
    assert json.loads(encode(Exit(1, 9, "time", "late"))) == [1, 9, "time", "late"]
    request = Request("x", file="/f/p.py", neighbours=(Neighbour("/f/q.py", "y"),))
    expected = ["x", "grad", None, [30.0, 2**31, 200_000, 262_144], 1, None, "/f/p.py", [["/f/q.py", "y", ""]]]
    assert json.loads(encode(request)) == expected


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_no_form_for_is_refused(number: float) -> None:
    tensor = Tensor(0, 0, (), "f", "c", True, True, False, False, 0, 4, 0, None, None, None, 1, Value((), (number,)))
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(Page(tensors=(tensor,)))


def test_half_a_surrogate_pair_arrives_as_a_question_mark() -> None:
    assert json.loads(encode(Page(output=(Output(1, "a\ud800b勾配😀"),))))[6][0][1] == "a?b勾配😀"
