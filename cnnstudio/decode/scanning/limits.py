"""What a process gives up before it reads a person's files, as far as the system has it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

WORKER = 3 * 2**30
"""Bytes a worker may have; a picture of 89 megapixels takes about one gigabyte."""

COORDINATOR = 8 * 2**30
"""Bytes of its own that a coordinator may have; what it maps from files doesn't count."""

_DIE_WITH_PARENT, _KILL = 1, 9  # PR_SET_PDEATHSIG of <sys/prctl.h>, SIGKILL
_NICENESS = 5


def limit_worker() -> None:
    """Caps this process' memory for good, has it end with its parent, and lets others go first."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(_NICENESS)
    _limit(resource.RLIMIT_AS, WORKER)
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _KILL)


def limit_coordinator() -> None:
    """Caps the memory of this process, which finds the files and reads archives' directories."""
    if sys.platform == "win32":
        return
    import resource

    _limit(resource.RLIMIT_DATA, COORDINATOR)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(limit: int, most: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(limit)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has no cap on memory
        resource.setrlimit(limit, (allowed, allowed))
