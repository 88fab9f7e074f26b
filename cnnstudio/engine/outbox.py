"""Events on their way to the client: nothing that matters is lost, and training never waits.

Every event but two is kept in order until it is written. Batches are collected into blocks, at
most four a second; while the client doesn't read, one block grows. A heartbeat is only worth
something fresh: the newest replaces the one before.
"""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable

from cnnstudio.protocol.messages import Batches, Event, Heartbeat

BLOCK_SECONDS = 0.25
# A client that has read nothing while this many batches ran (some 20 MB) misses those that follow:
# the numbers in `Batches.first` then show the gap, and the run folder's metrics.jsonl has them all.
MOST_WAITING_BATCHES = 1_000_000
MOST_BATCHES_IN_BLOCK = 100_000  # about 5 MB of JSON

Send = Callable[[Event, bytes], None]


class _Block:
    """Consecutive batches of one epoch, still growing."""

    def __init__(self, request: int, epoch: int, first: int) -> None:
        self.request = request
        self.epoch = epoch
        self.first = first
        self.loss = array("d")
        self.accuracy = array("d")
        self.images_per_second = 0.0

    def continues_with(self, request: int, epoch: int, index: int) -> bool:
        return (
            request == self.request
            and epoch == self.epoch
            and index == self.first + len(self.loss)
            and len(self.loss) < MOST_BATCHES_IN_BLOCK
        )

    def message(self) -> Batches:
        return Batches(
            request=self.request,
            epoch=self.epoch,
            first=self.first,
            loss=_numbers(self.loss),
            accuracy=_numbers(self.accuracy),
            images_per_second=self.images_per_second,
        )


def _numbers(values: array[float]) -> tuple[float | None, ...]:
    return tuple(value if math.isfinite(value) else None for value in values)


class Outbox:
    """A queue with a thread of its own that writes.

    Args:
        send: Writes one event; may block, may raise OSError when the client is gone (then
            everything that follows is dropped: the run folder has it).
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Event, bytes] | _Block] = deque()
        self._events = 0  # of _waiting, those that aren't blocks
        self._batches = 0  # in all waiting blocks
        self._heartbeat: Heartbeat | None = None
        self._block_due = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="engine-outbox", daemon=True)
        self._thread.start()

    def put(self, event: Event, blob: bytes = b"") -> None:
        """Queues `event`; it is never dropped while the client lives."""
        with self._changed:
            if not self._closed:
                self._waiting.append((event, blob))
                self._events += 1
                self._changed.notify()

    def heartbeat(self, heartbeat: Heartbeat) -> None:
        """Sends `heartbeat`, instead of one that still waits."""
        with self._changed:
            self._heartbeat = heartbeat
            self._changed.notify()

    def batch(
        self,
        request: int,
        epoch: int,
        index: int,
        loss: float,
        accuracy: float,
        images_per_second: float,
    ) -> None:
        """Adds one batch to the block that grows, or begins one."""
        with self._changed:
            if self._closed or self._batches >= MOST_WAITING_BATCHES:
                return
            last = self._waiting[-1] if self._waiting else None
            if not isinstance(last, _Block) or not last.continues_with(request, epoch, index):
                last = _Block(request, epoch, index)
                self._waiting.append(last)
                self._changed.notify()
            last.loss.append(loss)
            last.accuracy.append(accuracy)
            if math.isfinite(images_per_second):
                last.images_per_second = images_per_second
            self._batches += 1

    def close(self, timeout: float) -> bool:
        """Writes what waits and ends the thread.

        Args:
            timeout: Seconds to wait for a client that doesn't read.

        Returns:
            Whether everything was written, or dropped because the client is gone.
        """
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while (ready := self._next()) is not None:
                for entry in ready:
                    event, blob = entry if isinstance(entry, tuple) else (entry.message(), b"")
                    self._send(event, blob)
        except OSError:  # the client is gone
            with self._changed:
                self._closed = True
                self._waiting.clear()

    def _next(self) -> list[tuple[Event, bytes] | _Block] | None:
        """Waits for something to send, and takes it; None at the end."""
        with self._changed:
            while not self._sendable():
                if self._closed:
                    return None
                pause = self._block_due - time.monotonic() if self._waiting else None
                self._changed.wait(pause)
            ready = list(self._waiting)
            if self._batches:
                self._block_due = time.monotonic() + BLOCK_SECONDS
            self._waiting.clear()
            self._events = self._batches = 0
            if self._heartbeat is not None:
                ready.append((self._heartbeat, b""))
                self._heartbeat = None
            return ready

    def _sendable(self) -> bool:
        if self._events or self._heartbeat is not None:
            return True
        return bool(self._waiting) and (self._closed or time.monotonic() >= self._block_due)
