"""Activation: a function for every value, as a layer of its own."""

from __future__ import annotations

from dataclasses import replace

from cnnstudio.core.layers.common import ACTIVATION, same_shape, softmax_advice, unchanged
from cnnstudio.core.layers.spec import Family, LayerKind
from cnnstudio.core.text import T

KIND = LayerKind(
    id="activation",
    keras="Activation",
    family=Family.ACTIVATION,
    usual=True,
    summary=T("Sends every value through a function, such as relu."),
    help=T(
        "Without a function between them, two layers in a row could be computed as one; the bend "
        "makes depth worth something. As a layer of its own it can stand after a batch "
        "normalisation, and its output can be looked at by itself."
    ),
    parameters=(replace(ACTIVATION, default="relu", required=True),),
    output_shape=same_shape,
    reasons=unchanged,
    advice=softmax_advice,
    headline=("activation",),
)
