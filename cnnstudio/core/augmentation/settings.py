"""The augmentation of a project: one frozen value, as its file and its code have it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from cnnstudio.core.augmentation.arguments import ARGUMENTS, Argument
from cnnstudio.core.layers.parameters import ParameterError

_FITTED = ("featurewise_center", "featurewise_std_normalization", "zca_whitening")
_STANDARDISING = (*_FITTED, "samplewise_center", "samplewise_std_normalization")
_ALONE = frozenset({"fill_mode", "cval", "interpolation_order", "zca_epsilon"})


class Augmentation(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """What is done to the training pictures before the network gets them.

    What is computed from it once (`dict=True`) is no field.

    Attributes:
        params: Raw values of the arguments that differ from their default, by Keras' name; names
            the studio doesn't know are kept.
    """

    params: dict[str, Any] = {}

    @property
    def values(self) -> dict[str, Any]:
        """The read values of all arguments; the default where a value is refused."""
        return self._reading[0]

    @property
    def refused(self) -> tuple[ParameterError, ...]:
        """One error for each raw value that its argument can't take."""
        return self._reading[1]

    @property
    def stated(self) -> dict[str, Any]:
        """The read values that differ from their default, in the order of a form."""
        return {
            name: value
            for name, value in self.values.items()
            if not ARGUMENTS[name].is_neutral(value)
        }

    @property
    def acting(self) -> tuple[Argument, ...]:
        """The arguments that change pictures; edges and the like only do so with others."""
        return tuple(ARGUMENTS[name] for name in self.stated if name not in _ALONE)

    @property
    def standardises(self) -> bool:
        """Whether pictures are standardised too, so validation and test pictures need it alike."""
        return any(self.values[name] for name in _STANDARDISING)

    @property
    def fitted(self) -> bool:
        """Whether numbers of the training pictures are needed first."""
        return any(self.values[name] for name in _FITTED)

    @cached_property
    def _reading(self) -> tuple[dict[str, Any], tuple[ParameterError, ...]]:
        values, refused = {}, []
        for name, argument in ARGUMENTS.items():
            values[name] = argument.parameter.default
            if name in self.params:
                try:
                    values[name] = argument.parameter.read(self.params[name])
                except ParameterError as error:
                    refused.append(error)
        return values, tuple(refused)


def with_argument(augmentation: Augmentation, name: str, raw: Any) -> Augmentation:
    """The augmentation with one argument set, or left out where `raw` is its default."""
    argument = ARGUMENTS[name]
    params = {key: one for key, one in augmentation.params.items() if key != name}
    try:
        neutral = argument.is_neutral(argument.parameter.read(raw))
    except ParameterError:
        neutral = False
    return Augmentation(params if neutral else params | {name: raw})
