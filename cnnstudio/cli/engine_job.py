"""Runs one job in an engine of its own, with Ctrl-C and every way an engine can end."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from cnnstudio.cli.console import Console
from cnnstudio.core.errors import BadInput, JobFailed, StudioError
from cnnstudio.core.storage.places import logs_folder
from cnnstudio.core.text import T
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.delivery import Ended, EngineState
from cnnstudio.protocol.exits import ExitKind
from cnnstudio.protocol.launch import Role
from cnnstudio.protocol.messages import Answer, Event, Refused, Request

_LOOK_SECONDS = 0.1  # how often Ctrl-C is looked for while an engine is silent


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        answer: What the engine answered; None if it was stopped before it could.
        interrupted: Whether the person pressed Ctrl-C.
    """

    answer: Answer | None
    interrupted: bool


def run_job(
    request: Request,
    console: Console,
    *,
    role: Role,
    backend: str,
    device: str = "auto",
    blob: bytes = b"",
    on_event: Callable[[Event], None] = lambda _event: None,
) -> Outcome:
    """Starts an engine, gives it one job and ends it.

    The first Ctrl-C asks the job to stop after its batch, the second ends the engine at once.

    Args:
        request: The job.
        console: Where progress goes.
        role: "run" for a training, "bench" for the rest.
        backend: "tensorflow", "torch" or "jax".
        device: "auto", "cpu", "gpu" or "gpu:N".
        blob: The request's raw bytes.
        on_event: Gets every event before the answer.

    Raises:
        BadInput: The engine refused what was given.
        JobFailed: The job failed, or the engine ended without an answer.
    """
    client = EngineClient(role, backend, device, logs_folder() / f"engine-{os.getpid()}.log")
    interruptions = 0
    client.start()
    try:
        console.live(client.describe())
        client.send(request, blob)
        while True:
            try:
                delivery = client.read(_LOOK_SECONDS)
                if delivery is None:
                    if client.state in (EngineState.STARTING, EngineState.IMPORTING):
                        console.live(client.describe())
                    continue
                match delivery.event:
                    case Ended(reason=reason):
                        if interruptions and reason.kind is ExitKind.STOPPED:
                            return Outcome(None, interrupted=True)
                        error: type[StudioError] = BadInput if reason.bad_input else JobFailed
                        raise error(reason.text)
                    case Refused(text=text, bad_input=bad_input):
                        raise (BadInput if bad_input else JobFailed)(text)
                    case Answer() as answer:
                        return Outcome(answer, interrupted=interruptions > 0)
                    case event:
                        on_event(event)
            except KeyboardInterrupt:
                interruptions += 1
                if interruptions == 1:
                    console.say(T("Stopping. Ctrl-C again ends it at once."))
                    client.cancel()
                else:
                    client.kill()
    finally:
        client.close()
        console.end_live()
