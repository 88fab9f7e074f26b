"""What a card says of a layer's parameters and of its note. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.marks import misfit
from cnnstudio.core.network import LayerNode
from cnnstudio.core.text import TN, T, Text

Show = Callable[[Text | str], str]

_MOST_LINES, _MOST_LETTERS = 8, 400  # of a note, where the pointer rests


class Learning(Enum):
    """What training does with a layer's parameters; the value is the colour's role."""

    TRAINED = "validation"  # warm
    FROZEN = "training"  # cold
    NONE = "control"


class Brought(Enum):
    """What became of the weights a layer brought along."""

    NONE = "none"  # it brought none
    KEPT = "kept"
    MISFIT = "misfit"


def learning_of(layers: Iterable[NodeAnalysis | None]) -> Learning:
    """What training does with a layer, or with those of a block together."""
    known = [one for one in layers if one is not None]
    if any(one.trainable_params for one in known):
        return Learning.TRAINED
    return Learning.FROZEN if any(one.params for one in known) else Learning.NONE


def brought_of(layers: Iterable[tuple[LayerNode, NodeAnalysis | None]]) -> Brought:
    """What became of the weights of a layer, or of those of a block: the worst of them."""
    found = Brought.NONE
    for node, facts in layers:
        if facts is not None and misfit(facts) is not None:
            return Brought.MISFIT
        if node.weights is not None:
            found = Brought.KEPT
    return found


def lines(analysis: Analysis, id: str, show: Show) -> list[str]:
    """What is told of a layer where the pointer rests on it: its note first."""
    node, facts = analysis.network.by_id[id], analysis.nodes.get(id)
    told = [_shortened(node.note)] if node.note else []
    if node.frozen:
        told.append(show(T("Frozen: training leaves its parameters as they are")))
    if node.weights is not None:
        reason = misfit(facts) if facts is not None else None
        told.append(show(reason or T("It starts with the weights it came with")))
    return told


def words(analysis: Analysis, id: str, show: Show) -> list[str]:
    """The same as a screen reader reads it, behind the parameters."""
    node, facts = analysis.network.by_id[id], analysis.nodes.get(id)
    told = [show(T("frozen"))] if node.frozen else []
    if node.weights is not None:
        reason = misfit(facts) if facts is not None else None
        told.append(show(reason or T("keeps the weights it came with")))
    if node.note:
        told.append(show(T("note: {note}", note=_shortened(node.note))))
    return told


def block_lines(analysis: Analysis, ids: Iterable[str], show: Show) -> list[str]:
    """How many layers of a block are frozen or have brought weights along."""
    nodes = [analysis.network.by_id[id] for id in ids]
    frozen = sum(node.frozen for node in nodes)
    brought = sum(node.weights is not None for node in nodes)
    misfits = sum(
        misfit(facts) is not None
        for node in nodes
        if (facts := analysis.nodes.get(node.id)) is not None
    )
    told = []
    if frozen:
        told.append(show(TN("{count} layer is frozen", "{count} layers are frozen", frozen)))
    if brought - misfits:
        told.append(
            show(
                TN(
                    "{count} layer starts with the weights it came with",
                    "{count} layers start with the weights they came with",
                    brought - misfits,
                )
            )
        )
    if misfits:
        told.append(
            show(
                TN(
                    "The weights of {count} layer don't fit any more",
                    "The weights of {count} layers don't fit any more",
                    misfits,
                )
            )
        )
    return told


def _shortened(note: str) -> str:
    text = "\n".join(note.split("\n")[:_MOST_LINES])[:_MOST_LETTERS]
    return text if text == note else f"{text.rstrip()} …"
