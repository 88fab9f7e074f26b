"""``cnnstudio code PROJECT``: a program that trains the network, or the network alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.console import Console
from cnnstudio.core.code.program import write_notebook, write_program
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.atomic import write_atomically
from cnnstudio.core.storage.project_weights import find_files
from cnnstudio.core.storage.samples import load_project_argument, weights_of_argument
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Translator


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
        folders = weights_of_argument(options.project)
        code = write(project, find_files(project.network, WeightsStore.of_person(), *folders))
    if path is None:
        console.result({"code": code}, [code.rstrip("\n")])
        return 0
    write_atomically(path, code.encode())
    written = console.text(T("{file} is written.", file=str(path)))
    console.result({"code": code}, [written])
    return 0
