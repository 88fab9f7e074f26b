"""``cnnstudio import SOURCE -o PROJECT``: a project from Keras code or a saved model."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path
from typing import Any

from cnnstudio.cli.console import Console
from cnnstudio.core.errors import BadInput
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_weights import save_with_weights
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T, Text, Translator
from cnnstudio.protocol.importing import Imported, read_source

_GIVEN = re.compile(r"[^\W\d]\w*(\(\w+\)|\.shape\[[-:\d]+\])?")
"""What can be given: a name, or a size of the data as the code asks for it."""


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help=show.show(
            T(
                "Keras code (.py), a notebook (.ipynb), a saved model (.keras, .h5) or the config "
                "of one (.json)"
            )
        ),
    )
    parser.add_argument(
        "-o",
        dest="output",
        required=True,
        metavar="PROJECT",
        help=show.show(T("the project file to write; it must not exist yet")),
    )
    parser.add_argument(
        "--set",
        dest="given",
        action="append",
        default=[],
        type=_given,
        metavar="NAME=VALUE",
        help=show.show(T("a constant the code doesn't define")),
    )
    parser.add_argument(
        "--input",
        type=_shape,
        metavar="SHAPE",
        help=show.show(T("the shape of an input the code or model doesn't say, such as 28,28,1")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Reads the source and writes the project."""
    source, path = Path(options.source), Path(options.output)
    if path.exists() or path.is_symlink():
        raise BadInput(
            T("{file} exists already. Choose another name, or delete it first.", file=str(path))
        )
    store = WeightsStore.of_person()
    imported = read_source(
        source,
        given=dict(options.given),
        input_shape=options.input,
        store=store,
        progress=lambda share: console.live(
            T("Reading {file}: {percent} %", file=str(source), percent=int(100 * share))
        ),
    )
    if imported.project == Project(name=imported.project.name):
        raise BadInput(
            T(
                "{file} has no layer and no setting that can be read. Choose the file that builds "
                "the model.",
                file=str(source),
            )
        )
    save_with_weights(imported.project, path, store)
    warnings = [*(question.text for question in imported.questions), *imported.warnings]
    for warning in warnings:
        console.say(warning)
    console.result(
        {
            "project": str(path),
            "source": str(source),
            "layers": len(imported.project.network.layers),
            "opaque": list(imported.opaque),
            "weights": {"loaded": imported.loaded, "missing": list(imported.missing)},
            "ignored": [{"line": passed.line, "what": passed.what} for passed in imported.passed],
            "warnings": [console.text(warning) for warning in warnings],
        },
        [console.text(line) for line in _lines(imported, path)],
    )
    return 0


def _lines(imported: Imported, path: Path) -> list[Text]:
    """What is told on a terminal."""
    lines = [
        T("Line {line} was passed over: {code}", line=passed.line, code=passed.what)
        for passed in imported.passed
    ]
    if imported.opaque:
        lines.append(
            T(
                "Of classes the studio doesn't know, and so without a computation: {layers}",
                layers=", ".join(imported.opaque),
            )
        )
    if imported.loaded:
        lines.append(T("Layers with their weights: {count}", count=imported.loaded))
    return [*lines, T("{file} is written.", file=str(path))]


def _given(raw: str) -> tuple[str, Any]:
    name, _, value = raw.partition("=")
    refused = T("--set takes NAME=VALUE, such as IMAGE_SIZE=28, not {value}.", value=raw[:60])
    if len(raw) > 1000 or not _GIVEN.fullmatch(name):
        raise BadInput(refused)
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise BadInput(refused) from error


def _shape(raw: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in raw.split(","))
    except ValueError as error:
        raise BadInput(
            T("--input takes whole numbers, such as 28,28,1, not {value}.", value=raw[:60])
        ) from error
