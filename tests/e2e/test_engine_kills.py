"""The real engine killed, or orphaned, at random moments; tests/full does it more often."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.engine_kills import kill_after, orphan_after
from tests.fakes.engines import nothing_left

# From the first import to the third epoch, on a fast machine and on a slow one.
MOMENTS = (0.5, 4.3, 5.7)


@pytest.mark.parametrize("seconds", MOMENTS)
def test_killed_it_loses_at_most_the_running_epoch(tmp_path: Path, seconds: float) -> None:
    with nothing_left():
        killed = kill_after(seconds, tmp_path / "round")
    assert killed.noticed < 2


def test_orphaned_it_keeps_a_checkpoint_and_is_gone(tmp_path: Path) -> None:
    assert orphan_after(0.3, tmp_path / "round") < 10
