"""``cnnstudio resume RUN``: goes on with a run from its last full state."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.arguments import epochs, run_folder
from cnnstudio.cli.console import Console
from cnnstudio.cli.training import follow
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Translator
from cnnstudio.protocol.messages import StartRun


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "run_dir",
        type=run_folder,
        metavar="RUN",
        help=show.show(T("the run folder, as given as --run-dir")),
    )
    parser.add_argument(
        "--epochs",
        type=epochs,
        default=0,
        metavar="N",
        help=show.show(T("epochs in total, instead of those first asked for")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Trains on, with the backend and the device of the run."""
    folder = RunFolder.open(Path(options.run_dir))
    folder.to_go(options.epochs)  # refuses before an engine starts
    path = Path(options.run_dir).absolute()
    request = StartRun(
        run_dir=str(path),
        epochs=options.epochs,
        resume=True,
        weights=(str(path.parent.parent / "weights"),),  # where a project has them beside its runs
    )
    return follow(
        request, console, backend=folder.record.backend, device=folder.record.device or "auto"
    )
