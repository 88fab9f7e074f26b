"""A model's answers, with the penalties that Keras adds to the loss."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


class Measurer:
    """Answers batches of pictures and says what the regularisers add to the loss for them.

    Args:
        model: The network, with its weights.

    Attributes:
        weight_penalty: What the regularisers of weights add, whatever the pictures.
    """

    def __init__(self, model: keras.Model) -> None:
        self._regularised = [
            layer for layer in model.layers if layer.activity_regularizer is not None
        ]
        outputs = [model.outputs[0], *(layer.output for layer in self._regularised)]
        self._model = keras.Model(model.inputs[0], outputs)
        self.weight_penalty = sum(
            _number(weight.regularizer(weight))
            for weight in model.trainable_weights
            if weight.regularizer is not None
        )

    def answer(self, pictures: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """The probabilities of a batch, and the penalty on outputs for one of its pictures.

        The penalty is the batch's mean, as in ``Layer.__call__`` (keras/src/layers/layer.py).
        """
        given = self._model.predict_on_batch(pictures)
        answers, *outputs = given if self._regularised else [given]  # Keras gives one output bare
        penalties = (
            _number(layer.activity_regularizer(keras.ops.convert_to_tensor(output)))
            for layer, output in zip(self._regularised, outputs, strict=True)
        )
        return answers, sum(penalties) / len(pictures)


def _number(tensor: Any) -> float:
    return float(keras.ops.convert_to_numpy(tensor))
