"""``cnnstudio data SOURCE``: what is true of somebody's pictures, and a project with them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cnnstudio.cli.console import Console
from cnnstudio.cli.data_report import Data, as_json, lines
from cnnstudio.core.data.catalogue import open_catalogue
from cnnstudio.core.data.datasets import DATASETS, Dataset, dataset_of
from cnnstudio.core.data.division import divide
from cnnstudio.core.data.first_network import first_project, first_settings
from cnnstudio.core.data.fitting import FITS
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.data.keras_datasets import KERAS_DATASETS
from cnnstudio.core.data.looks import catalogue_of_pools
from cnnstudio.core.data.questions import Options, Question
from cnnstudio.core.data.report import examine, make_report
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import DataSettings
from cnnstudio.core.storage.project_file import save_project
from cnnstudio.core.text import T, Text, Translator
from cnnstudio.core.training.checks import COLOURS, LARGEST_SIZE
from cnnstudio.decode.sets import load_pool, not_in_cache, prepare_pool
from cnnstudio.protocol.keras_datasets import download
from cnnstudio.protocol.scanning import scan


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help=show.show(
            T(
                "a folder with a folder for each class, an archive of one, a table (.csv), arrays "
                "(.npz, IDX, CIFAR), or the name of a set: {names}",
                names=", ".join(dict.fromkeys((*DATASETS, *KERAS_DATASETS))),
            )
        ),
    )
    parser.add_argument(
        "-o",
        dest="output",
        metavar="PROJECT",
        help=show.show(
            T("write a project with this data and a network that fits; it must not exist yet")
        ),
    )
    parser.add_argument(
        "--set",
        dest="answers",
        action="append",
        default=[],
        type=_answer,
        metavar="KEY=VALUE",
        help=show.show(T("answers what the source leaves open, such as x=images")),
    )
    parser.add_argument(
        "--size",
        type=_size,
        metavar="RxC",
        help=show.show(T("rows and columns the network gets, such as 64x64")),
    )
    parser.add_argument(
        "--fit",
        choices=FITS,
        default=DataSettings().fit,
        help=show.show(T("how pictures are given that size")),
    )
    parser.add_argument(
        "--validation",
        type=_share("validation"),
        metavar="SHARE",
        help=show.show(T("the share kept for validation, such as 0.1")),
    )
    parser.add_argument(
        "--test",
        type=_share("test"),
        metavar="SHARE",
        help=show.show(T("the share kept for testing, where the source doesn't say")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Reads the pictures, says what is true of them, and writes the project."""
    path = Path(options.output) if options.output else None
    if path is not None and (path.exists() or path.is_symlink()):
        raise BadInput(
            T("{file} exists already. Choose another name, or delete it first.", file=str(path))
        )
    data = _read(options, console)
    division = divide(data.dataset, data.settings, data.pools)
    console.live(T("Comparing the pictures."))
    examined = examine(data.catalogue, data.dataset, data.pools)
    report = make_report(data.catalogue, division, data.dataset, data.settings, examined)
    blocked = any(finding.level == "blocker" for finding in report.findings)
    told = lines(data, report, console)
    if path is not None and not blocked:
        project = first_project(path.stem, data.dataset, data.settings, division)
        save_project(project, path)
        told += ["", console.text(T("{file} is written.", file=str(path)))]
    console.result(
        as_json(data, report, console)
        | {"project": None if path is None or blocked else str(path)},
        told,
    )
    return 2 if blocked else 0


# ------------------------------------------------------------------------------- reading


def _read(options: argparse.Namespace, console: Console) -> Data:
    if not options.source:
        raise BadInput(T("SOURCE is empty. Name a folder, a file or a set; . is this folder."))
    source = Path(options.source)
    if not source.exists() and (shipped := DATASETS.get(options.source)):
        return _shipped(shipped, options)
    if not source.exists() and options.source in KERAS_DATASETS:
        source = download(options.source, progress=partial(_downloading, options.source, console))
    imported = _scanned(source, options, console)
    catalogue = open_catalogue(imported.digest)
    if catalogue is None:
        raise not_in_cache(dataset_of(DataSettings(source=SOURCE, imported=imported)))
    settings = first_settings(
        imported,
        catalogue,
        size=options.size,
        fit=options.fit,
        validation=options.validation,
        test=options.test or 0.0,
    )
    dataset = dataset_of(settings)
    pools = {name: prepare_pool(dataset, name, settings) for name in dataset.pools}
    return Data(dataset, settings, catalogue, pools)


