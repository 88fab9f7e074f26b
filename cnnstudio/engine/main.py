"""The entry of an engine process: ``cnnstudio engine``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from cnnstudio.engine.host import GRACE_SECONDS, Handlers, Host, Load
from cnnstudio.engine.log import LOG_CAP, EngineLog
from cnnstudio.protocol import wire
from cnnstudio.protocol.launch import BACKENDS, ROLES
from cnnstudio.protocol.messages import Ready


def main(argv: Sequence[str]) -> int:
    """Runs an engine with the arguments after ``engine``; doesn't return before it ends."""
    options = arguments().parse_args(argv)
    run(options, lambda: _load(options.device))
    return 0


def arguments() -> argparse.ArgumentParser:
    """Returns the parser of an engine's start options."""
    parser = argparse.ArgumentParser(prog="cnnstudio engine")
    parser.add_argument("--role", choices=ROLES, required=True)
    parser.add_argument("--backend", choices=BACKENDS, required=True)
    parser.add_argument("--device", required=True, help="auto, cpu, gpu or gpu:N")
    parser.add_argument("--log", type=Path, required=True)
    return parser


def run(
    options: argparse.Namespace,
    load: Load,
    grace: float = GRACE_SECONDS,
    log_cap: int = LOG_CAP,
) -> None:
    """Takes the standard streams for the protocol and runs the host on them.

    Args:
        options: The start options.
        load: Imports Keras; see ``Host``.
        grace: Seconds that a job gets when the client is gone.
        log_cap: The log's most bytes.
    """
    requests, events = (wire.binary(os.dup(fd)) for fd in (0, 1))
    log = EngineLog(options.log, log_cap)
    log.take_standard_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the client's to translate
    os.environ["KERAS_BACKEND"] = options.backend
    if options.role == "bench":
        lower = psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10
        psutil.Process().nice(lower)
    Host(requests, events, log, options.role, load, grace).run()


def _load(device: str) -> tuple[Ready, Handlers]:
    from cnnstudio.engine.backends import describe

    backend, versions, devices, chosen = describe(device)
    from cnnstudio.engine.jobs import HANDLERS  # imports Keras, so only once a device is chosen

    return Ready(backend=backend, versions=versions, devices=devices, device=chosen), HANDLERS
