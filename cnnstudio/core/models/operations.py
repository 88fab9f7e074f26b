"""Operations of a model as layers: ``x + 3`` is a Rescaling, ``a + b`` an Add.

Keras 3 has them as objects of ``keras/src/ops``, Keras 2 as ``TFOpLambda`` layers that name a
function of TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.core.layers.numbers import MOST
from cnnstudio.core.models.classes import OF_TENSORFLOW, OPERATIONS
from cnnstudio.core.models.configs import Call, LayerConfig, Tensor


@dataclass(frozen=True, slots=True)
class Translated:
    """The layer that does what an operation does.

    Attributes:
        kind: The layer kind's id.
        params: Its parameters.
        tensors: What it takes, by slot.
    """

    kind: str
    params: dict[str, Any]
    tensors: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Untranslated:
    """An operation that no layer does."""


def _plus(number: float) -> dict[str, float]:
    return {"scale": 1.0, "offset": number}


def _minus(number: float) -> dict[str, float]:
    return {"scale": 1.0, "offset": -number}


def _from(number: float) -> dict[str, float]:
    return {"scale": -1.0, "offset": number}


def _times(number: float) -> dict[str, float]:
    return {"scale": number}


def _divided(number: float) -> dict[str, float]:
    return {"scale": 1 / number}


@dataclass(frozen=True, slots=True)
class _Arithmetic:
    """What an operation of two operands is.

    Attributes:
        merge: The layer kind for two tensors; "" if there is none.
        tensor_first: The parameters of the Rescaling where the second operand is a number.
        number_first: The same where the first is.
    """

    merge: str = ""
    tensor_first: Callable[[float], dict[str, float]] | None = None
    number_first: Callable[[float], dict[str, float]] | None = None


_ARITHMETIC = {
    "Add": _Arithmetic("add", _plus, _plus),
    "Subtract": _Arithmetic("subtract", _minus, _from),
    "Multiply": _Arithmetic("multiply", _times, _times),
    "Divide": _Arithmetic("", _divided),
    "TrueDivide": _Arithmetic("", _divided),
    "Maximum": _Arithmetic("maximum"),
    "Minimum": _Arithmetic("minimum"),
}
# Those of keras/src/ops that take nothing but the tensor.
_ACTIVATIONS = {
    "HardSigmoid": "hard_sigmoid",
    "HardSilu": "hard_silu",
    "Relu": "relu",
    "Relu6": "relu6",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Silu": "silu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Tanh": "tanh",
}
# What Keras 2 names, as the operation of Keras 3.
_FUNCTIONS = {
    "__operators__.add": "Add",
    "__operators__.mul": "Multiply",
    "__operators__.sub": "Subtract",
    "__operators__.truediv": "TrueDivide",
    "math.add": "Add",
    "math.divide": "Divide",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
    "math.multiply": "Multiply",
    "math.sigmoid": "Sigmoid",
    "math.softplus": "Softplus",
    "math.subtract": "Subtract",
    "math.tanh": "Tanh",
    "math.truediv": "TrueDivide",
    "nn.relu": "Relu",
    "nn.relu6": "Relu6",
    "nn.sigmoid": "Sigmoid",
    "nn.silu": "Silu",
    "nn.swish": "Silu",
    "nn.tanh": "Tanh",
}
_OPERANDS = ("x1", "x2", "x", "y", "features")
_WITHOUT_SETTINGS = frozenset({"name", "trainable", "dtype", "function"})


def is_of_tensorflow(layer: LayerConfig) -> bool:
    """Whether it is an operation of TensorFlow, as Keras 2 has them."""
    return layer.cls.name in OF_TENSORFLOW


def operation_of(layer: LayerConfig) -> Translated | Untranslated | None:
    """What an operation of a model is in the studio; None for a layer."""
    if is_of_tensorflow(layer):
        function = layer.config.get("function")
        name = _FUNCTIONS.get(function, "") if isinstance(function, str) else ""
    elif layer.cls.area == OPERATIONS or _is_called_as_one(layer):
        name = layer.cls.name
    else:
        return None
    call = layer.calls[0] if layer.calls else Call(())
    operands = (*call.args, *(call.kwargs[key] for key in _OPERANDS if key in call.kwargs))
    plain = layer.config.keys() <= _WITHOUT_SETTINGS
    return (_translated(name, operands) if plain else None) or Untranslated()


def _is_called_as_one(layer: LayerConfig) -> bool:
    """Whether something without a module is an operation.

    In an ``.h5`` file of Keras 3 only the call tells an operation from the layer of that name: a
    layer takes a list.
    """
    known = layer.cls.name in _ARITHMETIC or layer.cls.name in _ACTIVATIONS
    if not known or not layer.cls.own or layer.cls.module or not layer.calls:
        return False
    args = layer.calls[0].args
    return layer.cls.kind is None or not args or not isinstance(args[0], list)


def _translated(name: str, operands: Sequence[Any]) -> Translated | None:
    arithmetic = _ARITHMETIC.get(name, _Arithmetic())
    match operands:
        case (Tensor() as tensor,) if name in _ACTIVATIONS:
            return Translated("activation", {"activation": _ACTIVATIONS[name]}, (tensor,))
        case (Tensor() as first, Tensor() as second) if arithmetic.merge:
            return Translated(arithmetic.merge, {}, (first, second))
        case (Tensor() as tensor, number) if arithmetic.tensor_first:
            return _rescaling(tensor, arithmetic.tensor_first, _numbers(number))
        case (number, Tensor() as tensor) if arithmetic.number_first:
            return _rescaling(tensor, arithmetic.number_first, _numbers(number))
    return None


def _rescaling(
    tensor: Tensor, params: Callable[[float], dict[str, float]], numbers: Sequence[float]
) -> Translated | None:
    if not numbers or (params is _divided and 0 in numbers):
        return None
    each = [params(number) for number in numbers]
    together: dict[str, Any] = {
        name: [one[name] for one in each] if len(each) > 1 else each[0][name] for name in each[0]
    }
    return Translated("rescaling", together, (tensor,))


def _numbers(raw: object) -> Sequence[float]:
    """A number, or one for each channel; empty for anything else."""
    if isinstance(raw, Mapping) and raw.get("class_name") in ("__numpy__", "__tensor__"):
        config = raw.get("config")
        raw = config.get("value") if isinstance(config, Mapping) else None
    while isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], list):
        raw = raw[0]
    numbers: list[Any] = raw if isinstance(raw, list) else [raw]
    fit = all(
        isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < _LARGEST
        for n in numbers
    )
    return [float(n) for n in numbers] if fit and len(numbers) <= MOST else []


_LARGEST = 3.4e38  # float32
