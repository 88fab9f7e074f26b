"""The regularisers of ``keras/src/regularizers``: a penalty on weights or outputs in the loss.

Left out: OrthogonalRegularizer, which takes matrices only and gives NaN for a single row.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.core.layers.parameters import Number
from cnnstudio.core.layers.variants import Variant, VariantOf
from cnnstudio.core.text import T, Text


def _factor(name: str, label: Text, default: float) -> Number:
    return Number(
        name=name,
        label=label,
        help=T("How much the penalty weighs in the loss; 0 switches it off."),
        default=default,
        minimum=0,
    )


VARIANTS = (
    Variant(
        name="l1",
        keras="L1",
        module="regularizers",
        help=T("Pulls every value towards 0 with the same strength: many become 0."),
        parameters=(_factor("l1", T("Factor λ"), 0.01),),
    ),
    Variant(
        name="l2",
        keras="L2",
        module="regularizers",
        help=T("Pulls large values towards 0 more strongly than small ones: all stay small."),
        parameters=(_factor("l2", T("Factor λ"), 0.01),),
    ),
    Variant(
        name="l1_l2",
        keras="L1L2",
        module="regularizers",
        help=T("Both penalties added up, each with a factor of its own."),
        parameters=(_factor("l1", T("Factor λ₁"), 0.0), _factor("l2", T("Factor λ₂"), 0.0)),
        start={"l1": 0.01, "l2": 0.01},
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regularizer(VariantOf):
    """A penalty in the loss, or None."""


def regularizer(name: str, label: Text, help: Text) -> Regularizer:
    """The parameter for a regulariser; none is Keras' default everywhere.

    Args:
        name: Keras' argument name.
        label: What a form calls it.
        help: What it is.
    """
    return Regularizer(
        name=name,
        label=label,
        help=help,
        default=None,
        variants=VARIANTS,
        aliases={"l1l2": "l1_l2"},
        optional=True,
        advanced=True,
    )
