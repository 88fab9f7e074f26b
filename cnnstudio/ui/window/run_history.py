"""What came of a project so far: how many runs, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.errors import StudioError
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import TN, T, Text


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


def read_history(folder: Path) -> RunHistory:
    """Reads the runs in a folder; a damaged one counts for nothing. Not for the window's thread.

    Args:
        folder: The folder of a project's runs; it needn't be there.
    """
    runs, best = 0, []
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            metrics = RunFolder.open(path).metrics()
        except StudioError:
            continue
        runs += 1
        best += [v for row in metrics.epochs if (v := row.logs.get("val_accuracy")) is not None]
    return RunHistory(runs, max(best, default=None))
