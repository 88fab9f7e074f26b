"""``cnnstudio train PROJECT --run-dir DIR``: trains a project."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.arguments import add_engine, epochs, run_folder, seed
from cnnstudio.cli.console import Console
from cnnstudio.cli.training import follow
from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import dataset
from cnnstudio.core.project import with_choices
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.project_weights import check_weights
from cnnstudio.core.storage.run_folder import check_new
from cnnstudio.core.storage.samples import load_project_argument, weights_of_argument
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Translator
from cnnstudio.core.training.checks import check_trainable
from cnnstudio.protocol.messages import StartRun


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "project", metavar="PROJECT", help=show.show(T("a project file, or sample:NAME"))
    )
    parser.add_argument(
        "--run-dir",
        type=run_folder,
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
    """Trains; the run folder has the result.

    What can be refused without Keras is refused before the seconds that an engine takes to start.
    """
    project = load_project_argument(options.project)
    chosen = with_choices(project, epochs=options.epochs, seed=options.seed)
    analysis = analyse(chosen.network)
    check_trainable(chosen, analysis, dataset(chosen.data.source))
    folders = weights_of_argument(options.project)
    check_weights(analysis, WeightsStore.of_person(), *folders)
    check_new(Path(options.run_dir))
    request = StartRun(
        run_dir=str(Path(options.run_dir).absolute()),
        project=encode_project(project).decode(),
        epochs=options.epochs,
        seed=options.seed,
        weights=tuple(str(folder.absolute()) for folder in folders),
    )
    return follow(request, console, backend=options.backend, device=options.device)
