"""``cnnstudio train PROJECT --run-dir DIR``: trains a project."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.arguments import add_engine, epochs, run_folder, seed
from cnnstudio.cli.console import Console
from cnnstudio.cli.training import follow
from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.data.presence import check_present
from cnnstudio.core.network import Network
from cnnstudio.core.project import with_choices
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.project_weights import check_weights, keep_edits
from cnnstudio.core.storage.run_folder import check_new
from cnnstudio.core.storage.samples import load_project_argument, weights_of_argument
from cnnstudio.core.storage.trust import TrustStore
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
    parser.add_argument(
        "--trust-code",
        action="store_true",
        help=show.show(T("run the code of the project's own layers; look at it first")),
    )
    add_engine(parser, show)


def run(options: argparse.Namespace, console: Console) -> int:
    """Trains; the run folder has the result.

    What can be refused without Keras is refused before the seconds that an engine takes to start.
    """
    project = load_project_argument(options.project)
    chosen = with_choices(project, epochs=options.epochs, seed=options.seed)
    analysis = analyse(chosen.network)
    data = dataset_of(chosen.data)
    _trust(chosen.network, options.trust_code, console)
    if analysis.faults or not analysis.errors:  # else only an engine can tell
        check_trainable(chosen, analysis, data)
    check_present(data)
    folders = weights_of_argument(options.project)
    keep_edits(chosen.data, WeightsStore.of_person(), *folders)
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


def _trust(network: Network, asked: bool, console: Console) -> None:
    """Trusts the code of a network's own layers if that is asked for.

    Raises:
        BadInput: When there is code that isn't trusted, and it isn't asked for.
    """
    store = TrustStore.of_person()
    waiting = store.untrusted(network)
    if not asked:
        store.check(waiting)
    for node in waiting:
        if node.custom is not None and not store.trusts(node.custom):
            store.trust(node.custom)
            console.say(
                T("You trust this code of the class {cls} from now on.", cls=node.custom.cls)
            )
