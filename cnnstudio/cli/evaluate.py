"""``cnnstudio evaluate RUN``: loss, accuracy, confusion matrix and per-class results."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cnnstudio.cli.arguments import epoch, run_folder
from cnnstudio.cli.checkpoint import choose_epoch
from cnnstudio.cli.console import Console, table
from cnnstudio.cli.engine_job import run_job
from cnnstudio.cli.training import shown
from cnnstudio.core.data.datasets import class_key, dataset_of
from cnnstudio.core.scores import ClassScore, class_scores
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text, Translator
from cnnstudio.protocol.messages import Evaluate, Evaluated

PARTS = {
    "test": T("test pictures"),
    "validation": T("validation pictures"),
    "train": T("training pictures"),
}


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "run_dir", type=run_folder, metavar="RUN", help=show.show(T("the run folder"))
    )
    parser.add_argument(
        "--epoch",
        type=epoch,
        default="best",
        metavar="N|best|last",
        help=show.show(T("which checkpoint; best is by validation loss")),
    )
    parser.add_argument(
        "--on", choices=tuple(PARTS), default="test", help=show.show(T("which pictures"))
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Measures a checkpoint."""
    folder = RunFolder.open(Path(options.run_dir))
    chosen = choose_epoch(folder, options.epoch)
    measured = measure(folder, chosen, options.on, console)
    if measured is None:
        return 130
    classes = dataset_of(folder.record.project.data).classes
    scores = class_scores(measured.confusion_matrix)
    console.result(
        _as_json(measured, scores, classes),
        [
            console.text(
                T(
                    "Epoch {epoch} on the {part}: loss {loss}, accuracy {accuracy}",
                    epoch=chosen,
                    part=PARTS[options.on],
                    loss=shown(measured.loss),
                    accuracy=shown(measured.accuracy),
                )
            ),
            "",
            *lines(scores, classes, console),
        ],
    )
    return 0


def measure(folder: RunFolder, chosen: int, on: str, console: Console) -> Evaluated | None:
    """Lets an engine evaluate a checkpoint; None if the person pressed Ctrl-C."""
    outcome = run_job(
        Evaluate(run_dir=str(folder.path.absolute()), epoch=chosen, on=on),
        console,
        role="bench",
        backend=folder.record.backend,
    )
    return outcome.answer if isinstance(outcome.answer, Evaluated) else None


def _as_json(
    measured: Evaluated, scores: tuple[ClassScore, ...], classes: tuple[Text | str, ...]
) -> dict[str, Any]:
    return {
        "loss": measured.loss,
        "accuracy": measured.accuracy,
        "images_per_second": measured.images_per_second,
        "confusion_matrix": measured.confusion_matrix,
        "per_class": [
            {
                "class": class_key(name),
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
                "support": score.support,
            }
            for name, score in zip(classes, scores, strict=True)
        ],
    }


def lines(
    scores: tuple[ClassScore, ...], classes: tuple[Text | str, ...], console: Console
) -> list[str]:
    """The per-class table for a person."""
    head = (T("Class"), T("Precision"), T("Recall"), T("F1"), T("Pictures"))
    rows = [tuple(console.text(text) for text in head)]
    for name, score in zip(classes, scores, strict=True):
        numbers = (score.precision, score.recall, score.f1)
        rows.append(
            (console.text(name), *(f"{value:.4f}" for value in numbers), f"{score.support:,}")
        )
    return table(rows, right=(1, 2, 3, 4))
