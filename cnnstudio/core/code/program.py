"""A project as a whole program: data, split, augmentation, model, training and its measurement.

The program needs TensorFlow and nothing of the studio. On the CPU it gives the numbers that the
studio logs for the same project and seed, because both do the same in the same order (CONTRIBUTING,
Numbers). Its code stays as it is under ``ruff format``.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.core.analysis import Analysis, analyse
from cnnstudio.core.augmentation.arguments import ARGUMENTS
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.code.program_data import (
    data_code,
    split_code,
    stored_code,
    validates,
)
from cnnstudio.core.code.program_scaling import (
    BALANCED,
    SCALING_FUNCTIONS,
    scaled,
    scaling_argument,
    scaling_code,
    weights_code,
)
from cnnstudio.core.code.stored_data import StoredData, in_keras
from cnnstudio.core.code.writer import ModelCode, write_model
from cnnstudio.core.code.writing.source import imported
from cnnstudio.core.data.datasets import Dataset, dataset_of
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.parameters import Number, Parameter
from cnnstudio.core.project import DataSettings, Optimizer, Project
from cnnstudio.core.text import T
from cnnstudio.core.training.checks import check_trainable, chosen_loss

_WIDTH = 88
_GENERATOR = ("tensorflow.keras.preprocessing.image", frozenset({"ImageDataGenerator"}))
_PILLOW = ("PIL", frozenset({"Image"}))
_PLAIN = ("import keras", "import numpy as np")
_OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}
_WITH_MOMENTUM = ("sgd", "rmsprop")
_SCALING_WORDS = (
    "How bytes become the numbers that the network gets. The numbers to scale by come from the "
    "pictures to train on alone."
)
_KERAS_WORDS = (
    "The pictures and their labels. Keras keeps them in ~/.keras/datasets; if they aren't there it "
    "downloads them."
)
_SPLIT_WORDS = (
    "The pictures to validate on: of every class the same share, drawn with a seed of their own."
)
_STORED_WORDS = (
    "The pictures as CNN Studio has decoded them, the labels, and which picture is for what. These "
    "files lie in its cache: they are there as long as the studio keeps them."
)
_DECODED_WORDS = (
    " keras.utils.image_dataset_from_directory wouldn't give the same pictures: it doesn't turn "
    "them upright, and resizes them otherwise."
)
_WEIGHTS_WORDS = "How much a picture counts in the loss: the more, the fewer its class has."


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the program: a cell of the notebook, a paragraph of the script.

    Attributes:
        id: Names it in the notebook; the same for every program.
        words: What it does.
        code: Its code, without a line feed at the end.
    """

    id: str
    words: str
    code: str


def write_program(
    project: Project,
    weights: Mapping[str, str] | None = None,
    stored: StoredData | None = None,
) -> str:
    """Writes a script that trains the project and measures it.

    Args:
        project: The project.
        weights: Where the files with weights that layers brought along lie, by their hash; a layer
            whose file isn't among them starts from drawn weights, and the script says so.
        stored: Where its pictures are, unless Keras has them (``in_keras``).

    Raises:
        BadInput: For a project that can't be trained, naming the first problem; without `stored`,
            where Keras doesn't have its pictures.
    """
    parts = [
        f"{_comment(cell.words)}\n{cell.code}\n" for cell in cells(project, weights or {}, stored)
    ]
    return "\n\n".join(parts)


