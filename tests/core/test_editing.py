"""Whatever is edited can be taken back, to the byte; the long version is in tests/full."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fakes.editing import Editing


def test_random_edits_are_taken_back_to_the_byte() -> None:
    run_state_machine_as_test(
        Editing, settings=settings(max_examples=20, stateful_step_count=25, deadline=None)
    )
