"""How a run that is over goes on from its last full state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.storage.run_folder import RunFolder, RunStatus
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.run_state import RunState, read_run
from cnnstudio.ui.train.summaries import RunSummary

_REFUSED = {
    RunStatus.RUNNING: T("Another process trains this run."),
    RunStatus.DIVERGED: T(
        "This run would diverge again, because it goes on exactly as it was. Train anew with a "
        "smaller learning rate."
    ),
}


@dataclass(frozen=True, slots=True)
class Resumption:
    """What going on with a run would do.

    Attributes:
        path: The run folder.
        after: The epoch whose full state it goes on from; 0 for none.
        more: Epochs proposed: those that are left, or for a finished run as many again.
        refusal: Why it can't go on; None if it can.
    """

    path: Path
    after: int
    more: int
    refusal: Text | None = None

    def continues_like(self, other: Resumption) -> bool:
        """Whether both go on with the same run from the same epoch."""
        return (self.path, self.after) == (other.path, other.after)


def resumption(run: RunSummary) -> Resumption:
    """How a run that this window doesn't train could go on."""
    left = run.record.epochs - run.state_epoch
    refusal = _REFUSED.get(run.status)
    if refusal is None and not run.state_epoch:
        refusal = T(
            "This run can't go on: it has no full state, which is written when an epoch ends. "
            "Train anew."
        )
    again = run.record.project.training.epochs
    return Resumption(run.path, run.state_epoch, left if left > 0 else again, refusal)


def read_to_resume(path: Path, more: int) -> RunState:
    """What a run has measured until its last full state, ready to go on. It may take a while.

    Args:
        path: The run folder.
        more: Epochs to be trained.

    Raises:
        BadInput: When it isn't a run, is damaged, or another process trains it.
    """
    run = RunFolder.open(path)
    after, epochs = run.to_go(max(run.state_epochs(), default=0) + more)
    state = read_run(run, until=after)
    state.epochs, state.status, state.reason = epochs, None, None
    return state
