"""The command line's entry: finds the verb, runs it, turns errors into sentences and exit codes."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from typing import Protocol, cast

import cnnstudio
from cnnstudio.cli.arguments import Parser, use_language
from cnnstudio.cli.console import Console
from cnnstudio.core.errors import BadInput, JobFailed
from cnnstudio.core.text import T, Text, Translator, preferred_language

VERBS: dict[str, Text] = {
    "new": T("write a project file from a sample"),
    "summary": T("shapes and costs of every layer, and where they come from"),
    "code": T("a program that trains the network"),
    "data": T("what is true of your pictures, and a project with them"),
    "import": T("make a project from Keras code, a notebook or a saved model"),
    "train": T("train a project"),
    "resume": T("go on with a run"),
    "evaluate": T("measure a run's network"),
    "predict": T("what a run's network sees in pictures"),
    "save": T("write a run's network as a file that Keras opens"),
    "doctor": T("what this computer has, what is missing and how to get it"),
}

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


class Verb(Protocol):
    """What a verb's module has."""

    def add_arguments(self, parser: argparse.ArgumentParser, show: Translator) -> None:
        """Declares the verb's arguments."""

    def run(self, options: argparse.Namespace, console: Console) -> int:
        """Does it; returns the exit code."""


def main(argv: list[str]) -> int:
    """Runs the command line; `argv` is without the program's name. Returns the exit code."""
    language = preferred_language()
    use_language(language)
    console = Console(Translator(language), as_json="--json" in argv)
    try:
        return _run(argv, console)
    except BadInput as error:
        console.say(error.text)
        return BAD_INPUT
    except JobFailed as error:
        console.say(error.text)
        return FAILED
    except KeyboardInterrupt:
        console.say(T("Stopped."))
        return INTERRUPTED


def _run(argv: list[str], console: Console) -> int:
    if not argv:
        from cnnstudio.cli import first_run

        return first_run.run(console)
    parser = Parser(
        prog="cnnstudio",
        description=console.text(
            T("Design a CNN, train it on this machine and ask every number where it comes from.")
        ),
        epilog=console.text(T("Without a verb, or with just a project's file, the window opens.")),
    )
    parser.add_argument(
        "--version", action="version", version=f"CNN Studio {cnnstudio.__version__}"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, text in VERBS.items():
        sub = verbs.add_parser(name, help=console.text(text), description=console.text(text))
        sub.add_argument(
            "--json",
            action="store_true",
            help=console.text(T("print one JSON object on stdout and nothing else there")),
        )
        if name in argv[:1]:  # the others' modules aren't needed
            verb = _verb(name)
            verb.add_arguments(sub, console.show)
            sub.set_defaults(run=verb.run)
    options = parser.parse_args(argv)
    run = cast("Callable[[argparse.Namespace, Console], int]", options.run)
    return run(options, console)


def _verb(name: str) -> Verb:
    module = "import_" if name == "import" else name  # a word of Python's own
    return cast("Verb", importlib.import_module(f"cnnstudio.cli.{module}"))
