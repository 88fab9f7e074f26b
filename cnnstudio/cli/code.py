"""``cnnstudio code PROJECT``: a program that trains the network, or the network alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.console import Console
from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.program import write_notebook, write_program
from cnnstudio.core.code.stored_data import StoredData, in_keras, store_data
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.project_weights import find_files, keep_edits
from cnnstudio.core.storage.samples import load_project_argument, weights_of_argument
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Translator
from cnnstudio.core.training.checks import check_trainable
from cnnstudio.decode.sets import prepare_pool


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "project", metavar="PROJECT", help=show.show(T("a project file, or sample:NAME"))
    )
    parser.add_argument(
        "--model-only",
        action="store_true",
        help=show.show(T("the network alone, without data and training")),
    )
    parser.add_argument(
        "--notebook", action="store_true", help=show.show(T("as a Jupyter notebook"))
    )
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        help=show.show(T("the file to write; it must not exist yet")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Prints the code, or writes it to a file."""
    if options.notebook and options.model_only:
        raise BadInput(
            T("--notebook writes the whole program. Leave out --notebook or --model-only.")
        )
    path = Path(options.output) if options.output else None
    if path is not None and (path.exists() or path.is_symlink()):
        raise BadInput(
            T("{file} exists already. Choose another name, or delete it first.", file=str(path))
        )
    project = load_project_argument(options.project)
    if options.model_only:
        code = write_model_code(project.network)
    else:
        write = write_notebook if options.notebook else write_program
        store, folders = WeightsStore.of_person(), weights_of_argument(options.project)
        keep_edits(project.data, store, *folders)
        files = find_files(project.network, store, *folders)
        code = write(project, files, _pictures(project))
    if path is None:
        console.result({"code": code}, [code.rstrip("\n")])
        return 0
    write_atomically(path, code.encode())
    written = console.text(T("{file} is written.", file=str(path)))
    console.result({"code": code}, [written])
    return 0


def _pictures(project: Project) -> StoredData | None:
    """Where the pictures are that Keras doesn't have; shipped ones are decoded for it."""
    facts = dataset_of(project.data)
    check_trainable(project, analyse(project.network), facts)
    if facts.own is None and not in_keras(project.data, facts):
        for pool in facts.pools:
            prepare_pool(facts, pool, project.data)
    return store_data(project)
