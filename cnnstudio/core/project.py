"""The project: one frozen value with everything a person decides.

Settings hold what was read from a file even when it can't be trained; ``core.training.checks``
says what is wrong with them, field by field.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.data.imported import Imported
from cnnstudio.core.network import Network

FORMAT = "cnnstudio project"
VERSION = 1


class DataSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which pictures, how they are split and how they reach the network.

    Attributes:
        source: A shipped set's name ("fashion_mnist"), or "imported" for a person's own pictures.
        imported: The facts of those; None for a shipped set.
        validation: The share kept for validation, of the pictures that aren't for testing,
            0 ≤ v < 1.
        test: The share kept for testing of the pictures whose source doesn't say what they are for,
            0 ≤ t < 1; shipped sets have their own test pictures.
        split: "ratio" (by the shares; test pictures of the source stay that) or "folders" (as the
            source says; by the shares where it says nothing).
        split_seed: Seeds the stratified choice of validation and test pictures.
        edits: The SHA-256 of the file of excluded and relabelled pictures; "" without any.
        size: (rows, columns) the network gets; None for the pictures' own.
        fit: How a picture gets that size: "stretch" (bilinear), "pad" (zeros around it) or "crop"
            (the middle of it).
        colour: "grey" (one channel) or "rgb" (three).
        scaling: "none" (0..255), "1/255" (0..1), "min-max" (0..1), "min-max-signed" (−1..1) or
            "z-score" (per channel).
        extra: Unknown keys of the project file, kept.
    """

    source: str = "fashion_mnist"
    imported: Imported | None = None
    validation: float = 0.1
    test: float = 0.0
    split: str = "ratio"
    split_seed: int = 42
    edits: str = ""
    size: tuple[int, int] | None = None
    fit: str = "stretch"
    colour: str = "grey"
    scaling: str = "1/255"
    extra: dict[str, Any] = {}


class Optimizer(msgspec.Struct, frozen=True, kw_only=True):
    """The optimiser and its parameters.

    Attributes:
        name: "adam", "sgd", "rmsprop" or "adamw".
        learning_rate: Above 0.
        momentum: SGD's and RMSprop's momentum, 0 ≤ m < 1; the others ignore it.
        extra: Unknown keys of the project file, kept.
    """

    name: str = "adam"
    learning_rate: float = 0.001
    momentum: float = 0.0
    extra: dict[str, Any] = {}


class TrainingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a run trains.

    Attributes:
        optimizer: The optimiser.
        batch_size: Pictures per step, at least 1.
        epochs: Passes over the training pictures, at least 1.
        loss: "auto" (chosen from the labels) or a Keras loss name.
        seed: Seeds initial weights, order and Dropout; its range: CONTRIBUTING, Numbers.
        shuffle: Whether each epoch has an order of its own.
        class_weights: "none", or "balanced" (a class counts by how few training pictures it has).
        extra: Unknown keys of the project file, kept.
    """

    optimizer: Optimizer = Optimizer()
    batch_size: int = 64
    epochs: int = 5
    loss: str = "auto"
    seed: int = 42
    shuffle: bool = True
    class_weights: str = "none"
    extra: dict[str, Any] = {}


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a person decides about one network.

    Attributes:
        name: Shown in the title; the file's stem once saved.
        network: The layers and links.
        data: The pictures.
        augmentation: What is done to the training pictures.
        training: How a run trains.
        extra: Unknown keys of the project file, kept.
    """

    name: str = "untitled"
    network: Network = Network()
    data: DataSettings = DataSettings()
    augmentation: Augmentation = Augmentation()
    training: TrainingSettings = TrainingSettings()
    extra: dict[str, Any] = {}


def with_choices(project: Project, *, epochs: int = 0, seed: int = -1) -> Project:
    """The project with what one run does differently.

    Args:
        project: The project.
        epochs: The epochs instead of the project's, unless 0.
        seed: The seed instead of the project's, unless −1.
    """
    training = project.training
    if epochs:
        training = msgspec.structs.replace(training, epochs=epochs)
    if seed >= 0:
        training = msgspec.structs.replace(training, seed=seed)
    return msgspec.structs.replace(project, training=training)
