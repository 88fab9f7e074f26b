"""The settings of a project in the lines that prepare data, compile and fit."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cnnstudio.core.augmentation.arguments import ARGUMENTS
from cnnstudio.core.code.program_scaling import BALANCED, SCALING_FUNCTIONS
from cnnstudio.core.code.reading.operations import SCALARS
from cnnstudio.core.code.reading.values import Function, KerasName, Unknown
from cnnstudio.core.data.datasets import DATASETS
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.parameters import is_whole
from cnnstudio.core.training.checks import LOSSES, OPTIMIZERS

Found = tuple[str, Any]
"""A setting's field and value; the field is "" for an argument that is passed over."""

AUGMENTATION = "augmentation."
"""What the fields of a generator's arguments begin with."""

_FIT = {
    "epochs": ("training.epochs", is_whole),
    "batch_size": ("training.batch_size", is_whole),
    "seed": ("training.seed", is_whole),
    "shuffle": ("training.shuffle", lambda value: isinstance(value, bool)),
    "validation_split": ("data.validation", lambda value: isinstance(value, float)),
}
_GENERATOR = (
    "featurewise_center", "samplewise_center", "featurewise_std_normalization",
    "samplewise_std_normalization", "zca_whitening", "zca_epsilon", "rotation_range",
    "width_shift_range", "height_shift_range", "brightness_range", "shear_range", "zoom_range",
    "channel_shift_range", "fill_mode", "cval", "horizontal_flip", "vertical_flip", "rescale",
)  # fmt: skip
"""The arguments of ``ImageDataGenerator`` that are ever given by their place, in order."""
SHAPES = {
    "mnist": (28, 28, 1),
    "fashion_mnist": (28, 28, 1),
    "cifar10": (32, 32, 3),
    "cifar100": (32, 32, 3),
}
"""The shape of a picture of each of ``keras.datasets``."""
_OF_DATA = frozenset({"x", "y", "validation_data"})  # told by the dataset
_SCALINGS = {function: scaling for scaling, function in SCALING_FUNCTIONS.items()}
_WEIGHERS = ("compute_class_weight", "compute_sample_weight")  # of sklearn.utils.class_weight
WEIGHTS = frozenset({"class_weight", "sample_weight"})
"""The arguments that weigh classes or pictures."""


def of_dataset(path: str) -> Iterator[Found]:
    """What ``keras.datasets.NAME.load_data()`` says."""
    name = path.split(".")[-2]
    known = name in DATASETS and name in SHAPES
    yield ("data.source", name) if known else ("", f"{name}.load_data()")


def of_compile(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Found]:
    """What ``model.compile(…)`` says."""
    stated = dict(zip(("optimizer", "loss"), args, strict=False)) | dict(kwargs)
    for name, value in stated.items():
        if name == "optimizer":
            yield from _optimizer(value)
        elif name == "loss":
            yield from _loss(value)
        elif name != "metrics":
            yield "", f"compile({name}=…)"


def of_fit(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Found]:
    """What ``model.fit(…)`` or ``generator.flow(…)`` says."""
    stated = dict(zip(("x", "y", "batch_size", "epochs"), args, strict=False)) | dict(kwargs)
    x = stated.get("x")
    if "steps_per_epoch" in stated or (isinstance(x, Unknown) and x.call == "flow"):
        stated.pop("shuffle", None)  # what gives the batches has shuffled them
    for name, value in stated.items():
        if name in _FIT and _FIT[name][1](value):
            yield _FIT[name][0], value
        elif name not in _OF_DATA:
            yield "", f"{name}=…"


def of_generator(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Found]:
    """What ``ImageDataGenerator(…)`` says."""
    stated = dict(zip(_GENERATOR, args, strict=False)) | dict(kwargs)
    for name, value in stated.items():
        if name == "preprocessing_function" and (found := _scaling_by(value)):
            yield "data.scaling", found
        elif name == "rescale" and value in (None, 1 / 255):
            yield "data.scaling", "none" if value is None else "1/255"
        elif name == "validation_split" and isinstance(value, float):
            yield "data.validation", value
        elif name in ARGUMENTS and (read := _argument(name, value)) is not None:
            yield from read
        else:
            yield "", f"ImageDataGenerator({name}=…)"


