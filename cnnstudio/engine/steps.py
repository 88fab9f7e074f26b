"""The studio's training step: Keras' own, plus what only this batch lost and got right."""

from __future__ import annotations

from typing import Any

import keras

BATCH_LOSS = "loss_of_batch"
BATCH_ACCURACY = "accuracy_of_batch"


class TrainingModel(keras.Model):  # type: ignore[misc]
    """A model whose training logs also hold the batch's own loss and accuracy.

    Keras' logs are running means over the epoch. Both numbers are computed where the step is, so
    they cost no second pass, and arrive with the means that Keras fetches after every batch.
    """

    if keras.backend.backend() == "jax":
        # train_step hands its loss to this method, outside of what jax.grad traces; so does
        # test_step (keras/src/backend/jax/trainer.py).
        def _update_metrics_variables(
            self,
            metrics_variables: Any,
            unscaled_loss: Any,
            x: Any,
            y: Any,
            y_pred: Any,
            sample_weight: Any,
        ) -> tuple[dict[str, Any], Any]:
            logs, variables = super()._update_metrics_variables(
                metrics_variables, unscaled_loss, x, y, y_pred, sample_weight
            )
            return logs | _of_batch(unscaled_loss, y, y_pred), variables

    else:

        def train_step(self, data: Any) -> dict[str, Any]:
            """Trains on one batch; see ``keras/src/backend/*/trainer.py``."""
            logs = super().train_step(data)
            return {**logs, **self._of_batch}

        def compute_loss(
            self,
            x: Any = None,
            y: Any = None,
            y_pred: Any = None,
            sample_weight: Any = None,
            training: bool = True,
        ) -> Any:
            """The loss of one batch, kept for ``train_step``."""
            loss = super().compute_loss(x, y, y_pred, sample_weight, training)
            if training:
                self._of_batch = _of_batch(loss, y, y_pred)
            return loss


def _of_batch(loss: Any, y: Any, y_pred: Any) -> dict[str, Any]:
    right = keras.metrics.sparse_categorical_accuracy(y, y_pred)
    return {BATCH_LOSS: keras.ops.stop_gradient(loss), BATCH_ACCURACY: keras.ops.mean(right)}
