"""What a process gives up before it reads a person's files, as far as the system has it."""

from __future__ import annotations

import ctypes
import os
import sys

MEMORY = 3 * 2**30
"""Bytes a worker may have; a picture of 89 megapixels takes about one gigabyte."""

_DIE_WITH_PARENT, _KILL = 1, 9  # PR_SET_PDEATHSIG of <sys/prctl.h>, SIGKILL
_NICENESS = 5


def limit_worker() -> None:
    """Caps this process' memory for good, has it end with its parent, and lets others go first."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(_NICENESS)
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(limit)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(limit, (allowed, allowed))
        except (ValueError, OSError):  # macOS has no cap on memory
            continue
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _KILL)
