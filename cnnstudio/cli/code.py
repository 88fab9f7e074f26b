"""``cnnstudio code PROJECT``: the network as Keras code."""

from __future__ import annotations

import argparse

from cnnstudio.cli.console import Console
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T, Translator


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "project", metavar="PROJECT", help=show.show(T("a project file, or sample:NAME"))
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Prints the code."""
    code = write_model_code(load_project_argument(options.project).network)
    console.result({"code": code}, [code.rstrip("\n")])
    return 0
