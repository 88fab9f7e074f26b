"""``cnnstudio train PROJECT --run-dir DIR``: trains a project."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.arguments import add_engine, epochs, seed
from cnnstudio.cli.console import Console
from cnnstudio.cli.training import follow
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T, Translator
from cnnstudio.protocol.messages import StartRun


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "project", metavar="PROJECT", help=show.show(T("a project file, or sample:NAME"))
    )
    parser.add_argument(
        "--run-dir",
        required=True,
        metavar="DIR",
        help=show.show(T("the folder of this run; new or empty")),
    )
    parser.add_argument(
        "--epochs",
        type=epochs,
        default=0,
        metavar="N",
        help=show.show(T("epochs, instead of the project's")),
    )
    parser.add_argument(
        "--seed",
        type=seed,
        default=-1,
        metavar="N",
        help=show.show(T("seed, instead of the project's")),
    )
    add_engine(parser, show)


def run(options: argparse.Namespace, console: Console) -> int:
    """Trains; the run folder has the result."""
    project = load_project_argument(options.project)
    request = StartRun(
        run_dir=str(Path(options.run_dir).absolute()),
        project=encode_project(project).decode(),
        epochs=options.epochs,
        seed=options.seed,
    )
    return follow(request, console, backend=options.backend, device=options.device)
