"""Whole networks against ``keras.applications``: table, structure, preparation, weights."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import BACKBONES, BackboneChoice, Mode, backbone
from cnnstudio.core.blocks.pretrained import SWAP, prepared
from cnnstudio.core.errors import JobFailed
from cnnstudio.core.network import StoredWeights
from tests.fakes.backbones import built, difference, fill_cache, module_of, use_cache
from tests.fakes.networks import chain

# What TensorFlow gives NumPy 2 while Keras reads and writes its own files.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PASSED_THROUGH = ("EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny", "MobileNetV3Small")


def test_checksums_are_those_of_keras(keras: ModuleType) -> None:
    folder = Path(str(keras.__file__)).parent / "src" / "applications"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    there = {name for name in dir(keras.applications) if name[0].isupper()}
    assert {one.name for one in BACKBONES} == there
    for one in BACKBONES:
        for head in (True, False):
            checksum = one.weights_file(head=head, size=one.size).checksum
            assert checksum in source
            assert bool(checksum) != (one.family.title in ("MobileNet", "MobileNet V2"))


@pytest.mark.parametrize("unit_range", [False, True])
@pytest.mark.parametrize("name", ["VGG16", "Xception", "DenseNet121"])
def test_preparation_equals_preprocess_input(
    keras: ModuleType, name: str, unit_range: bool
) -> None:
    from cnnstudio.engine.backbones import SWAPPED
    from cnnstudio.engine.model import build_model, set_weights

    pictures = np.random.RandomState(0).randint(0, 256, (4, 8, 8, 3)).astype(np.float32)
    expected = module_of(keras, name).preprocess_input(pictures.copy())
    choice = BackboneChoice(name=name, size=32, unit_range=unit_range)
    plain = chain(("input", {"shape": [8, 8, 3]}), ("activation", {"activation": "linear"}))
    swap = StoredWeights("0" * 64, 0, (SWAPPED.shape,))
    network = prepared(plain, backbone(name), choice, swap)
    model = build_model(network, 0)
    set_weights(model, network, {n.id: [SWAPPED] for n in network.layers if n.name == SWAP})
    given = pictures * np.float32(1 / 255) if unit_range else pictures
    found = keras.ops.convert_to_numpy(model(given))
    assert np.abs(found - expected).max() <= 1e-6 * np.ptp(expected)


def test_every_other_family_prepares_its_pictures_itself(keras: ModuleType) -> None:
    pictures = np.random.RandomState(0).uniform(0, 255, (1, 4, 4, 3)).astype(np.float32)
    families = {backbone(name).family.title for name in PASSED_THROUGH}
    for name in PASSED_THROUGH:
        passed = module_of(keras, name).preprocess_input(pictures.copy())
        assert np.array_equal(passed, pictures)
    modes = (Mode.OPTIONAL, Mode.INSIDE)
    assert {one.family.title for one in BACKBONES if one.family.mode in modes} == families


@pytest.mark.parametrize(
    "choice",
    [
        BackboneChoice(name="VGG16", size=32, pretrained=True, frozen=True, unit_range=True),
        BackboneChoice(name="EfficientNetB0", size=32, pretrained=True),
    ],
    ids=lambda choice: choice.name,
)
def test_a_network_with_weights_answers_as_keras_does(
    keras: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, choice: BackboneChoice
) -> None:
    use_cache(monkeypatch, tmp_path / "keras")
    fill_cache(monkeypatch, choice)
    network = built(choice, tmp_path / "store")
    analysis = analyse(network)
    assert analysis.errors == ()
    assert (analysis.trainable_params == 0) == choice.frozen
    assert difference(keras, network, choice, tmp_path / "store") <= 1e-5


@pytest.mark.usefixtures("keras")
def test_damaged_weights_in_the_cache_are_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choice = BackboneChoice(name="MobileNet", size=128, pretrained=True)
    use_cache(monkeypatch, tmp_path)
    path = backbone(choice.name).weights_file(head=False, size=128).path
    path.parent.mkdir()
    path.write_bytes(b"half a file")
    with pytest.raises(JobFailed, match=r"mobilenet_1_0_128_tf_no_top.h5 is damaged"):
        built(choice, tmp_path / "store")


@pytest.mark.usefixtures("keras")
def test_a_head_without_weights_has_the_classes_that_are_asked_for(tmp_path: Path) -> None:
    choice = BackboneChoice(name="MobileNetV3Small", size=48, head=True, classes=7)
    network = built(choice, tmp_path)
    analysis = analyse(network)
    assert analysis.output is not None
    assert analysis.output.output == (7,)
    assert all(node.weights is None for node in network.layers)
    assert not list(tmp_path.iterdir())
    whole = backbone("MobileNetV3Small")
    assert analysis.total_params == whole.params - (1000 - 7) * 1025
