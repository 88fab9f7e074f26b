"""Which checkpoint of a run a verb means."""

from __future__ import annotations

from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T


def choose_epoch(run: RunFolder, asked: int | str) -> int:
    """The epoch that "best", "last" or a number stands for.

    Raises:
        BadInput: The run has no such checkpoint.
    """
    found = (
        run.best_epoch()
        if asked == "best"
        else run.last_epoch()
        if asked == "last"
        else asked
        if isinstance(asked, int) and run.has_snapshot(asked)
        else None
    )
    if found is not None:
        return found
    kept = run.epochs()
    if not kept:
        raise BadInput(
            T(
                "{folder} has no checkpoint yet: no epoch was finished. Train it first.",
                folder=str(run.path),
            )
        )
    raise BadInput(
        T(
            "{folder} has no checkpoint of epoch {epoch}. It has: {kept}.",
            folder=str(run.path),
            epoch=str(asked),
            kept=", ".join(map(str, kept)),
        )
    )
