"""A thousand random edits, then as many undos: the starting project, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from cnnstudio.core.document import Document
from tests.fakes.editing import Editing

EDITS = 1000


@pytest.mark.parametrize("number", range(5))
def test_a_thousand_random_edits_are_taken_back_to_the_byte(number: int) -> None:
    whole = Editing()

    class Stretch(Editing):
        """Goes on with the one document, since Hypothesis ends an example after some hundred steps.

        It only edits; that everything comes back is asked once, at the end.
        """

        document: Document

        def __init__(self) -> None:
            super().__init__()
            self.document, self.start = whole.document, whole.start

        def undo(self) -> None: ...

        def redo(self) -> None: ...

        def go_to(self, where: float) -> None: ...

        def teardown(self) -> None: ...

    stretches = 0
    while len(whole.document.history) < EDITS:
        stretches += 1
        run_state_machine_as_test(
            seed(1000 * number + stretches)(Stretch),
            settings=settings(
                max_examples=10,
                stateful_step_count=200,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    network = whole.document.network
    print(
        f"{len(whole.document.history)} edits in {stretches} stretches: {len(network.layers)} "
        f"layers, {len(network.blocks)} blocks"
    )
    whole.teardown()
