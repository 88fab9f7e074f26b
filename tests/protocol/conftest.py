from __future__ import annotations

from tests.fakes.engines import start

__all__ = ["start"]
