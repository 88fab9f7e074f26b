"""What one cell sees: its window on the volume before, and so on down to the picture."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.blocks.folding import exit_of, folded
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import T, Text
from cnnstudio.core.volumes.parts import Drawing, Point, Polygon, Volume
from cnnstudio.core.windows import Spans, clipped, middle_cell, windows
from cnnstudio.ui.theme.ink import Ink
from cnnstudio.ui.volumes.painting import polygon
from cnnstudio.ui.widgets.numbers import expression

_DOT = 6.0
_RAY, _EDGE = 1.0, 1.4
_FILL = 0.32


@dataclass(frozen=True, slots=True)
class Sights:
    """The windows of one cell, with the rays that join them.

    Attributes:
        windows: The outline of the window on each earlier volume.
        rays: From a cell's place to the corners of its window, for each link on the way.
        cell: The outline of the cell itself; () where the pointer isn't on one.
    """

    windows: tuple[Polygon, ...]
    rays: tuple[tuple[Point, Polygon], ...]
    cell: Polygon


def sights_of(
    analysis: Analysis, drawing: Drawing, id: str, cell: tuple[int, ...] | None
) -> Sights | None:
    """What a cell of a layer sees; None where the layer's shape isn't known.

    Args:
        analysis: What the network comes to.
        drawing: Where its volumes stand.
        id: The layer or collapsed block.
        cell: (row, column) under the pointer; None for the middle one.
    """
    layer = drawing.layers.get(id, id)
    facts = analysis.nodes.get(layer)
    if facts is None or not facts.sources:
        return None
    windowed = windows(analysis, layer, cell or middle_cell(facts.output))
    seen = {one: windowed[its] for one, its in drawing.layers.items() if its in windowed}
    volumes = drawing.volumes
    outlines = {one: _outline(volumes[one], spans) for one, spans in seen.items()}
    rays = [
        (_place(volumes[arrow.target], seen[arrow.target]), outlines[arrow.source])
        for arrow in drawing.arrows
        if arrow.source in outlines and arrow.target in outlines
    ]
    return Sights(
        tuple(outline for one, outline in outlines.items() if one != id),
        tuple(rays),
        outlines[id] if cell else (),
    )


def _outline(volume: Volume, spans: Spans) -> Polygon:
    spans = clipped(spans, volume.shape)
    if len(spans) == 1:
        return volume.cells(spans[0], (0, 1))
    return volume.cells(spans[0], spans[1])


def _place(volume: Volume, spans: Spans) -> Point:
    """Where on a volume's front edge its cells are."""
    first, end = clipped(spans, volume.shape)[0]
    cells = volume.shape[0] if volume.shape else 1
    top = volume.y - volume.height
    return volume.x, top + volume.height * (first + end) / 2 / cells


def paint_sights(painter: QPainter, ink: Ink, sights: Sights, detail: float, area: QRectF) -> None:
    """Paints windows, rays and the cells they come from.

    Args:
        painter: Draws in the drawing's coordinates.
        ink: The colours.
        sights: What is painted.
        detail: Screen pixels for one pixel of the drawing.
        area: The part to paint.
    """
    left, right = area.left(), area.right()
    outlines = [
        outline
        for outline in (*sights.windows, sights.cell)
        if outline and outline[0][0] <= right and outline[2][0] >= left
    ]
    rays = [
        ray for ray in sights.rays if min(ray[1][0][0], ray[0][0]) <= right and ray[0][0] >= left
    ]
    accent, fill = ink.colour("accent"), ink.colour("accent")
    fill.setAlphaF(_FILL)
    edge, ray = QPen(accent, _EDGE), QPen(accent, _RAY)
    edge.setCosmetic(True)
    ray.setCosmetic(True)
    painter.setPen(edge)
    painter.setBrush(fill)
    for outline in outlines:
        painter.drawPolygon(polygon(outline))
    painter.setPen(ray)
    for place, corners in rays:
        start = QPointF(*place)
        painter.drawLines([QLineF(start, QPointF(*corner)) for corner in corners])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    side = _DOT / min(detail, 1.0)
    for (x, y), _ in rays:
        painter.drawRect(QRectF(x - side / 2, y - side / 2, side, side))


def note_of(analysis: Analysis, id: str) -> tuple[Text, Text, str] | None:
    """A title, a sentence and a calculation about what one cell sees; None for the input.

    Args:
        analysis: What the network comes to.
        id: The layer or collapsed block.
    """
    view = folded(analysis.network)
    block = view.blocks.get(id)
    facts = analysis.nodes.get(exit_of(view.whole, block) if block else id)
    if facts is None or not facts.sources:
        return None
    title = T("One cell of {layer}", layer=block.name if block else facts.node.name)
    size = "×".join(f"{n:,}" for n in facts.receptive_field)
    only = facts.sources[0] if len(set(facts.sources)) == 1 and block is None else ""
    reason = next((r for r in facts.reasons if r.quantity == "receptive_field_rows"), None)
    sum_up = ""
    if reason is not None and reason.numbers != str(reason.value):
        sum_up = f"{expression(reason.numbers)} = {reason.value:,}"
    if not only or analysis.nodes[only].kind.family is Family.INPUT:
        return title, T("It sees {size} pixels of the picture.", size=size), sum_up
    before = analysis.nodes[only]
    spans = clipped(
        windows(analysis, facts.node.id, middle_cell(facts.output))[only], before.output
    )
    window = tuple(end - first for first, end in spans)
    seen = (*window, before.output[-1]) if len(before.output) > 1 else window
    sentence = T(
        "It sees {window} cells of {before}, and through them {size} pixels of the picture.",
        window=show_shape(seen),
        before=before.node.name,
        size=size,
    )
    return title, sentence, sum_up
