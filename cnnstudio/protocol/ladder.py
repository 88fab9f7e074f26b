"""The steps from a polite cancel to the end of a process, as pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from cnnstudio.protocol.messages import Phase


@dataclass(frozen=True)
class Patience:
    """How long each step of a cancel waits, in seconds.

    An engine that doesn't answer at all is gone after acknowledge + terminate, under 6 s.

    Attributes:
        acknowledge: For a sign that the job has heard, or for the next heartbeat of a save.
        stop: For the end after such a sign.
        terminate: From the request to the system to end the process until it is killed.
        saving: At most, for a checkpoint that is being written.
    """

    acknowledge: float = 3.0
    stop: float = 3.0
    terminate: float = 2.5
    saving: float = 60.0


class Step(Enum):
    """What to do now."""

    WAIT = auto()
    TERMINATE = auto()
    KILL = auto()


class Ladder:
    """One cancel on its way.

    Args:
        patience: How long each step waits.
        start: When the engine was asked to stop.
    """

    def __init__(self, patience: Patience, start: float) -> None:
        self._patience = patience
        self._start = start
        self._terminated: float | None = None

    def step(self, now: float, phase: Phase, beat: float, heard: float) -> Step:
        """Returns what to do; TERMINATE once only, KILL from then on when its time has come.

        Args:
            now: The time, on the clock of `start`.
            phase: What the engine said it does.
            beat: When it said so.
            heard: When the job last gave a sign that it stops; before `start` if never.
        """
        if self._terminated is not None:
            late = now >= self._terminated + self._patience.terminate
            return Step.KILL if late else Step.WAIT
        deadline = self._start + self._patience.acknowledge
        if heard >= self._start:
            deadline = heard + self._patience.stop
        if phase is Phase.SAVING:
            bound = self._start + self._patience.saving
            deadline = max(deadline, min(beat + self._patience.acknowledge, bound))
        if now < deadline:
            return Step.WAIT
        self._terminated = now
        return Step.TERMINATE
