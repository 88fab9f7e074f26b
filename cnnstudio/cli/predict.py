"""``cnnstudio predict RUN IMAGE…``: what a run's network sees in pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cnnstudio.cli.arguments import epoch, run_folder
from cnnstudio.cli.checkpoint import choose_epoch
from cnnstudio.cli.console import Console
from cnnstudio.cli.engine_job import run_job
from cnnstudio.core.analysis import analyse
from cnnstudio.core.data.datasets import class_key, dataset_of
from cnnstudio.core.errors import BadInput
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text, Translator
from cnnstudio.core.training.checks import picture_fit
from cnnstudio.decode.pictures import decode_picture
from cnnstudio.protocol.messages import Predict, Predicted
from cnnstudio.protocol.wire import MAX_FRAME

MAX_BLOB = MAX_FRAME - 2**20  # bytes of pictures that one request carries
SHOWN = 3  # classes a person is shown for a picture


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "run_dir", type=run_folder, metavar="RUN", help=show.show(T("the run folder"))
    )
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help=show.show(T("the picture files"))
    )
    parser.add_argument(
        "--epoch",
        type=epoch,
        default="best",
        metavar="N|best|last",
        help=show.show(T("which checkpoint; best is by validation loss")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Asks the network about every picture."""
    folder = RunFolder.open(Path(options.run_dir))
    chosen = choose_epoch(folder, options.epoch)
    shape, fit = input_shape(folder), picture_fit(folder.record.project.data)
    pictures = np.stack([decode_picture(Path(i), shape, fit) for i in options.images])
    predicted = ask(folder, chosen, pictures, console)
    if predicted is None:
        return 130
    classes = dataset_of(folder.record.project.data).classes
    rows = list(zip(options.images, predicted.probabilities, strict=True))
    console.result(
        {
            "predictions": [
                {"file": file, "class": best_class(row, classes), "probabilities": list(row)}
                for file, row in rows
            ]
        },
        [f"{file}: {likeliest(row, classes, console)}" for file, row in rows],
    )
    return 0


def input_shape(folder: RunFolder) -> tuple[int, int, int]:
    """What the run's network takes: (rows, columns, channels)."""
    layer = analyse(folder.record.project.network).input
    if layer is None or len(layer.output) != 3:
        raise BadInput(
            T(
                "The network in {folder} takes no pictures. Choose a run of a CNN.",
                folder=str(folder.path),
            )
        )
    rows, columns, channels = layer.output
    return rows, columns, channels


def ask(folder: RunFolder, chosen: int, pictures: np.ndarray, console: Console) -> Predicted | None:
    """Lets an engine predict; None if the person pressed Ctrl-C.

    Args:
        folder: The run.
        chosen: The checkpoint's epoch.
        pictures: (pictures, rows, columns, channels), uint8, of the network's size.
        console: Where progress goes.

    Raises:
        BadInput: For more pictures than one request carries.
    """
    count, rows, columns, channels = pictures.shape
    most = MAX_BLOB // (rows * columns * channels)
    if count > most:
        raise BadInput(
            T(
                "{count} pictures of {shape} are too many at once. Ask about {most} at a time.",
                count=count,
                shape=show_shape((rows, columns, channels)),
                most=most,
            )
        )
    outcome = run_job(
        Predict(
            run_dir=str(folder.path.absolute()),
            epoch=chosen,
            shape=(count, rows, columns, channels),
        ),
        console,
        role="bench",
        backend=folder.record.backend,
        blob=np.ascontiguousarray(pictures).tobytes(),
    )
    return outcome.answer if isinstance(outcome.answer, Predicted) else None


def best_class(row: tuple[float | None, ...], classes: tuple[Text | str, ...]) -> str | None:
    """The likeliest class' English name; None where the network gives no numbers."""
    numbers = [value for value in row if value is not None]
    return class_key(classes[row.index(max(numbers))]) if len(numbers) == len(row) else None


def likeliest(
    row: tuple[float | None, ...], classes: tuple[Text | str, ...], console: Console
) -> str:
    """The likeliest classes in words, with percentages."""
    if any(value is None for value in row):
        return console.text(T("the network gives no number (NaN); choose an earlier epoch"))
    ranked = sorted(zip(row, classes, strict=True), key=lambda pair: -(pair[0] or 0.0))
    return ", ".join(f"{console.text(name)} {value:.1%}" for value, name in ranked[:SHOWN])
