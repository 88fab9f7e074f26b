"""Every model of ``keras.applications`` as a network of the studio, layer by layer as in Keras."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import load_project, save_project
from tests.contract.conftest import keras  # noqa: F401 - the fixture
from tests.fakes.keras_networks import application, network_of

MODELS = [
    *(f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
    *(f"DenseNet{depth}" for depth in (121, 169, 201)),
    *(f"EfficientNetB{number}" for number in range(8)),
    *(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    "InceptionResNetV2",
    "InceptionV3",
    *(f"MobileNet{version}" for version in ("", "V2", "V3Large", "V3Small")),
    *(f"NASNet{size}" for size in ("Large", "Mobile")),
    *(f"ResNet{depth}{version}" for depth in (50, 101, 152) for version in ("", "V2")),
    "VGG16",
    "VGG19",
    "Xception",
]
ADVICE = {"uneven_same", "stride_drops", "dense_holds_most", "normalization.unadapted"}
"""What is told of some: TensorFlow's own padding, NASNetMobile's odd sizes, VGG's Dense layers, and
that a Normalization without weights doesn't know its pictures."""


def layers_of(model: Any) -> Iterator[tuple[str, Any]]:
    """Every layer and operation with the name it has in the network."""
    for one in model.operations:
        if not hasattr(one, "layers"):
            yield one.name, one
            continue
        for inner in one.layers:
            if type(inner).__name__ != "InputLayer":
                yield f"{one.name} {inner.name}", inner


def test_no_model_is_left_out(keras: ModuleType) -> None:  # noqa: F811
    there = {name for name in dir(keras.applications) if name[0].isupper()}
    assert set(MODELS) == there


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_as_keras_has_it(keras: ModuleType, name: str, tmp_path: Path) -> None:  # noqa: F811
    keras.backend.clear_session()
    model = application(name)
    network = network_of(model)
    analysis = analyse(network)
    assert analysis.errors == ()
    assert {problem.id for problem in analysis.problems} <= ADVICE
    ids = {node.name: node.id for node in network.layers}
    layers = dict(layers_of(model))
    assert ids.keys() == layers.keys()
    for called, layer in layers.items():
        known = analysis.nodes[ids[called]]
        assert known.output == tuple(layer.output.shape[1:]), called
        assert known.params == (layer.count_params() if hasattr(layer, "weights") else 0), called
    assert analysis.total_params == model.count_params()

    project = Project(name=name, network=network)
    first, second = tmp_path / f"{name}.cnnstudio", tmp_path / "again" / f"{name}.cnnstudio"
    second.parent.mkdir()
    save_project(project, first)
    opened = load_project(first)
    assert opened == project
    save_project(opened, second)
    assert first.read_bytes() == second.read_bytes()
