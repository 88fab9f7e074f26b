"""``cnnstudio save RUN -o FILE``: a run's network as a file that Keras opens."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnstudio.cli.arguments import epoch, run_folder
from cnnstudio.cli.checkpoint import choose_epoch
from cnnstudio.cli.console import Console
from cnnstudio.cli.engine_job import run_job
from cnnstudio.core.model_files import ModelFormat, model_format
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text, Translator
from cnnstudio.protocol.messages import ModelSaved, SaveModel


def add_arguments(parser: argparse.ArgumentParser, show: Translator) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "run_dir", type=run_folder, metavar="RUN", help=show.show(T("the run folder"))
    )
    parser.add_argument(
        "-o",
        dest="output",
        required=True,
        metavar="FILE",
        help=show.show(T("the file: .keras, .h5 or, for the weights alone, .weights.h5")),
    )
    parser.add_argument(
        "--epoch",
        type=epoch,
        default="best",
        metavar="N|best|last",
        help=show.show(T("which checkpoint; best is by validation loss")),
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Saves a checkpoint."""
    path = Path(options.output)
    form = model_format(path)
    folder = RunFolder.open(Path(options.run_dir))
    chosen = choose_epoch(folder, options.epoch)
    outcome = run_job(
        SaveModel(run_dir=str(folder.path.absolute()), epoch=chosen, path=str(path.absolute())),
        console,
        role="bench",
        backend=folder.record.backend,
    )
    saved = outcome.answer
    if not isinstance(saved, ModelSaved):
        return 130
    warnings = [console.text(warning) for warning in saved.warnings]
    console.result(
        {
            "file": str(path),
            "format": form.value,
            "epoch": chosen,
            "bytes": saved.size,
            "arrays": saved.arrays,
            "warnings": warnings,
        },
        [*warnings, console.text(_done(path, form, chosen, saved))],
    )
    return 0


def _done(path: Path, form: ModelFormat, chosen: int, saved: ModelSaved) -> Text:
    return T(
        "{file} has {what} after epoch {epoch}, {size}: read back and compared, to the last bit.",
        file=str(path),
        what=T("the weights") if form is ModelFormat.WEIGHTS else T("layers and weights"),
        epoch=chosen,
        size=show_bytes(saved.size),
    )
