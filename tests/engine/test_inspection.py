"""Feature maps are Keras' own outputs, from one forward pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnstudio.core.data.scaling import fixed_scaler
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.engine.backends import describe
from cnnstudio.engine.context import JobContext
from cnnstudio.engine.outbox import Outbox
from cnnstudio.protocol.messages import FeatureMaps, LayerOutput

PICTURE = np.random.RandomState(1).randint(0, 256, (8, 8, 1)).astype(np.uint8)
LAYERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("n1", "input", {"shape": [8, 8, 1]}),
    ("n2", "conv2d", {"filters": 4, "kernel_size": 3, "activation": "relu"}),
    ("n3", "batch_normalization", {}),
    ("n4", "conv2d", {"filters": 4, "kernel_size": 3, "padding": "same"}),
    ("n5", "add", {}),
    ("n6", "dropout", {}),
    ("n7", "flatten", {}),
    ("n8", "dense", {"units": 3, "activation": "softmax"}),
)
LINKS = (
    Link("n1", "n2"),
    Link("n2", "n3"),
    Link("n3", "n4"),
    Link("n3", "n5"),
    Link("n4", "n5", 1),
    Link("n5", "n6"),
    Link("n6", "n7"),
    Link("n7", "n8"),
)
NETWORK = Network(
    tuple(LayerNode(id, kind, f"층 {id}", params) for id, kind, params in LAYERS), LINKS
)


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    describe("cpu")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    from cnnstudio.engine.checkpoints import weights_of
    from cnnstudio.engine.model import build_model

    run = RunFolder.create(tmp_path / "run", Project(network=NETWORK), epochs=2, seed=3)
    for epoch in (1, 2):
        run.checkpoints.write(epoch, weights_of(build_model(NETWORK, epoch)))
    return run


def ask(
    inspection: Any, run: RunFolder, layer: str, epoch: int = 1, picture: np.ndarray = PICTURE
) -> tuple[LayerOutput, np.ndarray]:
    sent: list[tuple[LayerOutput, bytes]] = []
    outbox = Outbox(lambda message, blob: sent.append((message, blob)))
    context = JobContext(outbox)
    rows, columns, channels = picture.shape
    message = FeatureMaps(
        run_dir=str(run.path), epoch=epoch, layer=layer, shape=(rows, columns, channels)
    )
    try:
        inspection.feature_maps(message, context, picture.tobytes())
    finally:
        outbox.close(10)
    ((answer, blob),) = sent
    return answer, np.frombuffer(blob, np.float32).reshape(answer.shape)


def test_every_layer_equals_keras_own_output(run: RunFolder) -> None:
    import keras

    from cnnstudio.engine.checkpoints import load_model
    from cnnstudio.engine.inspection import Inspection

    inspection = Inspection()
    model = load_model(run, 1)
    given = fixed_scaler("1/255", 1).apply(PICTURE[None])
    for (id, _, _), layer in zip(LAYERS, model.layers, strict=True):
        answer, output = ask(inspection, run, id)
        expected = keras.Model(model.inputs, layer.output).predict(given, verbose=0)[0]
        assert answer.shape == expected.shape
        np.testing.assert_allclose(output, expected, rtol=1e-6, atol=1e-6)
        assert answer.not_finite == 0
    np.testing.assert_allclose(answer.probabilities, expected, rtol=1e-6, atol=1e-7)


def test_one_forward_pass_answers_for_all_layers(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from cnnstudio.engine import inspection as module

    loads: list[int] = []
    passes: list[int] = []
    load_model, call = module.load_model, keras.Model.__call__

    def counted_load(run: RunFolder, epoch: int) -> keras.Model:
        loads.append(epoch)
        return load_model(run, epoch)

    def counted_call(self: keras.Model, *args: Any, **kwargs: Any) -> Any:
        passes.append(1)
        return call(self, *args, **kwargs)

    monkeypatch.setattr(module, "load_model", counted_load)
    monkeypatch.setattr(keras.Model, "__call__", counted_call)
    inspection = module.Inspection()
    for layer in ("n2", "n4", "n8"):
        ask(inspection, run, layer)
    assert (loads, len(passes)) == ([1], 1)
    ask(inspection, run, "n2", picture=255 - PICTURE)
    assert (loads, len(passes)) == ([1], 2)
    ask(inspection, run, "n2", epoch=2)
    assert (loads, len(passes)) == ([1, 2], 3)


def test_a_checkpoint_written_anew_is_read_anew(run: RunFolder) -> None:
    from cnnstudio.engine.checkpoints import weights_of
    from cnnstudio.engine.inspection import Inspection
    from cnnstudio.engine.model import build_model

    inspection = Inspection()
    _, before = ask(inspection, run, "n2")
    run.checkpoints.write(1, weights_of(build_model(NETWORK, 99)))
    _, after = ask(inspection, run, "n2")
    assert not np.allclose(before, after)


def test_numbers_that_are_not_finite_are_counted_and_cross_as_they_are(run: RunFolder) -> None:
    from cnnstudio.engine.inspection import Inspection

    weights = run.checkpoints.read_weights(1)
    name = next(name for name in weights if name.endswith("bias"))
    weights[name][1] = np.nan
    run.checkpoints.write(1, weights)
    answer, output = ask(Inspection(), run, "n2")
    # ReLU of a NaN is a NaN in Keras
    assert answer.not_finite == 36
    assert np.isnan(output[..., 1]).all()
    assert np.isfinite(output[..., 0]).all()
    assert answer.probabilities == (None, None, None)


def test_what_does_not_fit_is_refused_in_words(run: RunFolder) -> None:
    from cnnstudio.engine.inspection import Inspection

    inspection = Inspection()
    with pytest.raises(BadInput, match="no layer n9"):
        ask(inspection, run, "n9")
    with pytest.raises(BadInput, match="8×8×1"):
        ask(inspection, run, "n2", picture=np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(BadInput, match="no checkpoint of epoch 7"):
        ask(inspection, run, "n2", epoch=7)
