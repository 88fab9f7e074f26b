"""What a person marks a layer with: frozen, a note, own weights. Edits, as in ``core.edits``.

All three belong to one layer. A copy has them too; the other uses of its block don't follow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from msgspec.structs import replace

from cnnstudio.core.analysis import NodeAnalysis
from cnnstudio.core.blocks.grouping import with_layers
from cnnstudio.core.errors import BadInput
from cnnstudio.core.layers.spec import no_weights
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text

LONGEST_NOTE = 4_000
"""Characters a note can have."""

_BREAKS = str.maketrans(dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


def freeze(network: Network, ids: Collection[str], frozen: bool = True) -> Network:
    """Has training leave the parameters of layers as they are, or train them again.

    Layers whose kind has no parameters are left out: there is nothing to freeze.

    Raises:
        BadInput: If one of the layers isn't there.
    """
    nodes = [node for id in ids if can_freeze(node := _layer(network, id))]
    changed = {node.id: replace(node, frozen=frozen) for node in nodes if node.frozen != frozen}
    return with_layers(network, changed) if changed else network


def can_freeze(node: LayerNode) -> bool:
    """Whether a layer of this kind may have parameters; a kind the studio doesn't know may."""
    return node.spec is None or node.spec.weights is not no_weights


def above(network: Network, ids: Collection[str]) -> tuple[str, ...]:
    """The layers that some layers depend on, in the order of the network; none of `ids`."""
    chosen = set(ids)
    found, waiting = set(chosen), list(chosen)
    while waiting:
        for link in network.incoming[waiting.pop()]:
            if link.source in network.by_id and link.source not in found:
                found.add(link.source)
                waiting.append(link.source)
    return tuple(id for id in network.by_id if id in found and id not in chosen)


def annotate(network: Network, id: str, note: str) -> Network:
    """Writes a note on a layer's card; an empty one takes it away.

    Raises:
        BadInput: If the layer isn't there, or the note is too long.
    """
    node, note = _layer(network, id), tidied(note)
    if len(note) > LONGEST_NOTE:
        raise BadInput(
            T(
                "A note has at most {most} characters; this one has {count}. Shorten it.",
                most=LONGEST_NOTE,
                count=len(note),
            )
        )
    return with_layers(network, {id: replace(node, note=note)}) if note != node.note else network


def tidied(note: str) -> str:
    """A note as it is kept: lines ended by line feeds, no spaces at their ends, none empty around.

    Other control characters and halves of characters are left out, so that every note can stand
    in code as comments and be read back.
    """
    note = note.replace("\r\n", "\n").translate(_BREAKS)
    shown = "".join(
        letter
        for letter in note
        if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
    )
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", shown).split("\n")]
    filled = [number for number, line in enumerate(lines) if line]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def drop_weights(network: Network, ids: Collection[str]) -> Network:
    """Has layers start from drawn weights, not from those they brought along.

    Raises:
        BadInput: If one of the layers isn't there.
    """
    nodes = [_layer(network, id) for id in ids]
    changed = {node.id: replace(node, weights=None) for node in nodes if node.weights is not None}
    return with_layers(network, changed) if changed else network


def _layer(network: Network, id: str) -> LayerNode:
    node = network.by_id.get(id)
    if node is None:
        raise BadInput(T("That layer isn't in the network any more."))
    return node


def misfit(facts: NodeAnalysis) -> Text | None:
    """Why the weights a layer brought along don't fit; None if they do, or it brought none."""
    stored = facts.node.weights
    if stored is None or facts.keeps_weights:
        return None
    if len(stored.shapes) != len(facts.weights):
        return T(
            "Its weights don't fit any more: {had} arrays came with it, now it needs {needs}. It "
            "starts with drawn ones.",
            had=len(stored.shapes),
            needs=len(facts.weights),
        )
    pairs = zip(stored.shapes, facts.weights, strict=True)
    had, needs = next(pair for pair in pairs if pair[0] != pair[1].shape)
    return T(
        "Its weights don't fit any more: {name} {had} came with it, now it needs {needs}. It "
        "starts with drawn ones.",
        name=needs.name,
        had=show_shape(had),
        needs=show_shape(needs.shape),
    )
