"""All forty whole networks: counts, structure, files, and the answers with made-up weights."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnstudio.core.analysis import analyse
from cnnstudio.core.backbones import BACKBONES, Backbone, BackboneChoice
from tests.contract.conftest import keras
from tests.fakes.backbones import built, difference, fill_cache, use_cache

__all__ = ["keras"]

# What TensorFlow gives NumPy 2 while Keras reads and writes its own files.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class _Asked(Exception):
    """Keras has asked for a file."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("one", BACKBONES, ids=lambda one: one.name)
def test_a_network_is_as_keras_has_it(
    keras: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    one: Backbone,
) -> None:
    from keras.src.utils import file_utils

    from cnnstudio.engine.backbones import keras_model

    asked: list[tuple[Any, ...]] = []

    def get_file(name: str, url: str, *, cache_subdir: str, file_hash: str = "") -> None:
        asked.append((name, url, file_hash, cache_subdir))
        raise _Asked

    for head in (True, False):
        choice = BackboneChoice(name=one.name, size=one.size, head=head)
        model = keras_model(one, choice)
        assert model.count_params() == one.count(head=head)
        network = built(choice, tmp_path / "store")
        analysis = analyse(network)
        assert analysis.errors == ()
        assert analysis.output is not None
        assert analysis.output.output == tuple(model.output_shape[1:])
        with monkeypatch.context() as patch:
            patch.setattr(file_utils, "get_file", get_file)
            with pytest.raises(_Asked):
                getattr(keras.applications, one.name)(
                    include_top=head, input_shape=(one.size, one.size, 3)
                )
        file = one.weights_file(head=head, size=one.size)
        assert asked[-1] == (file.name, file.url, file.checksum, "models")

    # Made-up weights enlarge the last bit of a prepared picture: preparation has tests of its own.
    size = max(one.family.smallest, 64)
    small = BackboneChoice(name=one.name, size=size, pretrained=True, preprocessing=False)
    use_cache(monkeypatch, tmp_path / "keras")
    fill_cache(monkeypatch, small)
    network = built(small, tmp_path / "store")
    assert difference(keras, network, small, tmp_path / "store") <= 1e-5
