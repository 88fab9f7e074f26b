"""A few layers as Keras code, and Keras code as a few layers: for the clipboard."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec.structs import replace

from cnnstudio.core.code.custom import code_of
from cnnstudio.core.code.reading.naming import layer_class
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import CodeStyle, write_model
from cnnstudio.core.network import Network

_CALL = re.compile(r"\b([A-Z]\w*)\s*\(")


def write_fragment(network: Network, ids: Collection[str]) -> str:
    """The lines that make some layers, as they stand in the network's code.

    Args:
        network: The network.
        ids: Ids of the layers; none of them, or all, for the whole code.

    Raises:
        BadInput: For a network with an error, naming the first.
    """
    code = write_model(network, CodeStyle(blocks=False))
    if not ids or len(set(ids)) == len(network.by_id):
        return code.text
    lines = code.text.split("\n")
    wanted = {n for id in ids for n in range(code.lines[id][0], code.lines[id][1] + 1)}
    own = code_of(network.by_id[id] for id in ids)
    before = f"{own.text}\n\n" if own.statements else ""
    return before + "".join(f"{lines[n]}\n" for n in sorted(wanted))


def is_code(text: str) -> bool:
    """Whether a text looks like Keras code: it calls the class of a layer."""
    return any(layer_class(found[1]) for found in _CALL.finditer(text))


def read_fragment(text: str) -> Network:
    """The layers in Keras code; an Input whose shape nothing tells is left out.

    Raises:
        Unreadable: With the place, for code that can't be read.
    """
    reading = read_code(text)
    network = reading.network
    if not any(question.is_input for question in reading.questions):
        return network
    made = {id for id in network.by_id if id in reading.lines}
    return replace(
        network,
        layers=tuple(node for node in network.layers if node.id in made),
        links=tuple(k for k in network.links if k.source in made and k.target in made),
    )
