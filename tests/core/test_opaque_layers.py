"""A layer the studio doesn't know is kept as it is through everything that is done around it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.clipboard import read_clip, write_clip
from cnnstudio.core.code.writer import write_model_code
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import Link, Network
from cnnstudio.core.project import Project
from cnnstudio.core.storage.project_file import decode_project, encode_project
from cnnstudio.core.text import T
from tests.fakes.networks import chain

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def network_with(kind: str, params: dict[str, Any], extra: dict[str, Any]) -> Network:
    network = chain(("input", {}), ("flatten", {}), ("dense", {"units": 3}))
    input_, flatten, dense = network.layers
    opaque = msgspec.structs.replace(
        flatten, kind=kind, name="신비 🧪 층", params=params, extra=extra
    )
    return msgspec.structs.replace(network, layers=(input_, opaque, dense))


def config(network: Network, id: str = "n2") -> str:
    """What must not change, true and 1 and 1.0 told apart, keys in their order."""
    node = network.by_id[id]
    return repr((node.kind, node.params, node.extra))


@settings(max_examples=60, deadline=None)
@given(params=st.dictionaries(WORDS, JSON, max_size=4), more=JSON)
def test_its_config_outlives_saving_copying_and_undoing(
    params: dict[str, Any], more: object
) -> None:
    network = network_with("my_package>MyLayer", params, {"weights_of": more})
    kept = config(network)
    saved = encode_project(Project(network=network))
    back = decode_project(saved, "file")
    assert config(back.network) == kept
    assert encode_project(back) == saved

    pasted = read_clip(write_clip(network, ["n2"]))
    assert config(pasted, pasted.layers[0].id) == kept

    document = Document(Project(network=network))
    for edit in (
        lambda n: edits.rename(n, "n2", "mine"),
        lambda n: edits.move(n, {"n2": (5.0, 7.0)}),
        lambda n: edits.disconnect(n, Link("n2", "n3")),
        lambda n: edits.connect(n, "n1", "n2", 1),
        lambda n: edits.delete(n, ["n2"]),
    ):
        document.apply_network(edit, T("Edit"))
        if "n2" in document.network.by_id:
            assert config(document.network) == kept
    while document.undo_text is not None:
        document.undo()
    assert document.network == network
    assert config(document.network) == kept


def test_engine_and_code_refuse_it_by_name() -> None:
    network = network_with("MyLayer", {"factor": 2}, {})
    (problem,) = analyse(network).errors
    assert str(problem.text).startswith(
        "The studio doesn't know the layer kind MyLayer of 신비 🧪 층"
    )
    with pytest.raises(BadInput, match="MyLayer of 신비 🧪 층"):
        write_model_code(network)
    with pytest.raises(BadInput, match="no parameter factor"):
        edits.set_parameter(network, "n2", "factor", 3)
