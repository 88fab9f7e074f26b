"""An operating system of which one call fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest


class FailingOs:
    """Lets the n-th call fail of the functions that reading and writing files go through.

    Args:
        patch: Undoes it.
        error: What the system says, such as ``errno.ENOSPC``.
        fail_at: Which call fails, counted from 1.

    Attributes:
        calls: How many there were.
    """

    NAMES = (
        *("stat", "open", "fdopen", "fsync", "chmod", "replace", "close", "scandir", "listdir"),
        *("mkdir", "rename", "unlink", "rmdir", "fstat", "ftruncate", "write"),
    )

    def __init__(self, patch: pytest.MonkeyPatch, error: int, fail_at: int) -> None:
        self.calls = 0
        self._fail_at = fail_at
        self._error = error
        for name in self.NAMES:
            patch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self._fail_at:
                if call.__name__ == "close":
                    call(*args, **kwargs)  # a failing close still closes
                raise OSError(self._error, os.strerror(self._error))
            return call(*args, **kwargs)

        return counted
