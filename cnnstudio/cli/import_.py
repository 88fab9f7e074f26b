"""``cnnstudio import SOURCE -o PROJECT``: a project from Keras code or a notebook."""

from __future__ import annotations

import argparse
import ast
from pathlib import Path
from typing import Any

from cnnstudio.cli.console import Console
from cnnstudio.core.code.reading.project import project_of
from cnnstudio.core.code.reading.reader import read_code, read_notebook
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.project_file import read_file, save_project
from cnnstudio.core.text import T, Translator

_READERS = {".py": read_code, ".ipynb": read_notebook}


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "source", metavar="SOURCE", help=show.show(T("Keras code (.py) or a notebook (.ipynb)"))
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
        help=show.show(T("the shape of an input the code doesn't define, such as 28,28,1")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Reads the source and writes the project."""
    source, path = Path(options.source), Path(options.output)
    reader = _READERS.get(source.suffix.lower())
    if reader is None:
        raise BadInput(
            T(
                "{file} can't be imported. Keras code (.py) and notebooks (.ipynb) can.",
                file=str(source),
            )
        )
    if path.exists() or path.is_symlink():
        raise BadInput(
            T("{file} exists already. Choose another name, or delete it first.", file=str(path))
        )
    try:
        text = read_file(source).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(T("{file} isn't UTF-8 text. Save it as UTF-8.", file=str(source))) from error
    reading = reader(text, dict(options.given), options.input)
    save_project(project_of(reading, path.stem), path)
    for question in reading.questions:
        console.say(question.text)
    ignored = [{"line": passed.line, "what": passed.what} for passed in reading.passed]
    console.result(
        {
            "project": str(path),
            "source": str(source),
            "layers": len(reading.network.layers),
            "opaque": list(reading.opaque),
            "weights": {"loaded": 0, "missing": []},
            "ignored": ignored,
            "warnings": [console.text(question.text) for question in reading.questions],
        },
        [
            *(
                console.text(T("Line {line} was passed over: {code}", line=p.line, code=p.what))
                for p in reading.passed
            ),
            console.text(T("{file} is written.", file=str(path))),
        ],
    )
    return 0


def _given(raw: str) -> tuple[str, Any]:
    name, _, value = raw.partition("=")
    refused = T("--set takes NAME=VALUE, such as IMAGE_SIZE=28, not {value}.", value=raw[:60])
    if len(raw) > 1000 or not name.isidentifier():
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
