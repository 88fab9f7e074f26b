"""What an engine's client tells its owner: states, events, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cnnstudio.protocol.exits import ExitReason
from cnnstudio.protocol.messages import Event


class EngineState(StrEnum):
    """What a person is told about an engine."""

    STARTING = "starting"
    IMPORTING = "importing"
    READY = "ready"
    BUSY = "busy"
    STOPPING = "stopping"
    ENDED = "ended"


@dataclass(frozen=True)
class Ended:
    """The last thing a client delivers."""

    reason: ExitReason


@dataclass(frozen=True)
class Delivery:
    """What came from an engine.

    Attributes:
        generation: Which engine of this process, counted from 1: tells late news of one that
            was ended from news of the next.
        event: The event, at last Ended.
        blob: Its raw bytes.
    """

    generation: int
    event: Event | Ended
    blob: bytes = b""
