"""Reads command-line arguments; what can't be read becomes one sentence and exit code 2."""

from __future__ import annotations

import argparse
import gettext
import os
from pathlib import Path
from typing import Any, NoReturn

from cnnstudio.core.errors import BadInput
from cnnstudio.core.resources import resource
from cnnstudio.core.text import DOMAIN, T, Translator

# What argparse itself says; listed so that the catalogue has it (argparse asks gettext).
ARGPARSE = (
    T("usage: "),
    T("options"),
    T("positional arguments"),
    T("show this help message and exit"),
    T("the following arguments are required: %s"),
    T("unrecognized arguments: %s"),
    T("argument %(argument_name)s: %(message)s"),
    T("invalid choice: %(value)r (choose from %(choices)s)"),
    T("expected one argument"),
    T("expected at least one argument"),
    T("ambiguous option: %(option)s could match %(matches)s"),
)


def use_language(language: str) -> None:
    """Makes argparse speak `language` too, through the studio's catalogue."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(resource("locale")))
    gettext.textdomain(DOMAIN)


class Parser(argparse.ArgumentParser):
    """An argument parser that raises BadInput instead of leaving the program."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def error(self, message: str) -> NoReturn:
        raise BadInput(
            T(
                "{message}. {command} --help shows what it takes.",
                message=message,
                command=self.prog,
            )
        )


def whole(field: str, minimum: int, maximum: int) -> Any:
    """An argparse type: a whole number within bounds, else a sentence that names the field."""

    def read(raw: str) -> int:
        try:
            value = int(raw)
        except ValueError:
            value = minimum - 1
        if not minimum <= value <= maximum:
            raise BadInput(
                T(
                    "{field} can't be {value}: it takes a whole number from {minimum} to "
                    "{maximum}.",
                    field=field,
                    value=f"“{raw}”",
                    minimum=minimum,
                    maximum=maximum,
                )
            )
        return value

    return read


def epochs(raw: str) -> int:
    """An argparse type: how many epochs."""
    value: int = whole("epochs", 1, 1_000_000)(raw)
    return value


def seed(raw: str) -> int:
    """An argparse type: a run's seed."""
    value: int = whole("seed", 0, 2**32 - 1)(raw)
    return value


def run_folder(raw: str) -> str:
    """An argparse type: a run's folder, whose path an engine must be able to be told."""
    try:
        str(Path(raw).absolute()).encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            T("{folder} can't be a run's folder: its name isn't UTF-8. Rename it.", folder=raw)
        ) from error
    return raw


def epoch(raw: str) -> int | str:
    """An argparse type: "best", "last" or an epoch counted from 1."""
    if raw in ("best", "last"):
        return raw
    try:
        value = int(raw)
    except ValueError:
        value = 0
    if value < 1:
        raise BadInput(
            T(
                "epoch can't be {value}: it takes best, last, or an epoch's number from 1 on.",
                value=f"“{raw}”",
            )
        )
    return value


def device(raw: str) -> str:
    """An argparse type: auto, cpu, gpu or gpu:N."""
    kind, _, number = raw.partition(":")
    if raw in ("auto", "cpu", "gpu") or (kind == "gpu" and number.isdecimal()):
        return raw
    raise BadInput(
        T(
            "device can't be {value}: it takes auto, cpu, gpu, or gpu:N for the N-th one.",
            value=f"“{raw}”",
        )
    )


def add_engine(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Adds --backend and --device."""
    parser.add_argument(
        "--backend",
        choices=("tensorflow", "torch", "jax"),
        default="tensorflow",
        help=show.show(T("what Keras computes with")),
    )
    parser.add_argument(
        "--device",
        type=device,
        default="auto",
        metavar="DEVICE",
        help=show.show(T("auto, cpu, gpu or gpu:N")),
    )
