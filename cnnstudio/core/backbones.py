"""The networks of ``keras.applications``, as far as they can be told without Keras.

Names, sizes, files and checksums are those of ``keras/src/applications/*.py``; parameters are
counted there; accuracies are from https://keras.io/api/applications and, for MobileNetV3, from its
docstring. ``tests/contract/test_backbones.py`` compares.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from cnnstudio.core.errors import BadInput
from cnnstudio.core.text import T, Text

CLASSES = 1000
"""How many classes ImageNet has, and so a head with its weights."""
LARGEST = 2048
"""Rows and columns a backbone can be given here; more fits no memory."""

_STORE = "https://storage.googleapis.com/tensorflow/keras-applications/"
_KERNELS = (
    "{stem}_weights_tf_dim_ordering_tf_kernels.h5",
    "{stem}_weights_tf_dim_ordering_tf_kernels_notop.h5",
)
_PLAIN = ("{stem}.h5", "{stem}_notop.h5")


class Mode(StrEnum):
    """How a network's pictures are prepared (``keras/src/applications/imagenet_utils.py``)."""

    CAFFE = "caffe"  # red and blue swapped, ImageNet's means subtracted
    TF = "tf"  # −1..1
    TORCH = "torch"  # 0..1, ImageNet's means subtracted, divided by its deviations
    OPTIONAL = "optional"  # layers of the network itself, which can be left out
    INSIDE = "inside"  # layers of the network itself, always


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Networks of one design.

    Attributes:
        title: What it is called.
        summary: What it is known for, in one sentence.
        paper: Authors, year, title, arXiv number.
        mode: How its pictures are prepared.
        url: The folder its weights lie in, with a slash at its end.
        files: The names of a weights file with the head and without, in Keras' cache.
        remote: The same where they are downloaded from, if they are called otherwise there.
        sizes: The sizes that have weights of their own; () where one file does for all.
        smallest: The fewest rows and columns it takes.
    """

    title: str
    summary: Text
    paper: str
    mode: Mode
    url: str
    files: tuple[str, str] = _KERNELS
    remote: tuple[str, str] = ("", "")
    sizes: tuple[int, ...] = ()
    smallest: int = 32


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of ImageNet weights.

    Attributes:
        name: What it is called in the folder ``models`` of Keras' cache.
        url: Where it is downloaded from.
        checksum: Its MD5 or SHA-256 in hexadecimal digits; "" where Keras declares none.
    """

    name: str
    url: str
    checksum: str

    @property
    def path(self) -> Path:
        """Where it lies once it is in the cache."""
        return models_folder() / self.name


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network of ``keras.applications``.

    Attributes:
        name: Its name there, "ResNet50".
        family: Its design.
        stem: Its name in the names of its files.
        size: The rows and columns it was made for.
        params: Its parameters, with the head for ImageNet's classes.
        headless_params: Its parameters without a head.
        top1: The share of ImageNet's validation pictures it gets right, in percent.
        checksum: Of its weights file with the head; "" where Keras declares none.
        headless_checksum: Of the one without.
    """

    name: str
    family: Family
    stem: str
    size: int
    params: int
    headless_params: int
    top1: float
    checksum: str = ""
    headless_checksum: str = ""

    @property
    def id(self) -> str:
        """Its id in the palette."""
        return f"backbone {self.name}"

    @property
    def pattern(self) -> str:
        """The name its uses as blocks share."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """What the palette calls it."""
        return self.name

    @property
    def summary(self) -> Text:
        """What its family is known for."""
        return self.family.summary

    def count(self, *, head: bool) -> int:
        """Its parameters, with the head for ImageNet's classes or without."""
        return self.params if head else self.headless_params

    def weights_bytes(self, *, head: bool) -> int:
        """About how many bytes its weights file has: four for each parameter."""
        return 4 * self.count(head=head)

    def weights_file(self, *, head: bool, size: int) -> WeightsFile:
        """The file with its ImageNet weights.

        Args:
            head: Whether with the head.
            size: Rows and columns of the pictures.
        """
        family, which = self.family, 0 if head else 1
        rows = size if size in family.sizes else self.size
        name = family.files[which].format(stem=self.stem, rows=rows)
        remote = family.remote[which].format(stem=self.stem) or name
        url = family.url.format(stem=self.stem) + remote
        return WeightsFile(name, url, self.checksum if head else self.headless_checksum)


class BackboneChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decides about a backbone, and what its place says.

    Attributes:
        name: Which one, "ResNet50".
        size: Rows and columns it is given.
        head: Whether it ends in its classes instead of its last feature map.
        pretrained: Whether it has ImageNet's weights.
        preprocessing: Whether it begins with what prepares its pictures.
        frozen: Whether training leaves its weights as they are.
        channels: The channels it is given: 3, or any number without weights and preprocessing.
        classes: The classes its head tells apart; ImageNet's with weights.
        unit_range: Whether pictures come as 0..1 instead of 0..255.
    """

    name: str
    size: int
    head: bool = False
    pretrained: bool = False
    preprocessing: bool = True
    frozen: bool = False
    channels: int = 3
    classes: int = CLASSES
    unit_range: bool = False


def models_folder() -> Path:
    """The folder of Keras' cache where weights lie (``keras/src/utils/file_utils.py``)."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"


def backbone(name: str) -> Backbone:
    """The backbone with this name.

    Raises:
        BadInput: If there is none.
    """
    found = next((one for one in BACKBONES if one.name == name), None)
    if found is None:
        raise BadInput(T("keras.applications has no network called {name}.", name=name))
    return found


def check_choice(choice: BackboneChoice) -> Backbone:
    """The backbone of a choice that Keras can build.

    Raises:
        BadInput: If it can't; the sentence names what to change.
    """
    found = backbone(choice.name)
    smallest = found.family.smallest
    if not smallest <= choice.size <= LARGEST:
        raise BadInput(
            T(
                "{name} takes pictures of {smallest} to {largest} rows and columns, not {size}.",
                name=found.name,
                smallest=smallest,
                largest=LARGEST,
                size=choice.size,
            )
        )
    if choice.head and choice.pretrained:
        if choice.size != found.size:
            raise BadInput(
                T(
                    "The head of {name} with ImageNet's weights takes pictures of {size}×{size}. "
                    "Choose that size, or cut the head off.",
                    name=found.name,
                    size=found.size,
                )
            )
        if choice.classes != CLASSES:
            raise BadInput(
                T(
                    "The head of {name} with ImageNet's weights has {classes} classes. Cut it off "
                    "and add one for yours.",
                    name=found.name,
                    classes=CLASSES,
                )
            )
    if choice.channels != 3 and (choice.pretrained or choice.preprocessing):
        raise BadInput(
            T(
                "{name} takes pictures of 3 channels where it has ImageNet's weights or prepares "
                "its pictures, not {channels}.",
                name=found.name,
                channels=choice.channels,
            )
        )
    return found


