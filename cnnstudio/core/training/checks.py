"""Whether a project can be trained: every setting by itself, then network and data together.

Settings are checked as they were read, whatever their type: a form may hold text where a number
belongs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.augmentation.checks import refusals, refusals_for
from cnnstudio.core.data.datasets import DATASETS, Dataset, dataset_of
from cnnstudio.core.data.division import sizes
from cnnstudio.core.data.fitting import FITS
from cnnstudio.core.data.imported import SOURCE
from cnnstudio.core.data.scaling import SCALINGS
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.parameters import is_whole, shown
from cnnstudio.core.project import DataSettings, Optimizer, Project, TrainingSettings
from cnnstudio.core.shapes import Shape, show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.class_weights import CLASS_WEIGHTS

OPTIMIZER_NAMES = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "adamw": "AdamW"}
OPTIMIZERS = tuple(OPTIMIZER_NAMES)
LOSSES = ("auto", "sparse_categorical_crossentropy")
SPLITS = ("ratio", "folders")
COLOURS = {"grey": 1, "rgb": 3}  # channels the network gets
SEEDS = 2**32  # RandomState takes seeds below this
LARGEST_SIZE = 4096
MOST_EPOCHS = 1_000_000
MOST_PICTURES = 10_000_000
HIGHEST_RATE = 100

_DATA, _OPTIMIZER, _TRAINING = DataSettings(), Optimizer(), TrainingSettings()


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Something that keeps a project from being trained.

    Attributes:
        field: The setting it is about, such as "training.batch_size"; "network" for the layers.
        text: The field, its value, what is allowed and the default.
        node: The layer it is about, "" if none.
    """

    field: str
    text: Text
    node: str = ""

    def called(self, name: Text | str) -> FieldProblem:
        """The same with the setting called as a form calls it."""
        if "field" not in self.text.params:
            return self
        text = replace(self.text, params={**self.text.params, "field": name})
        return FieldProblem(self.field, text, self.node)


def problems(project: Project) -> tuple[FieldProblem, ...]:
    """What is wrong with the settings, in the order of the fields."""
    settings = (
        *_settings_problems(project.data, project.training),
        *(FieldProblem(field, text) for field, text in refusals(project.augmentation)),
    )
    return settings or tuple(_together(project.data, project.training))


def training_problems(
    project: Project, analysis: Analysis, data: Dataset
) -> tuple[FieldProblem, ...]:
    """What keeps the project from being trained on `data`: settings, layers, then both together.

    Args:
        project: The project.
        analysis: The analysis of its network.
        data: The facts of its dataset.
    """
    found = problems(project)
    found += tuple(FieldProblem("network", p.text, p.node) for p in analysis.errors)
    if found or analysis.input is None or analysis.output is None:
        return found
    return (
        *_input_problems(project.data, analysis.input, data),
        *_output_problems(analysis.output, data),
        *_frozen_problems(analysis),
        *_augmentation_problems(project, data),
    )


def check_trainable(project: Project, analysis: Analysis, data: Dataset) -> None:
    """Raises BadInput with the first thing that keeps the project from being trained."""
    for problem in training_problems(project, analysis, data):
        raise BadInput(problem.text)


def picture_shape(settings: DataSettings, data: Dataset) -> Shape:
    """(rows, columns, channels) the network gets from `data` with sound `settings`."""
    rows, columns = settings.size or data.shape[:2]
    return rows, columns, COLOURS[settings.colour]


def picture_fit(settings: DataSettings) -> str:
    """How a picture that isn't of the data gets the network's size: as a person's own ones did."""
    return settings.fit if settings.imported is not None else "stretch"


def chosen_loss(settings: TrainingSettings) -> str:
    """The Keras loss a run uses; "auto" means the one for labels that are class numbers."""
    if settings.loss == "auto":
        return "sparse_categorical_crossentropy"
    return settings.loss


# ------------------------------------------------------------------------- settings, one by one


