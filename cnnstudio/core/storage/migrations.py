"""From an older project format to the present one, a version at a time, in memory.

``MIGRATIONS[n]`` turns the object of a version n file into that of version n + 1. Version 1 is the
first, so there is none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Mapping[int, Migration] = {}


def migrate(
    raw: dict[str, Any],
    found: int,
    wanted: int,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> dict[str, Any]:
    """Returns `raw`, of version `found`, as an object of version `wanted`."""
    for version in range(found, wanted):
        raw = migrations[version](raw)
    return raw