_VGG = Family(
    title="VGG",
    summary=T("3×3 convolutions one behind the other: simple, large and slow."),
    paper="Simonyan & Zisserman, 2014, Very Deep Convolutional Networks, arXiv:1409.1556",
    mode=Mode.CAFFE,
    url=_STORE + "{stem}/",
)
_RESNET = Family(
    title="ResNet",
    summary=T("Residual bottlenecks: deep networks that still train; the usual first choice."),
    paper="He et al., 2015, Deep Residual Learning, arXiv:1512.03385",
    mode=Mode.CAFFE,
    url=_STORE + "resnet/",
)
_RESNET_V2 = Family(
    title="ResNet V2",
    summary=T("ResNet with normalisation and ReLU before each convolution."),
    paper="He et al., 2016, Identity Mappings in Deep Residual Networks, arXiv:1603.05027",
    mode=Mode.TF,
    url=_STORE + "resnet/",
)
_INCEPTION = Family(
    title="Inception",
    summary=T("Windows of several sizes side by side, large ones split into thin ones."),
    paper="Szegedy et al., 2015, Rethinking the Inception Architecture, arXiv:1512.00567",
    mode=Mode.TF,
    url=_STORE + "{stem}/",
    smallest=75,
)
_INCEPTION_RESNET = Family(
    title="Inception-ResNet",
    summary=T("Inception's branches, added to what came in as ResNet does."),
    paper="Szegedy et al., 2016, Inception-v4 and Inception-ResNet, arXiv:1602.07261",
    mode=Mode.TF,
    url=_STORE + "{stem}/",
    smallest=75,
)
_XCEPTION = Family(
    title="Xception",
    summary=T("Separable convolutions with residual links: Inception taken to its end."),
    paper="Chollet, 2016, Xception, arXiv:1610.02357",
    mode=Mode.TF,
    url=_STORE + "{stem}/",
    smallest=71,
)
_DENSENET = Family(
    title="DenseNet",
    summary=T("Every layer of a stage sees the outputs of all before it."),
    paper="Huang et al., 2016, Densely Connected Convolutional Networks, arXiv:1608.06993",
    mode=Mode.TORCH,
    url=_STORE + "densenet/",
)
_MOBILENET = Family(
    title="MobileNet",
    summary=T("Depthwise and 1×1 convolutions: small and fast, made for phones."),
    paper="Howard et al., 2017, MobileNets, arXiv:1704.04861",
    mode=Mode.TF,
    url=_STORE + "mobilenet/",
    files=("mobilenet_1_0_{rows}_tf.h5", "mobilenet_1_0_{rows}_tf_no_top.h5"),
    sizes=(128, 160, 192, 224),
)
_MOBILENET_V2 = Family(
    title="MobileNet V2",
    summary=T("Inverted residual blocks: wide inside, narrow where they are added."),
    paper="Sandler et al., 2018, MobileNetV2, arXiv:1801.04381",
    mode=Mode.TF,
    url=_STORE + "mobilenet_v2/",
    files=(
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{rows}.h5",
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{rows}_no_top.h5",
    ),
    sizes=(96, 128, 160, 192, 224),
)
_MOBILENET_V3 = Family(
    title="MobileNet V3",
    summary=T("MobileNet V2 with squeeze-and-excite, its shape found by search."),
    paper="Howard et al., 2019, Searching for MobileNetV3, arXiv:1905.02244",
    mode=Mode.OPTIONAL,
    url=_STORE + "mobilenet_v3/",
    files=(
        "weights_mobilenet_v3_{stem}_224_1.0_float.h5",
        "weights_mobilenet_v3_{stem}_224_1.0_float_no_top_v2.h5",
    ),
)
_NASNET = Family(
    title="NASNet",
    summary=T("Cells that a search over designs has found; hundreds of small layers."),
    paper="Zoph et al., 2017, Learning Transferable Architectures, arXiv:1707.07012",
    mode=Mode.TF,
    url=_STORE + "nasnet/",
    files=("nasnet_{stem}.h5", "nasnet_{stem}_no_top.h5"),
    remote=("NASNet-{stem}.h5", "NASNet-{stem}-no-top.h5"),
)
_EFFICIENTNET = Family(
    title="EfficientNet",
    summary=T("Depth, width and picture size grow together, from B0 to B7."),
    paper="Tan & Le, 2019, EfficientNet, arXiv:1905.11946",
    mode=Mode.INSIDE,
    url="https://storage.googleapis.com/keras-applications/",
    files=_PLAIN,
)
_EFFICIENTNET_V2 = Family(
    title="EfficientNet V2",
    summary=T("EfficientNet with plain convolutions in its first stages: trains faster."),
    paper="Tan & Le, 2021, EfficientNetV2, arXiv:2104.00298",
    mode=Mode.OPTIONAL,
    url=_STORE + "efficientnet_v2/",
    files=_PLAIN,
)
_CONVNEXT = Family(
    title="ConvNeXt",
    summary=T("A ResNet brought up to date with what transformers have taught."),
    paper="Liu et al., 2022, A ConvNet for the 2020s, arXiv:2201.03545",
    mode=Mode.OPTIONAL,
    url=_STORE + "convnext/",
    files=_PLAIN,
)

