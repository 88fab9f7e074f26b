"""Layers as text for the clipboard: readable, kept in a chat, pasted into another project.

It is the same JSON as in a project file, with a format line of its own. Nothing in it is trusted:
ids are given anew (``edits.paste``), bounds are those of a project file, and what can't be
understood is refused in a sentence. A whole project file is taken too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from cnnstudio.core import edits
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layout import lay_out
from cnnstudio.core.network import Network
from cnnstudio.core.project import FORMAT as PROJECT_FORMAT
from cnnstudio.core.project import VERSION as PROJECT_VERSION
from cnnstudio.core.project import Project
from cnnstudio.core.storage.codec import check_header, parse
from cnnstudio.core.storage.codec import lay_out as write_json
from cnnstudio.core.storage.project_file import project_from_json, project_to_json
from cnnstudio.core.text import T, Text

FORMAT = "cnnstudio layers"
VERSION = 1
LONGEST = 8_000_000
"""Letters of text that are looked at; a thousand layers have about 200,000."""

MOST_SLOTS = 1_000
FARTHEST = 1e6  # logical pixels from the middle of the canvas

_NAME = "clipboard"
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[^\n`]*\n(.*?)^[ \t>]*\1", re.MULTILINE | re.DOTALL)
_BODY = ("layers", "links", "blocks")


def write_clip(network: Network, ids: Collection[str]) -> str:
    """The text of some layers and of the links between them.

    Raises:
        BadInput: If one of the layers isn't there.
    """
    whole = project_to_json(Project(network=edits.copy(network, ids)))
    body = {key: whole["network"][key] for key in _BODY if whole["network"].get(key)}
    text = {"format": FORMAT, "version": VERSION, "studio": whole["studio"], **body}
    written = write_json(text, {key: {} for key in _BODY}).decode()
    # `read_clip` takes a bare one for a space, as chats and web pages write them between words.
    return written.replace("\u00a0", "\\u00a0")


def is_clip(text: str) -> bool:
    """Whether text looks like layers, so that pasting it should say why where it can't be."""
    return FORMAT in text[:LONGEST] or PROJECT_FORMAT in text[:LONGEST]


def read_clip(text: str) -> Network:
    """The layers in a text: by themselves, with words around them, or in a Markdown code fence.

    Raises:
        BadInput: If there are none, or they can't be understood; it says what and where.
    """
    if len(text) > LONGEST:
        raise BadInput(
            T(
                "The clipboard holds {count} letters, more than the {most} that are read.",
                count=len(text),
                most=LONGEST,
            )
        )
    if not is_clip(text):
        raise BadInput(
            T('There are no layers in the clipboard: it has no line "format": "{format}".',
              format=FORMAT)
        )  # fmt: skip
    try:
        network = _network(parse(_object_in(text), _NAME))
    except BadInput as error:
        params = error.text.params | {"file": T("The clipboard")}
        raise BadInput(Text(error.text.id, params, error.text.plural)) from error
    return _checked(network)


def _network(raw: dict[str, Any]) -> Network:
    """The network of a clip or of a project."""
    if raw.get("format") != PROJECT_FORMAT:
        check_header(raw, _NAME, FORMAT, VERSION)
        raw = {
            "format": PROJECT_FORMAT,
            "version": PROJECT_VERSION,
            "network": {key: raw[key] for key in _BODY if key in raw},
        }
    return project_from_json(raw, _NAME).network


def _object_in(text: str) -> str:
    """The JSON object in a text that may have more around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    for fence in _FENCE.finditer(text):
        if is_clip(fence[2]):
            text = fence[2]
            break
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _checked(network: Network) -> Network:
    """The network with links between its layers only, and every card within reach."""
    if not network.layers:
        raise BadInput(T("There are no layers in the clipboard; its list of layers is empty."))
    if network.cyclic:
        node = network.by_id[min(network.cyclic)]
        raise BadInput(
            T(
                "The layers in the clipboard wait for each other in a circle, {layer} among "
                "them. Take one of the links away.",
                layer=node.name,
            )
        )
    links = tuple(
        k for k in network.links if k.source in network.by_id and k.target in network.by_id
    )
    for link in links:
        if not 0 <= link.slot < MOST_SLOTS:
            raise BadInput(
                T(
                    "A link in the clipboard leads to input {slot} of {layer}; inputs are "
                    "counted from 0 to {last}.",
                    slot=link.slot,
                    layer=network.by_id[link.target].name,
                    last=MOST_SLOTS - 1,
                )
            )
    network = replace(network, links=links)
    places = [node.position for node in network.layers]
    far = any(not math.isfinite(n) or abs(n) > FARTHEST for at in places for n in at)
    return lay_out(network) if far or len(set(places)) < len(places) else network
