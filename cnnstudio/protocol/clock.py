"""A clock that stands still while the computer sleeps: an engine isn't dead after a night."""

from __future__ import annotations

import sys
import time

if sys.platform == "win32":
    import ctypes

    def awake() -> float:
        """Returns seconds since some moment, without those that the computer slept."""
        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        return ticks.value / 1e7

else:
    # Both CLOCK_MONOTONIC on Linux and mach_absolute_time on macOS leave sleep out.
    awake = time.monotonic
