"""Any name a person can give runs in Keras, in the code, and comes back from a weights file."""

from __future__ import annotations

from contextlib import suppress
from types import ModuleType

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from tests.fakes.networks import chain

NAMES = st.text(st.characters(), min_size=1, max_size=12) | st.sampled_from(
    ["합성곱 층", "👩‍🔬🧪", "conv2d", "Conv2D", "a.b", "..", "-", "_", "class", "import", "x",
     "layer", "\ud800", "input_tensor", "Model", "seed_generator", "1", "é", "é", '"',
     "'", "\\", "{x}", "#", "%s", "L2", "optimizer", "kernel", "a" * 300]
)  # fmt: skip


# One that Keras makes from its name and one that is made before: both draw from the same seed.
MIXED = {
    "kernel_initializer": "he_normal",
    "bias_initializer": {"name": "random_normal", "stddev": 0.1},
}


@st.composite
def named(draw: st.DrawFn) -> Network:
    """A chain whose layers have any names that are accepted."""
    network = chain(
        ("input", {"shape": [4, 4, 2]}),
        ("conv2d", {"filters": 2, "kernel_size": 1, "kernel_regularizer": "l2", **MIXED}),
        ("batch_normalization", {}),
        ("activation", {"activation": "tanh"}),
        ("dropout", {"rate": 0.5}),
        ("flatten", {}),
        ("dense", {"units": 2}),
    )
    names = draw(st.lists(NAMES, min_size=7, max_size=7))
    for node, name in zip(network.layers, names, strict=True):
        with suppress(BadInput):
            network = edits.rename(network, node.id, name)
    return network


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(named())
def test_any_accepted_name_runs(keras: ModuleType, network: Network) -> None:
    from cnnstudio.engine.checkpoints import weights_of
    from cnnstudio.engine.model import build_model

    saved = encode_project(Project(network=network))
    assert decode_project(saved, "file").network == network
    names = safe_names(network)
    model = build_model(network, seed=1)
    assert [layer.name for layer in model.layers] == list(names.values())
    assert model.predict_on_batch(np.ones((1, 4, 4, 2), "float32")).shape == (1, 2)
    assert len(weights_of(model)) == len(model.weights)

    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    scope: dict[str, object] = {}
    exec(compile(write_model_code(network), "model.py", "exec"), scope)
    written = scope["model"]
    assert isinstance(written, keras.Model)
    assert [layer.name for layer in written.layers] == list(names.values())
    for ours, theirs in zip(model.get_weights(), written.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
