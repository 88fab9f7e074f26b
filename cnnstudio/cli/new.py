"""``cnnstudio new sample:NAME -o PROJECT``: writes a project file."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.console import Console
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.project_weights import save_with_weights
from cnnstudio.core.storage.samples import load_project_argument, sample_names, weights_of_argument
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Translator


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    samples = ", ".join(f"sample:{name}" for name in sample_names())
    parser.add_argument(
        "source",
        metavar="SAMPLE",
        help=show.show(T("the sample to start from: {samples}", samples=samples)),
    )
    parser.add_argument(
        "-o",
        dest="output",
        required=True,
        metavar="PROJECT",
        help=show.show(T("the project file to write; it must not exist yet")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Writes the file."""
    project = load_project_argument(options.source)
    path = Path(options.output)
    if path.exists() or path.is_symlink():
        raise BadInput(
            T("{file} exists already. Choose another name, or delete it first.", file=str(path))
        )
    folders = weights_of_argument(options.source)
    save_with_weights(project, path, WeightsStore.of_person(), *folders)
    console.result(
        {"project": str(path), "layers": len(project.network.layers)},
        [console.text(T("{file} is written.", file=str(path)))],
    )
    return 0
