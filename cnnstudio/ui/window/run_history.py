"""What came of a project so far: how many runs, and the best of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.train.summaries import project_runs


@dataclass(frozen=True, slots=True)
class RunHistory:
    """The runs of a project.

    Attributes:
        runs: How many there are.
        best: The highest validation accuracy of any epoch, 0 to 1; None if none was measured.
    """

    runs: int
    best: float | None

    @property
    def text(self) -> Text:
        """In a few words."""
        if not self.runs:
            return T("not trained yet")
        if self.best is None:
            return TN("{count} run", "{count} runs", count=self.runs)
        return TN(
            "{count} run · best {accuracy}",
            "{count} runs · best {accuracy}",
            count=self.runs,
            accuracy=f"{self.best:.4f}",
        )


def read_history(file: Path) -> RunHistory:
    """Reads the runs of a project; a damaged one counts for nothing. It may take a while.

    Args:
        file: The project's file.
    """
    runs = project_runs(file, file.stem)
    measured = [run.best_accuracy for run in runs if math.isfinite(run.best_accuracy)]
    return RunHistory(len(runs), max(measured, default=None))