def _settings_problems(data: DataSettings, training: TrainingSettings) -> Iterator[FieldProblem]:
    optimizer = training.optimizer
    yield from _source(data)
    yield from _number("data.validation", data.validation, 0, 1, _DATA.validation, open_high=True)
    yield from _number("data.test", data.test, 0, 1, _DATA.test, open_high=True)
    yield from _one_of("data.split", data.split, SPLITS, _DATA.split)
    yield from _whole("data.split_seed", data.split_seed, 0, SEEDS - 1, _DATA.split_seed)
    yield from _size(data.size)
    yield from _one_of("data.fit", data.fit, FITS, _DATA.fit)
    yield from _one_of("data.colour", data.colour, COLOURS, _DATA.colour)
    yield from _one_of("data.scaling", data.scaling, SCALINGS, _DATA.scaling)
    yield from _one_of("training.optimizer.name", optimizer.name, OPTIMIZERS, _OPTIMIZER.name)
    yield from _number(
        "training.optimizer.learning_rate",
        optimizer.learning_rate,
        0,
        HIGHEST_RATE,
        _OPTIMIZER.learning_rate,
        open_low=True,
    )
    yield from _number(
        "training.optimizer.momentum",
        optimizer.momentum,
        0,
        1,
        _OPTIMIZER.momentum,
        open_high=True,
    )
    yield from _whole(
        "training.batch_size", training.batch_size, 1, MOST_PICTURES, _TRAINING.batch_size
    )
    yield from _whole("training.epochs", training.epochs, 1, MOST_EPOCHS, _TRAINING.epochs)
    yield from _one_of("training.loss", training.loss, LOSSES, _TRAINING.loss)
    yield from _whole("training.seed", training.seed, 0, SEEDS - 1, _TRAINING.seed)
    weights, usual = training.class_weights, _TRAINING.class_weights
    yield from _one_of("training.class_weights", weights, CLASS_WEIGHTS, usual)
    if not isinstance(training.shuffle, bool):
        yield _refused("training.shuffle", training.shuffle, T("true or false"), _TRAINING.shuffle)


def _source(data: DataSettings) -> Iterator[FieldProblem]:
    yield from _one_of("data.source", data.source, (*DATASETS, SOURCE), _DATA.source)
    if data.source == SOURCE:
        try:
            dataset_of(data)
        except BadInput as error:
            yield FieldProblem("data.source", error.text)


def _together(data: DataSettings, training: TrainingSettings) -> Iterator[FieldProblem]:
    """Bounds that depend on several settings, each of them sound by itself."""
    pictures = sizes(dataset_of(data), data).train
    if pictures < 1:
        yield _nothing_to_train(data, dataset_of(data))
        return
    if training.batch_size > pictures:
        text = T(
            "a whole number from {low} to {high}, the pictures there are to train on",
            low=1,
            high=pictures,
        )
        yield _refused("training.batch_size", training.batch_size, text, _TRAINING.batch_size)
        return
    batches = training.epochs * math.ceil(pictures / training.batch_size)
    if training.seed + batches >= SEEDS:
        text = T(
            "a whole number from {low} to {high}, because each of the {batches} batches has a "
            "seed of its own below 2³²",
            low=0,
            high=SEEDS - 1 - batches,
            batches=batches,
        )
        yield _refused("training.seed", training.seed, text, _TRAINING.seed)


def _nothing_to_train(data: DataSettings, facts: Dataset) -> FieldProblem:
    """What leaves no picture to train on: the folders, or one of the shares."""
    unvalidated = sizes(facts, replace(data, validation=0.0))
    if unvalidated.train:
        field, value, default, count = "validation", data.validation, 0.1, unvalidated.train
    elif data.split == "folders" and not sizes(facts, replace(data, test=0.0)).train:
        text = T(
            "The folders of {data} say of no picture that it is for training. Divide the pictures "
            "by share instead.",
            data=facts.title,
        )
        return FieldProblem("data.split", text)
    else:
        field, value, default, count = "test", data.test, 0.0, facts.pictures
    text = T("a share that leaves pictures to train on (there are {count})", count=count)
    return _refused(f"data.{field}", value, text, default)


def _refused(field: str, value: object, allowed: Text, default: object) -> FieldProblem:
    return FieldProblem(
        field,
        T(
            "{field} can't be {value}; it takes {allowed}. The default is {default}.",
            field=field,
            value=shown(value),
            allowed=allowed,
            default=shown(default),
        ),
    )


