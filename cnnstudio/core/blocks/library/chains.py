"""Conv-BN-ReLU and VGG's stage: layers one behind the other."""

from __future__ import annotations

from cnnstudio.core.blocks.library.spec import LibraryBlock, Sketch
from cnnstudio.core.text import T


def conv_bn_relu(
    sketch: Sketch, part: str, filters: int, kernel: int = 3, **params: object
) -> None:
    """A convolution without bias, batch normalisation and ReLU, behind what was drawn last."""
    sketch.layer(
        f"{part}_conv",
        "conv2d",
        own=("filters",),
        filters=filters,
        kernel_size=kernel,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        **params,
    )
    sketch.layer(f"{part}_bn", "batch_normalization")
    sketch.layer(f"{part}_relu", "re_lu")


def _conv_bn_relu(sketch: Sketch) -> None:
    conv_bn_relu(sketch, "main", sketch.place.width)


def _vgg(sketch: Sketch) -> None:
    channels = sketch.place.channels
    filters = 64 if channels < 64 else min(2 * channels, 512)
    for part in ("conv_1", "conv_2"):
        sketch.layer(
            part,
            "conv2d",
            own=("filters",),
            filters=filters,
            kernel_size=3,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
        )
    sketch.layer("pool", "max_pooling2d")


BLOCKS = (
    LibraryBlock(
        id="conv_bn_relu",
        name="conv_bn_relu",
        pattern="conv_bn_relu",
        title=T("Conv-BN-ReLU"),
        summary=T("A convolution, batch normalisation and ReLU: the usual three of modern CNNs."),
        help=T(
            "Normalising between the convolution and its bend keeps the values in ReLU's range, "
            "so that training bears a higher learning rate. The convolution has no bias, since "
            "the normalisation's shift would take its place. It keeps the channels it is given, "
            "and makes 16 or 64 of a picture's own."
        ),
        paper="Ioffe & Szegedy, 2015, Batch Normalization, arXiv:1502.03167",
        draw=_conv_bn_relu,
    ),
    LibraryBlock(
        id="vgg",
        name="vgg",
        pattern="vgg",
        title=T("VGG stage"),
        summary=T("Two 3×3 convolutions with ReLU, then a pooling that halves rows and columns."),
        help=T(
            "Two 3×3 windows one behind the other see 5×5 pixels with fewer weights than one 5×5 "
            "window, and bend the values twice. Each stage halves the map and doubles its "
            "channels: 64 at first, then 128, 256 and at most 512."
        ),
        paper="Simonyan & Zisserman, 2014, Very Deep Convolutional Networks, arXiv:1409.1556",
        draw=_vgg,
    ),
)
