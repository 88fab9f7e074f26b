"""Heads: what makes a score for every class of the last feature map."""

from __future__ import annotations

from cnnstudio.core.blocks.library.spec import LibraryBlock, Sketch
from cnnstudio.core.text import T


def _scores(sketch: Sketch) -> None:
    classes = sketch.place.classes
    sketch.layer("scores", "dense", own=("units",), units=classes, activation="softmax")


def _gap(sketch: Sketch) -> None:
    sketch.layer("pool", "global_average_pooling2d")
    _scores(sketch)


def _flatten(sketch: Sketch) -> None:
    sketch.layer("flatten", "flatten")
    sketch.layer("hidden", "dense", units=128, activation="relu", kernel_initializer="he_normal")
    sketch.layer("dropout", "dropout", rate=0.5)
    _scores(sketch)


BLOCKS = (
    LibraryBlock(
        id="head_gap",
        name="head",
        pattern="head_gap",
        title=T("Head with global average pooling"),
        summary=T("The mean of every channel, then a Dense layer with a unit for each class."),
        help=T(
            "Each channel says how much of its feature there is in the whole picture. There are "
            "only channels × classes weights, so this head hardly overfits, and it takes pictures "
            "of any size. Its units are the number of classes of your data."
        ),
        paper="Lin et al., 2013, Network In Network, arXiv:1312.4400",
        draw=_gap,
    ),
    LibraryBlock(
        id="head_flatten",
        name="head",
        pattern="head_flatten",
        title=T("Head with Flatten"),
        summary=T("Flatten, a hidden Dense layer, Dropout, and a Dense layer for the classes."),
        help=T(
            "Every place of every channel has weights of its own, so it matters where a feature "
            "is. That makes most of the parameters of many networks, hence the Dropout against "
            "overfitting. Its units are the number of classes of your data."
        ),
        paper="Krizhevsky et al., 2012, ImageNet Classification with Deep CNNs (NeurIPS)",
        draw=_flatten,
    ),
)