def _one_of(
    field: str, value: object, names: Iterable[str], default: str
) -> Iterator[FieldProblem]:
    if not isinstance(value, str) or value not in names:
        yield _refused(field, value, T("one of {names}", names=", ".join(names)), default)


def _whole(field: str, value: object, low: int, high: int, default: int) -> Iterator[FieldProblem]:
    if not (isinstance(value, int) and is_whole(value) and low <= value <= high):
        text = T("a whole number from {low} to {high}", low=low, high=high)
        yield _refused(field, value, text, default)


def _number(
    field: str,
    value: object,
    low: float,
    high: float,
    default: float,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> Iterator[FieldProblem]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        above = value > low if open_low else value >= low
        below = value < high if open_high else value <= high
        if above and below:
            return
    text = T(
        "a number {low} and {high}",
        low=f"{'>' if open_low else '≥'} {low:g}",
        high=f"{'<' if open_high else '≤'} {high:g}",
    )
    yield _refused(field, value, text, default)


def _size(value: object) -> Iterator[FieldProblem]:
    sound = value is None or (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(is_whole(n) and 1 <= n <= LARGEST_SIZE for n in value)
    )
    if not sound:
        text = T(
            "two whole numbers from {low} to {high} (rows, columns), or nothing for the pictures' "
            "own size",
            low=1,
            high=LARGEST_SIZE,
        )
        yield _refused("data.size", value, text, _DATA.size)


# ------------------------------------------------------------------------- network and data


def _input_problems(
    settings: DataSettings, input: NodeAnalysis, data: Dataset
) -> Iterator[FieldProblem]:
    given = picture_shape(settings, data)
    if input.output == given:
        return
    if len(input.output) == 3 and input.output[2] in COLOURS.values():
        remedy = T(
            "Set the data's size to {size} and its colour to {colour}, or the shape of {layer} to "
            "{given}.",
            size=show_shape(input.output[:2]),
            colour="grey" if input.output[2] == 1 else "rgb",
            layer=input.node.name,
            given=show_shape(given),
        )
    else:
        remedy = T(
            "Set the shape of {layer} to {given}.",
            layer=input.node.name,
            given=show_shape(given),
        )
    text = T(
        "{layer} takes {wanted}, but the data gives pictures of {given}. {remedy}",
        layer=input.node.name,
        wanted=show_shape(input.output),
        given=show_shape(given),
        remedy=remedy,
    )
    yield FieldProblem("network", text, input.node.id)


def _output_problems(output: NodeAnalysis, data: Dataset) -> Iterator[FieldProblem]:
    node, classes = output.node, len(data.classes)
    if len(output.output) != 1:
        text = T(
            "{layer} ends the network with {shape}, but an answer is one number for each of the "
            "{classes} classes. Put Flatten or GlobalAveragePooling2D and a Dense layer of "
            "{classes} units at the end.",
            layer=node.name,
            shape=show_shape(output.output),
            classes=classes,
        )
    elif output.output[0] != classes:
        text = T(
            "{layer} ends the network with {count} values, but the data has {classes} classes. "
            "Give the last Dense layer {classes} units.",
            layer=node.name,
            count=output.output[0],
            classes=classes,
        )
    elif output.kind.id != "softmax" and node.values.get("activation") != "softmax":
        text = T(
            "{layer} ends the network without softmax, but the loss compares probabilities that "
            "add up to 1. Set its activation to softmax, or put a Softmax layer at the end.",
            layer=node.name,
        )
    else:
        return
    yield FieldProblem("network", text, node.id)


def _augmentation_problems(project: Project, data: Dataset) -> Iterator[FieldProblem]:
    shape = picture_shape(project.data, data)
    for field, text in refusals_for(project.augmentation, shape):
        yield FieldProblem(field, text)


def _frozen_problems(analysis: Analysis) -> Iterator[FieldProblem]:
    frozen = [one.node for one in analysis.nodes.values() if one.node.frozen and one.params]
    if frozen and not analysis.trainable_params:
        text = T(
            "Every layer that has parameters is frozen, so training could change nothing. Thaw at "
            "least one, such as {layer}.",
            layer=frozen[-1].name,
        )
        yield FieldProblem("network", text, frozen[-1].id)