def write_notebook(
    project: Project,
    weights: Mapping[str, str] | None = None,
    stored: StoredData | None = None,
) -> str:
    """Writes the program as a Jupyter notebook (nbformat 4.5); takes and raises the same.

    The same project gives the same text, with the same ids of its cells.
    """
    found: list[dict[str, Any]] = []
    for cell in cells(project, weights or {}, stored):
        told = {"cell_type": "markdown", "id": f"{cell.id}-words", "metadata": {}}
        found.append(told | {"source": _lines(cell.words)})
        found.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "id": cell.id,
                "metadata": {},
                "outputs": [],
                "source": _lines(cell.code),
            }
        )
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": found,
        "metadata": {"kernelspec": python, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def cells(
    project: Project, weights: Mapping[str, str], stored: StoredData | None = None
) -> Iterator[Cell]:
    """The parts of the program, in order; see `write_program`."""
    facts = dataset_of(project.data)
    analysis = analyse(project.network)
    check_trainable(project, analysis, facts)
    model = write_model(project.network)
    validated, tested, data = _data(project.data, facts, stored)
    code = "".join(cell.code for cell in data)
    imports = [*model.imports.items(), _GENERATOR, *([_PILLOW] if "Image." in code else [])]
    yield _setup(project, imports, model.plain)
    yield from data
    if code := scaling_code(project.data.scaling):
        yield Cell("scaling", _SCALING_WORDS, code)
    if code := weights_code(project):
        yield Cell("class_weights", _WEIGHTS_WORDS, code)
    names = [
        f"x_{part}" for part, is_there in (("validation", validated), ("test", tested)) if is_there
    ]
    yield _batches(project, names)
    yield Cell("model", "The network. The seed decides its first weights.", _model(model))
    if (brought := _weights(analysis, weights)) is not None:
        yield brought
    yield Cell("compile", "How it learns.", _compile(project))
    yield _fit(validated)
    if tested:
        yield Cell("evaluate", "How good it is on pictures it has never seen.", _EVALUATE)


def _data(
    settings: DataSettings, facts: Dataset, stored: StoredData | None
) -> tuple[bool, bool, list[Cell]]:
    """Whether there are pictures to validate and to test on, and the cells that load them all."""
    if stored is not None:
        words = _STORED_WORDS + (_DECODED_WORDS if facts.own is not None else "")
        cell = Cell("data", words, stored_code(settings, facts, stored))
        return "validation" in stored.parts, "test" in stored.parts, [cell]
    if not in_keras(settings, facts):
        raise BadInput(
            T(
                "There is no program for this project without its pictures: Keras doesn't have "
                "{data} as the project has it. Write the model alone.",
                data=facts.title,
            )
        )
    found = [Cell("data", _KERAS_WORDS, data_code(settings, facts))]
    validated = validates(settings, facts)
    if validated:
        found.append(Cell("split", _SPLIT_WORDS, split_code(settings)))
    return validated, True, found


def _setup(
    project: Project, imports: Iterable[tuple[str, frozenset[str]]], plain: Iterable[str]
) -> Cell:
    training = project.training
    modules = sorted(imports, key=lambda one: one[0].lower())
    lines = [line for module, names in modules for line in imported({module: names})]
    constants = [
        f"SEED = {training.seed}",
        f"BATCH_SIZE = {training.batch_size}",
        f"EPOCHS = {training.epochs}",
    ]
    words = (
        f"The network {_plain(project.name)}, trained as CNN Studio trains it: on the CPU, with "
        'this seed, the numbers are the same. It needs tensorflow, "scipy<2" and pillow.'
    )
    whole = [*_PLAIN, *(line for line in plain if line not in _PLAIN)]
    return Cell("setup", words, "\n".join([*whole, *lines, "", *constants]))


def _model(code: ModelCode) -> str:
    body = "\n".join(code.text.splitlines()[code.body :])
    gap = "\n\n\n" if body.startswith(("def ", "class ", "@")) else "\n\n"
    return f"keras.utils.set_random_seed(SEED){gap}{body}"


def _batches(project: Project, names: Sequence[str]) -> Cell:
    augmentation, scaling = project.augmentation, project.data.scaling
    arguments = [
        f"{name}={_argument(ARGUMENTS[name].parameter, value)}"
        for name, value in augmentation.stated.items()
    ]
    arguments.append(scaling_argument(scaling))
    lines = [_call("generator = ImageDataGenerator", arguments)]
    if augmentation.fitted:
        known = scaled("x_train", scaling) if scaling in SCALING_FUNCTIONS else "x_train"
        lines.append(f"generator.fit({known})")
    flow = ["x_train", "y_train", "batch_size=BATCH_SIZE"]
    if weights_code(project):
        flow.append(f"sample_weight={BALANCED}(y_train)")
    flow += [f"shuffle={project.training.shuffle}", "seed=SEED"]
    lines += [_call("flow = generator.flow", flow), ""]
    if augmentation.standardises:
        lines += ["", _STANDARDIZED, "", ""]
        lines += [f"{name} = standardized({name})" for name in names]
    else:
        lines += [f"{name} = {scaled(name, scaling)}" for name in names]
    words = "The batches to train on, in an order of their own in every epoch"
    if not project.training.shuffle:
        words = "The batches to train on"
    if augmentation.acting:
        words += ", every picture changed anew"
    words += (
        ". The other pictures are only scaled."
        if not augmentation.standardises
        else (". The other pictures are only standardised.")
    )
    return Cell("batches", words, "\n".join(lines).rstrip("\n"))


_STANDARDIZED = '''\
def standardized(pictures):
    """Scales and standardises every picture by itself, as the generator does."""
    rows = [generator.standardize(picture.astype("float32")) for picture in pictures]
    return np.stack(rows).astype("float32")'''


def _weights(analysis: Analysis, files: Mapping[str, str]) -> Cell | None:
    """The weights that layers brought along, from their files."""
    names = safe_names(analysis.network)
    found: dict[str, list[str]] = {}
    drawn: list[str] = []
    for one in analysis.nodes.values():
        stored = one.node.weights
        if stored is None or not one.keeps_weights:
            continue
        if stored.file in files:
            row = f'    ("{names[one.node.id]}", {stored.layer}, {len(one.weights)}),'
            found.setdefault(files[stored.file], []).append(row)
        else:
            drawn.append(names[one.node.id])
    if not found and not drawn:
        return None
    words, blocks = "", []
    if found:
        words = "Layers that start from stored weights. "
    if drawn:
        words += (
            "In the studio these layers start from stored weights, whose file wasn't at hand; here "
            f"they start from drawn ones, so the numbers differ: {', '.join(drawn)}."
        )
    for path, rows in found.items():
        blocks.append(
            "\n".join(
                [
                    "stored_layers = [",
                    *rows,
                    "]",
                    f"with np.load(\n    {_python(path)}\n) as stored:",
                    "    for name, number, count in stored_layers:",
                    '        arrays = [stored[f"{number}/{index}"] for index in range(count)]',
                    "        model.get_layer(name).set_weights(arrays)",
                ]
            )
        )
    return Cell("weights", words.strip(), "\n".join(blocks))


def _compile(project: Project) -> str:
    arguments = [
        f"optimizer=keras.optimizers.{_optimizer(project.training.optimizer)}",
        f"loss={_python(chosen_loss(project.training))}",
        'metrics=["accuracy"]',
    ]
    return _call("model.compile", arguments)


def _optimizer(settings: Optimizer) -> str:
    arguments = [f"learning_rate={settings.learning_rate!r}"]
    if settings.name in _WITH_MOMENTUM:
        arguments.append(f"momentum={settings.momentum!r}")
    return f"{_OPTIMIZERS[settings.name]}({', '.join(arguments)})"


def _fit(validated: bool) -> Cell:
    arguments = ["(batch for batch in flow)", "steps_per_epoch=len(flow)", "epochs=EPOCHS"]
    arguments += ["shuffle=False"]  # else Keras warns that a generator leaves nothing to shuffle
    if validated:
        arguments += ["validation_data=(x_validation, y_validation)"]
        arguments += ["validation_batch_size=BATCH_SIZE"]
    words = (
        "The training. The flow is handed over as a generator, which has shuffled already: given "
        "as it is, Keras would take its batches in another order."
    )
    code = [
        _call("history = model.fit", [*arguments, "verbose=2"]),
        "for name, values in history.history.items():",
        '    print(name, *(f"{value:.7f}" for value in values))',
    ]
    return Cell("fit", words, "\n".join(code))


_EVALUATE = """\
loss, accuracy = model.evaluate(x_test, y_test, batch_size=BATCH_SIZE, verbose=0)
print(f"test: loss {loss:.7f}, accuracy {accuracy:.7f}")"""


def _call(function: str, arguments: Iterable[str]) -> str:
    """A call with an argument a line; the last comma keeps a formatter from joining them."""
    return "\n".join([f"{function}(", *(f"    {one}," for one in arguments), ")"])


def _argument(parameter: Parameter, value: Any) -> str:
    """A generator's argument; a whole number without a point where that draws the same."""
    if isinstance(parameter, Number) and abs(value) < 10**6 and value == int(value):
        return repr(int(value))
    return _python(parameter.write(value))


def _python(value: Any) -> str:
    """A plain value as a formatter leaves it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(tuple(value) if isinstance(value, list) else value)


def _plain(name: str) -> str:
    """A name that can't end its line."""
    shown = "".join(c if c.isprintable() else " " for c in name)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _comment(words: str) -> str:
    return "\n".join(f"# {line}" for line in textwrap.wrap(words, _WIDTH - 2))


def _lines(text: str) -> list[str]:
    """A text as a notebook has it: its lines, with their ends but the last."""
    return text.splitlines(keepends=True)
