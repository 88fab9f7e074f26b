"""What stands below a volume: a layer in three short lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.blocks.folding import folded
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import LayerNode
from cnnstudio.core.text import TN, Text
from cnnstudio.ui.canvas.blocks import BLOCK_FAMILY, block_spoken, block_tooltip
from cnnstudio.ui.canvas.drawing import canvas_font, elided
from cnnstudio.ui.canvas.faces import Show, spoken, tooltip

_WIDEST = 168.0


@dataclass(frozen=True, slots=True)
class Caption:
    """The words below a volume.

    Attributes:
        name: The layer's name, shortened in the middle.
        kind: Its kind.
        count: Its parameters; "" if it has none.
        family: The colour of its volume and its kind.
        width: How wide the widest line is, in logical pixels.
        wrong: Whether it has an error of its own.
    """

    name: str
    kind: str
    count: str
    family: Family
    width: float
    wrong: bool = False


def captions_of(analysis: Analysis, show: Show) -> dict[str, Caption]:
    """The caption of every layer and collapsed block."""
    wrong = {problem.node for problem in analysis.errors}
    view = folded(analysis.network)
    found = {}
    for id, node in view.network.by_id.items():
        if (block := view.blocks.get(id)) is not None:
            members = tuple(block.members)
            kind = show(TN("{count} layer", "{count} layers", len(members)))
            family = BLOCK_FAMILY
        else:
            members, kind = (id,), show(_kind(node))
            family = node.spec.family if node.spec else Family.RESHAPING
        params = sum(analysis.nodes[one].params for one in members if one in analysis.nodes)
        found[id] = _caption(node.name, kind, params, family, wrong=not wrong.isdisjoint(members))
    return found


def spoken_of(analysis: Analysis, id: str, show: Show) -> str:
    """A volume as a screen reader reads it."""
    view = folded(analysis.network)
    if (block := view.blocks.get(id)) is not None:
        return block_spoken(view, analysis, block, show)
    return spoken(analysis, id, show) if id in view.network.by_id else ""


def tip_of(analysis: Analysis, id: str, show: Show) -> str:
    """What hovering over a volume says."""
    if (block := folded(analysis.network).blocks.get(id)) is not None:
        return block_tooltip(analysis, block, show)
    return tooltip(analysis, id, show)


def _caption(name: str, kind: str, params: int, family: Family, *, wrong: bool) -> Caption:
    name, kind = _short(name, "title"), _short(kind, "small")
    count = f"{params:,}" if params else ""
    width = max(_width(name, "title"), _width(kind, "small"), _width(count, "code-small"))
    return Caption(name, kind, count, family, width, wrong)


@lru_cache(maxsize=8192)
def _short(text: str, role: str) -> str:
    return elided(text, role, _WIDEST, Qt.TextElideMode.ElideMiddle)


def _kind(node: LayerNode) -> Text | str:
    if node.spec is None:
        return node.kind
    return Family.INPUT.label if node.spec.family is Family.INPUT else node.spec.keras


@lru_cache(maxsize=8192)
def _width(text: str, role: str) -> float:
    return QFontMetricsF(canvas_font(role)).horizontalAdvance(text)