def _downloading(name: str, console: Console, done: int, total: int) -> None:
    percent = 100 * done // max(total, 1)
    console.live(T("Downloading {name}: {percent} %", name=name, percent=percent))


def _scanned(source: Path, options: argparse.Namespace, console: Console) -> Imported:
    """Scans until no question is open that --set answers."""
    given: dict[str, str] = dict(options.answers)
    answers: Options = {}
    while True:
        scanned = scan(
            source,
            options=answers,
            size=options.size,
            fit=options.fit,
            progress=lambda progress: console.live(progress.text),
        )
        left = [one for one in scanned.questions if not _answered(one, given, answers)]
        if scanned.imported is not None and len(left) == len(scanned.questions):
            break  # what is left was assumed
        if scanned.imported is None and left:
            raise BadInput(_asked(left))
    if wrong := [one for one in scanned.questions if one.name in given.keys() - answers.keys()]:
        raise BadInput(_asked(wrong))
    for name in given.keys() - answers.keys():
        raise BadInput(
            T(
                "{source} leaves nothing open that {name} would answer. Leave out --set {name}.",
                source=options.source,
                name=name,
            )
        )
    return scanned.imported


def _answered(question: Question, given: dict[str, str], answers: Options) -> bool:
    """Takes the answer that was given, if it is one, and the question was never asked before.

    Who answers other questions may leave out those whose likeliest answer is none.
    """
    if question.name in answers:
        return False
    wanted = given.get(question.name, question.guess if given and question.guess == "" else None)
    for choice in question.choices:
        if _typed(choice.value) == wanted:
            answers[question.name] = choice.value
            return True
    return False


def _typed(value: str | float) -> str:
    """An answer as it is typed: true and false as elsewhere on the command line."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shipped(dataset: Dataset, options: argparse.Namespace) -> Data:
    if options.test is not None:
        raise BadInput(
            T("{data} has test pictures of its own. Leave out --test.", data=dataset.title)
        )
    if options.answers:
        raise BadInput(T("{data} leaves nothing open. Leave out --set.", data=dataset.title))
    names = {channels: name for name, channels in COLOURS.items()}
    defaults = DataSettings()
    settings = DataSettings(
        source=dataset.id,
        validation=defaults.validation if options.validation is None else options.validation,
        size=options.size,
        fit=options.fit,
        colour=names[dataset.shape[2]],
    )
    pools = {name: load_pool(dataset, name) for name in dataset.pools}
    return Data(dataset, settings, catalogue_of_pools(dataset, pools), pools)


def _asked(questions: Sequence[Question]) -> Text:
    """Questions as one refusal that names the options which answer them."""
    asked: Text | str = ""
    for question in questions:
        answers = ", ".join(
            f"--set {question.name}={_typed(choice.value)}" for choice in question.choices
        )
        one = T("{question} Say it with one of {options}.", question=question.text, options=answers)
        asked = T("{sentence} {next}", sentence=asked, next=one) if asked else one
    assert isinstance(asked, Text)
    return asked


# ------------------------------------------------------------------------------- arguments


def _answer(raw: str) -> tuple[str, str]:
    name, equals, value = raw.partition("=")
    if not re.fullmatch(r"\w{1,60}", name) or not equals:
        raise BadInput(T("--set takes KEY=VALUE, such as x=images, not {value}.", value=raw[:60]))
    return name, value


def _size(raw: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,4})[xX×](\d{1,4})", raw, re.ASCII)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= min(size) <= max(size) <= LARGEST_SIZE:
        raise BadInput(
            T(
                "--size takes rows and columns from 1 to {most}, such as 64x64, not {value}.",
                most=LARGEST_SIZE,
                value=raw[:60],
            )
        )
    return size


def _share(field: str) -> Any:
    def read(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = -1.0
        if not 0 <= value < 1:
            raise BadInput(
                T(
                    "--{field} takes a share from 0 to below 1, such as 0.1, not {value}.",
                    field=field,
                    value=raw[:60],
                )
            )
        return value

    return read
