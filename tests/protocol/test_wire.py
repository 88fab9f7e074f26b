from __future__ import annotations

import contextlib
import math
import os
import struct
import threading
from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.core.text import T
from cnnstudio.protocol import wire
from cnnstudio.protocol.messages import (
    Batches,
    Cancel,
    EpochEnd,
    Event,
    Log,
    Paused,
    Predict,
    Request,
    StartRun,
)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for fd in ends:
        os.close(fd)


def read_all(data: bytes) -> list[tuple[Request, bytes]]:
    """What a reader makes of `data` and then the end of the pipe."""
    source, target = os.pipe()
    sender = threading.Thread(target=_pour, args=(target, data))
    sender.start()
    try:
        reader = wire.Reader(source, wire.REQUESTS)
        received = []
        while (message := reader.read()) is not None:
            received.append(message)
        return received
    finally:
        os.close(source)
        sender.join()


def _pour(fd: int, data: bytes) -> None:
    with os.fdopen(fd, "wb", buffering=0) as pipe, contextlib.suppress(BrokenPipeError):
        while data:
            data = data[pipe.write(data) :]


SHAPES = st.tuples(*[st.integers(1, 100)] * 4)
REQUESTS_AND_BLOBS = st.lists(
    st.tuples(
        st.one_of(
            st.builds(Cancel, job=st.integers(0, 2**31)),
            st.builds(StartRun, run_dir=st.text(), project=st.text(), seed=st.integers(-1, 2**32)),
            st.builds(
                Predict, run_dir=st.text(), epoch=st.integers(0), shape=st.just((1, 2, 2, 1))
            ),
        ),
        st.binary(max_size=300),
    ),
    max_size=5,
)


@given(REQUESTS_AND_BLOBS)
def test_what_is_written_is_read(messages: list[tuple[Request, bytes]]) -> None:
    assert read_all(b"".join(wire.encode(m, blob) for m, blob in messages)) == messages


@given(st.binary(max_size=400))
def test_any_bytes_give_messages_or_a_wire_error(data: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        read_all(data)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_any_header_gives_a_message_nothing_or_a_wire_error(header: bytes, blob: bytes) -> None:
    frame = struct.pack("<II", len(header), len(blob)) + header + blob
    with contextlib.suppress(wire.WireError):
        read_all(frame + wire.encode(Cancel()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TAGS = st.sampled_from([k.__struct_config__.tag for k in get_args(Event)]) | st.text()


@given(TAGS, st.dictionaries(st.text() | st.sampled_from(["epoch", "request", "text"]), JSON))
def test_any_json_object_gives_an_event_nothing_or_a_wire_error(
    tag: str, fields: dict[str, object]
) -> None:
    header = msgspec.json.encode({**fields, "type": tag})
    known = {kind.__struct_config__.tag for kind in get_args(Event)}
    try:
        event = wire.EVENTS.decode(header)
    except wire.WireError:
        assert tag in known
    else:
        assert (event is not None) == (tag in known)


@given(REQUESTS_AND_BLOBS.filter(bool), st.data())
def test_a_cut_frame_is_told_from_an_end(
    messages: list[tuple[Request, bytes]], data: st.DataObject
) -> None:
    frames = [wire.encode(m, blob) for m, blob in messages]
    last = frames[-1]
    cut = data.draw(st.integers(1, len(last) - 1))
    with pytest.raises(wire.WireCut):
        read_all(b"".join(frames[:-1]) + last[:cut])


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{}",
        b"[1]",
        b"nul",
        b'{"type":3}',
        b'{"type":"start_run"}',
        b'{"type":"\xff"}',
        b'{"type":"cancel","job":"one"}',
        b'{"type":"cancel","job":NaN}',
        b'{"type":"cancel"} {}',
        b"[" * 100_000,
        b'{"type":"from_the_future","deep":' + b"[" * 100_000,
    ],
)
def test_broken_json_is_a_wire_error(header: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.REQUESTS.decode(header)


def test_an_unknown_type_is_logged_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    header = b'{"type":"from_the_future","x":[1]}'
    unknown = struct.pack("<II", len(header), 3) + header + b"abc"
    assert read_all(unknown + wire.encode(Cancel(job=2))) == [(Cancel(job=2), b"")]
    assert "from_the_future" in caplog.text


def test_numbers_that_are_not_finite_travel_as_null() -> None:
    event = EpochEnd(
        epoch=0, logs={"loss": math.nan, "val_loss": math.inf}, images_per_second=1.0, best=False
    )
    frame = wire.encode(event)
    assert b"NaN" not in frame
    assert b"Infinity" not in frame
    received = wire.EVENTS.decode(frame[8:])
    assert isinstance(received, EpochEnd)
    assert received.logs == {"loss": None, "val_loss": None}


def test_a_text_survives_with_its_parameters() -> None:
    event = Log(text=T("{layer:을/를} and {n}", layer=T("층 {n}", n=3), n=0.5))
    assert wire.EVENTS.decode(wire.encode(event)[8:]) == event


def test_a_frame_over_the_limit_is_refused_on_both_sides() -> None:
    with pytest.raises(wire.WireError, match="67,108,"):
        wire.encode(Paused(), bytes(wire.MAX_FRAME))
    with pytest.raises(wire.WireError):
        read_all(struct.pack("<II", wire.MAX_FRAME, 1) + b"x" * 100)
    with pytest.raises(wire.WireError):
        read_all(struct.pack("<II", 2**32 - 1, 2**32 - 1))


def test_a_frame_of_the_limit_passes() -> None:
    empty = len(wire.encode(Cancel())) - 8
    blob = bytes(wire.MAX_FRAME - empty)
    [(request, received)] = read_all(wire.encode(Cancel(), blob))
    assert request == Cancel()
    assert len(received) == len(blob)


def test_threads_write_whole_frames(pipe: tuple[int, int]) -> None:
    source, target = pipe
    writer = wire.Writer(target)
    blobs = [bytes([n]) * 100_000 for n in range(8)]  # more than a pipe holds

    def write(n: int) -> None:
        writer.write(Batches(epoch=n, first=0, loss=(), accuracy=(), images_per_second=0), blobs[n])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    reader = wire.Reader(source, wire.EVENTS)
    received = {}
    for _ in range(8):
        message = reader.read()
        assert message is not None
        event, blob = message
        assert isinstance(event, Batches)
        received[event.epoch] = blob
    for thread in threads:
        thread.join()
    assert received == dict(enumerate(blobs))


def test_every_message_has_a_tag_of_its_own() -> None:
    for union in (Request, Event):
        kinds = get_args(union)
        assert len({kind.__struct_config__.tag for kind in kinds}) == len(kinds) > 5
