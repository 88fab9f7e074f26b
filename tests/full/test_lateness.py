"""The window answers while it shows a training: the gaps of a 5 ms timer over whole runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_window_training import train_in_window

MOST_LATE = 0.001  # of the ticks, over 16 ms
LONGEST_MS = 50.0
FIRST_BATCH_SECONDS = 2.0


@pytest.mark.timeout(1800)
def test_the_window_answers_while_it_draws_a_training(tmp_path: Path) -> None:
    report = train_in_window(tmp_path, "sample:lecture-cnn", "stop", "finish")
    run = report["steps"][1]
    late = run["lateness"]
    print(
        f"{late['ticks']} ticks, {100 * late['late_share']:.3f} % over 16 ms, the longest "
        f"{late['longest_ms']:.1f} ms; the first batch {run['first_batch_seconds']:.2f} s after "
        f"Train; validation accuracy {run['best_accuracy']:.4f}"
    )
    assert run["status"] == "finished"
    assert late["late_share"] <= MOST_LATE
    assert late["longest_ms"] < LONGEST_MS
    assert run["first_batch_seconds"] <= FIRST_BATCH_SECONDS
