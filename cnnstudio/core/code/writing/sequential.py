"""The Sequential style, for a plain chain: a list of layers."""

from __future__ import annotations

from collections.abc import Mapping

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.code.comments import note_lines, shape_comment
from cnnstudio.core.code.writing.layers import explicit_names, imports_of, kind_of, layer_call
from cnnstudio.core.code.writing.sheet import Sheet, own_sheet
from cnnstudio.core.code.writing.source import wrapped
from cnnstudio.core.network import Network


def is_plain_chain(network: Network) -> bool:
    """Whether every layer takes what the one before it gives, and nothing else."""
    before = ""
    for id in network.order:
        sources = [link.source for link in network.incoming[id]]
        if kind_of(network.by_id[id]).merges or sources != ([before] if before else []):
            return False
        before = id
    return len(network.order) > 1


def write_sequential(analysis: Analysis, safe: Mapping[str, str], *, shapes: bool) -> Sheet:
    """Writes a plain chain as a Sequential.

    Args:
        analysis: Of a network without errors.
        safe: The names Keras runs, by id.
        shapes: Whether output shapes are told.
    """
    network = analysis.network
    names = explicit_names(network, safe)
    sheet = own_sheet(network.layers, imports_of(network.layers) | {"keras.models": {"Sequential"}})
    sheet.define()
    sheet.blank()
    sheet.add(["model = Sequential(", "    ["])
    for id in network.order:
        node = network.by_id[id]
        sheet.add([f"        {line}" for line in note_lines(node.note)])
        comments = (
            (shape_comment(analysis.nodes[id].output),) if shapes and id in analysis.nodes else ()
        )
        lines = wrapped("", layer_call(node, names.get(id)), ",", *comments, depth=2)
        sheet.add(lines, [id])
    sheet.add(["    ]", ")"])
    return sheet
