"""Why an engine ended, in words."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cnnstudio.core.text import T, Text

TAIL_LINES = 40
_TAIL_BYTES = 128 * 2**10
_FATAL = re.compile(r"^(Fatal Python error|Windows fatal exception):", re.MULTILINE)

BACKEND_NAMES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


class ExitKind(StrEnum):
    """The kinds of end that a client may treat differently."""

    FINISHED = "finished"  # by itself, nothing wrong
    STOPPED = "stopped"  # the client ended it
    REFUSED = "refused"  # the backend or the device couldn't be had
    UPDATED = "updated"  # another version of the program answered
    SILENT = "silent"  # it didn't report in time
    PROTOCOL = "protocol"  # it sent what isn't the protocol
    OUT_OF_MEMORY = "out_of_memory"  # the system ended it
    CRASHED = "crashed"  # native code broke
    FAILED = "failed"  # anything else


@dataclass(frozen=True)
class ExitReason:
    """How an engine ended.

    Attributes:
        kind: What sort of end.
        text: What happened and what helps, for the person.
        code: The exit code as the system gives it: on POSIX −N for signal N.
        bad_input: Whether what was given is at fault (a device that isn't there).
        log: The engine's log.
        log_tail: Its last lines, at most TAIL_LINES.
        trace: What the interpreter's fault handler wrote about a crash, "" if nothing.
    """

    kind: ExitKind
    text: Text
    code: int | None
    bad_input: bool
    log: Path
    log_tail: tuple[str, ...] = ()
    trace: str = ""


def explain(code: int, backend: str, log: Path) -> tuple[ExitKind, Text]:
    """Puts an exit code that nobody asked for into words.

    Args:
        code: As ``subprocess`` gives it.
        backend: "tensorflow", "torch" or "jax".
        log: The engine's log, named where only it knows more.
    """
    name = BACKEND_NAMES.get(backend, backend)
    if code == 0:
        return ExitKind.FINISHED, T("The engine has ended.")
    if code in _OUT_OF_MEMORY:
        return ExitKind.OUT_OF_MEMORY, T(
            "The system ended the engine, most often because memory ran out. "
            "Try a smaller batch size, or close other programs."
        )
    if code in _ILLEGAL:
        return ExitKind.CRASHED, T(
            "{backend} uses instructions that this processor doesn't have (often AVX). "
            "Try another backend.",
            backend=name,
        )
    if code in _CRASHES and backend == "tensorflow":
        # Its oneDNN kernel for the gradient of a 1×1 convolution writes outside its memory.
        return ExitKind.CRASHED, T(
            "{backend} crashed ({how}). TensorFlow 2.21 can do so where a Conv2D with 1×1 kernels "
            "has a stride above 1 and a batch has an odd number of pictures: try an even batch "
            "size, or start with the environment variable TF_ENABLE_ONEDNN_OPTS=0. The engine's "
            "log has the details: {log}",
            backend=name,
            how=_CRASHES[code],
            log=str(log),
        )
    if code in _CRASHES:
        return ExitKind.CRASHED, T(
            "{backend} crashed ({how}). The engine's log has the details: {log}",
            backend=name,
            how=_CRASHES[code],
            log=str(log),
        )
    if code in _ENDED_BY_SYSTEM:
        return ExitKind.FAILED, T("Another program or the system ended the engine.")
    return ExitKind.FAILED, T(
        "The engine ended with exit code {code}. Its log has the details: {log}",
        code=str(code),
        log=str(log),
    )


def _posix(*names: str) -> dict[int, str]:
    """Exit code to signal name: −N from a direct child, 128 + N through a shell."""
    numbers = {name: getattr(signal, name) for name in names if hasattr(signal, name)}
    if os.name != "posix":
        return {}
    return {code: name for name, n in numbers.items() for code in (-int(n), 128 + int(n))}


_OUT_OF_MEMORY = {*_posix("SIGKILL"), 0xC0000017, 0xC000012D}
_ILLEGAL = {*_posix("SIGILL"), 0xC000001D}
_CRASHES = {
    **_posix("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGTRAP"),
    0xC0000005: "access violation",
    0xC0000094: "division by zero",
    0xC00000FD: "stack overflow",
    0xC0000374: "heap corruption",
    0xC0000409: "aborted",
}
_ENDED_BY_SYSTEM = {*_posix("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"), 0xC000013A, 0x40010004}


def read_log(log: Path) -> tuple[tuple[str, ...], str]:
    """Returns the last lines of `log` and the fault handler's trace in them."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return (), ""
    fatal = None
    for fatal in _FATAL.finditer(text):  # noqa: B007 - the last one counts
        pass
    trace = text[fatal.start() :].strip() if fatal else ""
    return tuple(text.splitlines()[-TAIL_LINES:]), trace
