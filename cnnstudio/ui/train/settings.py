"""The settings of a training as the form has them: what each is called, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.augmentation.arguments import ARGUMENTS
from cnnstudio.core.augmentation.checks import FIELD
from cnnstudio.core.text import T, Text
from cnnstudio.core.training.checks import OPTIMIZER_NAMES, SEEDS
from cnnstudio.ui.widgets.choices import Option


@dataclass(frozen=True, slots=True)
class Setting:
    """One row.

    Attributes:
        field: Its name in `core.training.checks`.
        label: What it is called.
        help: What changing it changes.
        options: What can be chosen; none for a number, or for a switch.
        step: What − and + change a number by; None for none.
        bounds: What − and + stay inside of.
    """

    field: str
    label: Text
    help: Text
    options: tuple[Option, ...] = ()
    step: float | None = None
    bounds: tuple[float, float] = (1, 10**9)


SETTINGS = (
    Setting(
        "training.optimizer.name",
        T("Optimizer"),
        T("How the gradients become steps. Adam fits its steps to each weight; SGD doesn't."),
        tuple(OPTIMIZER_NAMES.items()),
    ),
    Setting(
        "training.optimizer.learning_rate",
        T("Learning rate"),
        T("How far a step goes. Too high and the loss jumps or grows, too low and it crawls."),
    ),
    Setting(
        "training.optimizer.momentum",
        T("Momentum"),
        T("The share of the step before that goes into the next one, 0 for none."),
    ),
    Setting(
        "training.batch_size",
        T("Batch size"),
        T("Pictures in a step. More of them make steadier gradients and fewer steps an epoch."),
        step=1,
    ),
    Setting(
        "training.epochs",
        T("Epochs"),
        T("How often every training picture is seen."),
        step=1,
    ),
    Setting(
        "training.loss",
        T("Loss function"),
        T("What training makes small: how surprised the network is by the right class."),
        (
            ("auto", T("Automatic")),
            ("sparse_categorical_crossentropy", T("Categorical cross-entropy")),
        ),
    ),
    Setting(
        "training.class_weights",
        T("Class weights"),
        T(
            "Balanced: a picture counts in the loss by how few its class has, so that small "
            "classes aren't passed over."
        ),
        (("none", T("None")), ("balanced", T("Balanced"))),
    ),
    Setting(
        "training.seed",
        T("Seed"),
        T("Draws the first weights, the order and the dropout. The same seed, the same run."),
        step=1,
        bounds=(0, SEEDS - 1),
    ),
    Setting(
        "training.shuffle",
        T("Shuffle"),
        T("Whether every epoch sees the pictures in an order of its own."),
    ),
)

LABELS = {setting.field: setting.label for setting in SETTINGS} | {
    FIELD + name: argument.parameter.label for name, argument in ARGUMENTS.items()
}
"""What a field of a problem is called here."""
