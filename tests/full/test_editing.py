"""A thousand random edits, then as many undos: the starting project, byte for byte."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fakes.editing import Editing


def test_a_thousand_random_edits_are_taken_back_to_the_byte() -> None:
    run_state_machine_as_test(
        Editing,
        settings=settings(
            max_examples=5,
            stateful_step_count=1000,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