# fmt: off
BACKBONES = (
    Backbone("Xception", _XCEPTION, "xception", 299, 22_910_480, 20_861_480,
             79.0, "0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
    Backbone("VGG16", _VGG, "vgg16", 224, 138_357_544, 14_714_688,
             71.3, "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
    Backbone("VGG19", _VGG, "vgg19", 224, 143_667_240, 20_024_384,
             71.3, "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
    Backbone("ResNet50", _RESNET, "resnet50", 224, 25_636_712, 23_587_712,
             74.9, "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    Backbone("ResNet101", _RESNET, "resnet101", 224, 44_707_176, 42_658_176,
             76.4, "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    Backbone("ResNet152", _RESNET, "resnet152", 224, 60_419_944, 58_370_944,
             76.6, "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
    Backbone("ResNet50V2", _RESNET_V2, "resnet50v2", 224, 25_613_800, 23_564_800,
             76.0, "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    Backbone("ResNet101V2", _RESNET_V2, "resnet101v2", 224, 44_675_560, 42_626_560,
             77.2, "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    Backbone("ResNet152V2", _RESNET_V2, "resnet152v2", 224, 60_380_648, 58_331_648,
             78.0, "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
    Backbone("InceptionV3", _INCEPTION, "inception_v3", 299, 23_851_784, 21_802_784,
             77.9, "9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
    Backbone("InceptionResNetV2", _INCEPTION_RESNET, "inception_resnet_v2", 299,
             55_873_736, 54_336_736,
             80.3, "e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"),
    Backbone("MobileNet", _MOBILENET, "mobilenet", 224, 4_253_864, 3_228_864, 70.4),
    Backbone("MobileNetV2", _MOBILENET_V2, "mobilenet_v2", 224, 3_538_984, 2_257_984, 71.3),
    Backbone("MobileNetV3Small", _MOBILENET_V3, "small", 224, 2_554_968, 939_120,
             68.1, "8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    Backbone("MobileNetV3Large", _MOBILENET_V3, "large", 224, 5_507_432, 2_996_352,
             75.6, "59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    Backbone("DenseNet121", _DENSENET, "densenet121", 224, 8_062_504, 7_037_504,
             75.0, "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    Backbone("DenseNet169", _DENSENET, "densenet169", 224, 14_307_880, 12_642_880,
             76.2, "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    Backbone("DenseNet201", _DENSENET, "densenet201", 224, 20_242_984, 18_321_984,
             77.3, "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
    Backbone("NASNetMobile", _NASNET, "mobile", 224, 5_326_716, 4_269_716,
             74.4, "020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"),
    Backbone("NASNetLarge", _NASNET, "large", 331, 88_949_818, 84_916_818,
             82.5, "11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"),
    Backbone("EfficientNetB0", _EFFICIENTNET, "efficientnetb0", 224, 5_330_571, 4_049_571,
             77.1, "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    Backbone("EfficientNetB1", _EFFICIENTNET, "efficientnetb1", 240, 7_856_239, 6_575_239,
             79.1, "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    Backbone("EfficientNetB2", _EFFICIENTNET, "efficientnetb2", 260, 9_177_569, 7_768_569,
             80.1, "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    Backbone("EfficientNetB3", _EFFICIENTNET, "efficientnetb3", 300, 12_320_535, 10_783_535,
             81.6, "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    Backbone("EfficientNetB4", _EFFICIENTNET, "efficientnetb4", 380, 19_466_823, 17_673_823,
             82.9, "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    Backbone("EfficientNetB5", _EFFICIENTNET, "efficientnetb5", 456, 30_562_527, 28_513_527,
             83.6, "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    Backbone("EfficientNetB6", _EFFICIENTNET, "efficientnetb6", 528, 43_265_143, 40_960_143,
             84.0, "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    Backbone("EfficientNetB7", _EFFICIENTNET, "efficientnetb7", 600, 66_658_687, 64_097_687,
             84.3, "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
    Backbone("EfficientNetV2B0", _EFFICIENTNET_V2, "efficientnetv2-b0", 224, 7_200_312, 5_919_312,
             78.7, "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    Backbone("EfficientNetV2B1", _EFFICIENTNET_V2, "efficientnetv2-b1", 240, 8_212_124, 6_931_124,
             79.8, "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    Backbone("EfficientNetV2B2", _EFFICIENTNET_V2, "efficientnetv2-b2", 260, 10_178_374, 8_769_374,
             80.5, "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    Backbone("EfficientNetV2B3", _EFFICIENTNET_V2, "efficientnetv2-b3", 300, 14_467_622, 12_930_622,
             82.0, "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    Backbone("EfficientNetV2S", _EFFICIENTNET_V2, "efficientnetv2-s", 384, 21_612_360, 20_331_360,
             83.9, "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    Backbone("EfficientNetV2M", _EFFICIENTNET_V2, "efficientnetv2-m", 480, 54_431_388, 53_150_388,
             85.3, "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    Backbone("EfficientNetV2L", _EFFICIENTNET_V2, "efficientnetv2-l", 480, 119_027_848, 117_746_848,
             85.7, "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
    Backbone("ConvNeXtTiny", _CONVNEXT, "convnext_tiny", 224, 28_589_128, 27_820_128,
             81.3,
             "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
             "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1"),
    Backbone("ConvNeXtSmall", _CONVNEXT, "convnext_small", 224, 50_223_688, 49_454_688,
             82.3,
             "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
             "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab"),
    Backbone("ConvNeXtBase", _CONVNEXT, "convnext_base", 224, 88_591_464, 87_566_464,
             85.3,
             "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
             "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45"),
    Backbone("ConvNeXtLarge", _CONVNEXT, "convnext_large", 224, 197_767_336, 196_230_336,
             86.3,
             "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
             "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd"),
    Backbone("ConvNeXtXLarge", _CONVNEXT, "convnext_xlarge", 224, 350_196_968, 348_147_968,
             86.7,
             "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
             "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05"),
)
# fmt: on
"""Every network of ``keras.applications``, in the palette's order."""
