"""Every layer kind on its way: project file, engine, written code and run."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as how
from hypothesis import strategies as st

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.layers.spec import LayerKind
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.engine.arguments import keras_arguments
from tests.contract.agreement import declared
from tests.contract.settings import KINDS, settings


@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda kind: kind.id)
@how(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_file_engine_and_code_make_the_same_layer(kind: LayerKind, data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([[4, 4, 2], [6, 5, 1], [4], [4, 4, 4]]))
    layers = (
        LayerNode("n1", "input", "input", {"shape": shape}),
        LayerNode("n2", kind.id, "layer", data.draw(settings(kind))),
    )
    links = tuple(Link("n1", "n2", slot) for slot in range(kind.inputs[0]))
    network = Network(layers, links)
    analysis = analyse(network)
    assume(not analysis.errors)
    assert decode_project(encode_project(Project(network=network)), "a file").network == network
    made = declared(kind)(name="layer", **keras_arguments(layers[1].values))
    given = [keras.KerasTensor((None, *shape)) for _ in links]
    made(given if kind.merges else given[0])  # some settle their arguments when they are built
    scope: dict[str, Any] = {}
    exec(compile(write_model_code(network), "model.py", "exec"), scope)
    assert scope["model"].get_layer("layer").get_config() == made.get_config()
    assert scope["model"].output_shape == (None, *analysis.nodes["n2"].output)
