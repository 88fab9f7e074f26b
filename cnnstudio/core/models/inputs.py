"""The shape of a model's input, wherever its config has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.parameters import is_whole
from cnnstudio.core.models.configs import LayerConfig, ModelConfig
from cnnstudio.core.models.notes import Notes, damaged
from cnnstudio.core.text import T, Text


class UnknownInputShape(BadInput):
    """A model that doesn't say how large its pictures are; it opens once it is told.

    Attributes:
        shape: What the model says, without the batch axis and with None for a length it leaves
            open; empty where it says nothing.
    """

    def __init__(self, shape: tuple[int | None, ...], text: Text) -> None:
        super().__init__(text)
        self.shape = shape


class Inputs:
    """Finds the shapes of the inputs of a network.

    Args:
        given: The shape of one picture for a model that doesn't say it, if a person did.
        notes: Takes what isn't kept.
    """

    def __init__(self, given: Sequence[int] | None, notes: Notes) -> None:
        self._given = list(given) if given is not None else None
        self._notes = notes

    def shape(self, layer: LayerConfig) -> list[Any]:
        """The shape of an InputLayer, without the batch axis.

        Raises:
            UnknownInputShape: Where it leaves a length open and none was given.
            BadInput: For what is no shape.
        """
        return self._resolved(layer.name, _stated(layer.config))

    def first_shape(self, model: ModelConfig, layer: LayerConfig) -> list[Any]:
        """The shape of what the first layer of a Sequential without an InputLayer takes.

        Raises:
            UnknownInputShape: Where nothing says it and none was given.
            BadInput: For what is no shape.
        """
        stated = _stated(layer.config)
        return self._resolved(layer.name, model.built_for if stated is None else stated)

    def _resolved(self, layer: str, stated: object) -> list[Any]:
        if stated is None:
            if self._given is not None:
                return self._given
            raise UnknownInputShape(
                (),
                T(
                    "The model was saved before it was built, so it doesn't say how large its "
                    "pictures are. Give the rows, columns and channels of one."
                ),
            )
        if not isinstance(stated, list | tuple) or len(stated) < 2:
            raise damaged(layer, T("its input shape can't be read"))
        batch, *shape = stated
        if not all(one is None or is_whole(one) for one in stated):
            raise damaged(layer, T("its input shape can't be read"))
        if batch is not None:
            self._notes.not_kept("batch_size", layer)
        if None not in shape:
            return shape
        if self._given is not None and _fits(self._given, shape):
            return self._given
        raise UnknownInputShape(
            tuple(shape),
            T(
                "The model takes pictures of several sizes ({shape}); the studio needs one of "
                "them. Give the rows, columns and channels.",
                shape="×".join("?" if one is None else str(one) for one in shape),
            ),
        )


def _fits(given: Sequence[int], shape: Sequence[int | None]) -> bool:
    pairs = zip(given, shape, strict=False)
    return len(given) == len(shape) and all(one in (None, length) for length, one in pairs)


def _stated(config: Mapping[str, Any]) -> object:
    """The shape with the batch axis that a layer's config has; None if it has none."""
    for key in ("batch_shape", "batch_input_shape"):
        if config.get(key) is not None:
            stated: object = config[key]
            return stated
    for key in ("shape", "input_shape"):
        if isinstance(config.get(key), list | tuple):
            return [None, *config[key]]
    width = config.get("input_dim")
    return None if width is None else [None, width]
