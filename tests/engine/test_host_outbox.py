from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.engine import outbox as outbox_module
from cnnstudio.engine.outbox import Outbox
from cnnstudio.protocol.messages import Batches, EpochEnd, Event, Heartbeat, Paused, Phase
from tests.fakes.engines import nothing_left


class Receiver:
    """Takes events, or holds them up like a client that doesn't read."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.times: list[float] = []
        self.open = threading.Event()
        self.open.set()
        self.gone = False

    def __call__(self, event: Event, blob: bytes) -> None:
        self.open.wait()
        if self.gone:
            raise BrokenPipeError
        self.events.append(event)
        self.times.append(time.monotonic())

    def losses(self) -> list[tuple[int, int, float | None]]:
        return [
            (event.epoch, event.first + offset, loss)
            for event in self.events
            if isinstance(event, Batches)
            for offset, loss in enumerate(event.loss)
        ]


@pytest.fixture(autouse=True)
def leaks() -> Iterator[None]:
    with nothing_left():
        yield


def beat(step: int) -> Heartbeat:
    return Heartbeat(phase=Phase.BATCH, step=step, rss=0, monotonic=0.0)


def epoch_end(epoch: int) -> EpochEnd:
    return EpochEnd(epoch=epoch, logs={}, images_per_second=1.0, best=False)


@given(st.lists(st.sampled_from(["batch", "epoch", "pause"]), max_size=60))
def test_nothing_is_lost_or_out_of_order(script: list[str]) -> None:
    receive = Receiver()
    outbox = Outbox(receive)
    expected: list[object] = []
    epoch = index = 0
    for word in script:
        if word == "batch":
            outbox.batch(1, epoch, index, float(index), float("nan"), 1.0)
            expected.append((epoch, index))
            index += 1
        elif word == "epoch":
            outbox.put(epoch_end(epoch))
            expected.append(epoch_end(epoch))
            epoch, index = epoch + 1, 0
        else:
            outbox.put(Paused())
            expected.append(Paused())
    assert outbox.close(5)
    received: list[object] = []
    for event in receive.events:
        if isinstance(event, Batches):
            received += [(event.epoch, event.first + n) for n in range(len(event.loss))]
            assert event.accuracy == (None,) * len(event.loss)
        else:
            received.append(event)
    assert received == expected


def test_batches_come_at_most_ten_times_a_second() -> None:
    receive = Receiver()
    outbox = Outbox(receive)
    start = time.monotonic()
    index = 0
    while time.monotonic() - start < 1.05:
        outbox.batch(1, 0, index, 0.5, 0.5, 1.0)
        index += 1
        time.sleep(0.0005)
    outbox.close(5)
    assert len(receive.losses()) == index
    assert 5 <= len(receive.events) <= 13  # ten, the first at once, the last at the close
    assert receive.times[0] - start < 0.05


def test_a_client_that_does_not_read_holds_nobody_up() -> None:
    receive = Receiver()
    receive.open.clear()
    outbox = Outbox(receive)
    start = time.perf_counter()
    for index in range(200_000):
        outbox.batch(1, 0, index, float(index), 0.5, 1.0)
        if index % 1000 == 0:
            outbox.heartbeat(beat(index))
    spent = time.perf_counter() - start
    outbox.put(epoch_end(0))
    receive.open.set()
    assert outbox.close(10)
    assert receive.losses() == [(0, index, float(index)) for index in range(200_000)]
    assert sum(isinstance(event, Batches) for event in receive.events) <= 5
    assert sum(isinstance(event, Heartbeat) for event in receive.events) <= 2
    assert any(isinstance(event, EpochEnd) for event in receive.events)
    assert spent / 200_000 < 20e-6


def test_the_cap_leaves_a_gap_that_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MOST_WAITING_BATCHES", 100)
    receive = Receiver()
    receive.open.clear()
    outbox = Outbox(receive)
    outbox.put(Paused())  # held up with this
    for index in range(500):
        outbox.batch(1, 0, index, float(index), 0.5, 1.0)
    outbox.put(epoch_end(0))
    receive.open.set()
    while not any(isinstance(event, EpochEnd) for event in receive.events):
        time.sleep(0.001)
    outbox.batch(1, 1, 0, 0.0, 0.5, 1.0)
    outbox.close(5)
    losses = receive.losses()
    assert losses[0] == (0, 0, 0.0)
    assert losses[-1] == (1, 0, 0.0)
    assert 100 <= len(losses) <= 202
    assert isinstance(receive.events[-1], Batches)


def test_a_client_that_is_gone_is_not_an_error() -> None:
    receive = Receiver()
    receive.gone = True
    outbox = Outbox(receive)
    outbox.put(Paused())
    assert outbox.close(5)
    outbox.put(Paused())
    outbox.batch(1, 0, 0, 0.5, 0.5, 1.0)
    assert receive.events == []


def test_closing_gives_up_on_a_client_that_never_reads() -> None:
    receive = Receiver()
    receive.open.clear()
    outbox = Outbox(receive)
    outbox.put(Paused())
    assert not outbox.close(0.05)
    receive.open.set()
    assert outbox.close(5)
