"""Bytes on their way: nothing waits, nothing is torn, nothing of a cancelled run is sent that need not be."""

import os
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.engine.processes.streams import Outlet, Payloads
from gradviz.model.wire import MAX_PAYLOAD, FrameError


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@given(st.lists(st.binary(max_size=300)), st.integers(1, 50))
def test_payloads_do_not_depend_on_how_the_bytes_come(payloads: list[bytes], step: int) -> None:
    data = b"".join(struct.pack("<I", len(payload)) + payload for payload in payloads)
    cutter = Payloads()
    pieces = (data[start : start + step] for start in range(0, len(data), step))
    assert [payload for piece in pieces for payload in cutter.feed(piece)] == payloads
    assert not cutter


def test_a_length_is_refused_before_its_bytes_come() -> None:
    cutter = Payloads()
    assert list(cutter.feed(struct.pack("<I", MAX_PAYLOAD))) == []
    assert cutter
    with pytest.raises(FrameError, match=f"a page of {MAX_PAYLOAD + 1} bytes"):
        list(Payloads().feed(struct.pack("<I", MAX_PAYLOAD + 1)))


def test_a_full_pipe_is_not_waited_for_and_no_message_is_torn(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    outlet = Outlet(writing)
    size = 10 * 2**20
    outlet.put(1, b"a" * size)
    outlet.put(1, b"b")
    outlet.put(2, b"c")
    outlet.flush()
    assert 0 < outlet.waiting < size + 2
    outlet.forget(1)  # its first message is half written and stays
    received = bytearray()
    while len(received) < size + 1:
        received += os.read(reading, 2**20)
        outlet.flush()
    assert bytes(received) == b"a" * size + b"c"
    assert outlet.waiting == 0


def test_what_is_not_begun_is_forgotten(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    outlet = Outlet(writing)
    outlet.put(1, b"a")
    outlet.put(2, b"b")
    outlet.forget(1)
    assert outlet.waiting == 1
    outlet.flush()
    assert os.read(reading, 10) == b"b"
    outlet.put(3, b"c")
    outlet.clear()
    assert outlet.waiting == 0


def test_nobody_reads() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    outlet = Outlet(writing)
    outlet.put(1, b"a")
    with pytest.raises(BrokenPipeError):
        outlet.flush()
    os.close(writing)
