"""What an inspector gives up before it looks at a foreign file, as far as the system has it."""

from __future__ import annotations

import ctypes
import sys

from cnnstudio.protocol.inspecting import MEMORY, patience

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of <sched.h>
_SMALLEST_OUTPUT = 64 * 2**20
_MOST_GROWTH = 4  # float16 becomes float32, which is twice


def set_limits(size: int) -> tuple[str, ...]:
    """Limits this process for good; it must have a single thread.

    Args:
        size: Bytes of the file that is going to be read.

    Returns:
        What is limited: "memory", "time", "files" (how large one may get that it writes), "core"
        (no dump of a crash), "network" (there is none). On Windows nothing is; everywhere the
        parent watches memory and time too.
    """
    if sys.platform == "win32":
        return ()
    import resource

    wanted = {
        "memory": (resource.RLIMIT_AS, MEMORY),
        "time": (resource.RLIMIT_CPU, round(patience(size))),
        "files": (resource.RLIMIT_FSIZE, max(_MOST_GROWTH * size, _SMALLEST_OUTPUT)),
        "core": (resource.RLIMIT_CORE, 0),
    }
    held = []
    for name, (limit, most) in wanted.items():
        _, hard = resource.getrlimit(limit)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(limit, (allowed, allowed))
        except (ValueError, OSError):  # macOS has no cap on memory
            continue
        held.append(name)
    if _leave_network():
        held.append("network")
    return tuple(held)


def _leave_network() -> bool:
    """Moves this process to a network without a way out, as ``unshare -Urn`` does.

    Some systems don't let a person do that.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    return bool(libc.unshare(_NEW_USER | _NEW_NETWORK) == 0)