def of_function(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Found, ...]:
    """What the call of a function says that the studio writes into its programs."""
    if name in _SCALINGS:
        return (("data.scaling", _SCALINGS[name]),)
    if name == BALANCED:
        return (("training.class_weights", "balanced"),)
    if name != "stratified_split":
        return ()
    stated = dict(zip(("labels", "share", "seed"), args, strict=False)) | dict(kwargs)
    share, seed = stated.get("share"), stated.get("seed")
    if not isinstance(share, float) or not is_whole(seed):
        return ()
    return ("data.validation", share), ("data.split_seed", seed)


def of_weights(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Found]:
    """What the call of one of scikit-learn's functions says that weigh classes."""
    if function in _WEIGHERS and "balanced" in (*args, *kwargs.values()):
        yield "training.class_weights", "balanced"


def of_numpy(function: str) -> Iterator[Found]:
    """What a call of NumPy says of the pictures."""
    if function == "pad":
        yield "data.fit", "pad"


def _argument(name: str, value: Any) -> tuple[Found, ...] | None:
    """An argument of a generator: nothing where it has Keras' default, None if it can't be read."""
    argument = ARGUMENTS[name]
    if not _is_plain(value):
        return None
    try:
        read = argument.parameter.read(value)
    except BadInput:
        return None
    if argument.is_neutral(read):
        return ()
    return ((AUGMENTATION + name, list(value) if isinstance(value, tuple) else value),)


def _scaling_by(function: Any) -> str:
    """The scaling that a function of the studio's programs does; "" for any other."""
    node = function.node if isinstance(function, Function) else None
    return _SCALINGS.get(node.name, "") if isinstance(node, ast.FunctionDef) else ""


def _is_plain(value: Any) -> bool:
    """Whether a value is a number or the like, or a list of such and nothing deeper."""
    values = value if isinstance(value, list | tuple) else (value,)
    return all(isinstance(one, SCALARS) for one in values)


def _optimizer(value: Any) -> Iterator[Found]:
    name = _called(value).lower()
    if name not in OPTIMIZERS:
        yield "", f"optimizer={name or '…'}"
        return
    yield "training.optimizer.name", name
    args = value.args if isinstance(value, Unknown) else ()
    kwargs = value.kwargs if isinstance(value, Unknown) else {}
    stated = dict(zip(("learning_rate",), args, strict=False)) | dict(kwargs)
    for key, one in stated.items():
        argument = "learning_rate" if key == "lr" else key
        number = isinstance(one, int | float) and not isinstance(one, bool)
        if argument in ("learning_rate", "momentum") and number:
            yield f"training.optimizer.{argument}", float(one)
        else:
            yield "", f"{name}({argument}=…)"


def _loss(value: Any) -> Iterator[Found]:
    loss = _snake(_called(value))
    labels_are_numbers = loss.replace("categorical", "sparse_categorical", 1)
    if loss not in LOSSES and labels_are_numbers in LOSSES:  # the same for labels as they are here
        loss = labels_are_numbers
    yield ("training.loss", loss) if loss in LOSSES else ("", f"loss={loss or '…'}")
    for argument in value.kwargs if isinstance(value, Unknown) and loss in LOSSES else ():
        yield "", f"{loss}({argument}=…)"


def _called(value: Any) -> str:
    if isinstance(value, Unknown):
        return value.call.rpartition(".")[2]
    if isinstance(value, KerasName):
        return value.last
    return value if isinstance(value, str) else ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


READERS: dict[str, Callable[[Sequence[Any], Mapping[str, Any]], Iterator[Found]]] = {
    "compile": of_compile,
    "fit": of_fit,
    "fit_generator": of_fit,
}
