"""Blocks on the canvas: the card of a collapsed one, the frame of an open one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.blocks.folding import Folded, exit_of
from cnnstudio.core.blocks.grouping import uses_of
from cnnstudio.core.blocks.offers import used
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.network import Block, Network
from cnnstudio.core.problems.spec import Severity as ProblemSeverity
from cnnstudio.core.shapes import show_shape
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.cards import FULL
from cnnstudio.ui.canvas.drawing import canvas_font, elided, laid_out
from cnnstudio.ui.canvas.faces import Face, Severity, Show, input_ports, shape_words
from cnnstudio.ui.canvas.geometry import Places, Point, Rect, bounds, card_rect
from cnnstudio.ui.canvas.marks import Learning, block_lines, brought_of, learning_of
from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.theme.tokens import CARD_RADIUS

CLOSES = T("A click selects the block's layers, a double click collapses it")
BLOCK_FAMILY = Family.MERGING
"""The family whose colour a block's card has."""

_ASIDE, _ABOVE, _UNDER = 11.0, 17.0, 5.0  # in the gap of 22 between two cards
_TITLE_HIT = 24.0


# ------------------------------------------------------------------------------------ the card


def block_faces(
    view: Folded, analysis: Analysis, before: Mapping[str, Face], show: Show
) -> dict[str, Face]:
    """The face of every collapsed block; see ``faces.faces_of``."""
    return {
        id: _face(view, block, analysis, before.get(id), show) for id, block in view.blocks.items()
    }


def _face(view: Folded, block: Block, analysis: Analysis, before: Face | None, show: Show) -> Face:
    facts = [analysis.nodes[id] for id in block.members if id in analysis.nodes]
    nodes = [view.whole.by_id[id] for id in block.members]
    learning = learning_of(facts)
    params = sum(one.params for one in facts)
    severity = _worst(analysis, block)
    out = analysis.nodes.get(exit_of(view.whole, block))
    stale = out is None and severity is not Severity.ERROR and before is not None
    share = before.share if before is not None else 0.0
    if not analysis.errors:
        share = params / analysis.total_params if analysis.total_params else 0.0
    return Face(
        name=block.name,
        detail=show(in_words(view.whole, block)),
        shape=show_shape(out.output) if out else before.shape if stale and before else "?",
        count=f"{params:,}" if params else "",
        family=BLOCK_FAMILY,
        share=share,
        inputs=input_ports(view.network, view.network.by_id[block.id]),
        severity=severity,
        stale=stale,
        frozen=learning is Learning.FROZEN and any(node.frozen for node in nodes),
        learning=learning,
        brought=brought_of((node, analysis.nodes.get(node.id)) for node in nodes),
        block=True,
    )


def in_words(network: Network, block: Block) -> Text:
    """What a block is: ``Block · 6 layers · used 3 times``."""
    layers = TN("{count} layer", "{count} layers", len(block.members))
    uses = len(uses_of(network, block.pattern))
    if uses == 1:
        return T("Block · {layers}", layers=layers)
    return T("Block · {layers} · {uses}", layers=layers, uses=used(uses))


def _worst(analysis: Analysis, block: Block) -> Severity:
    found = {p.severity for id in block.members for p in analysis.problems_of(id)}
    if ProblemSeverity.ERROR in found:
        return Severity.ERROR
    return Severity.WARNING if found else Severity.NONE


def block_tooltip(analysis: Analysis, block: Block, show: Show) -> str:
    """What is wrong inside a block and what it costs, a line each."""
    problems = [p for id in block.members for p in analysis.problems_of(id)]
    macs = sum(analysis.nodes[id].macs for id in block.members if id in analysis.nodes)
    lines = [show(problem.text) for problem in problems]
    lines += block_lines(analysis, block.members, show)
    lines.append(show(T("Multiply-adds: {count}", count=macs)))
    lines.append(show(T("Double-click or Enter expands it")))
    return "\n".join(lines)


def block_spoken(view: Folded, analysis: Analysis, block: Block, show: Show) -> str:
    """A block's card as a screen reader reads it."""
    out = analysis.nodes.get(exit_of(view.whole, block))
    parts = [block.name, show(in_words(view.whole, block)).replace(" · ", ", ")]
    parts.append(show(shape_words(out.output if out else None)))
    params = sum(analysis.nodes[id].params for id in block.members if id in analysis.nodes)
    if params:
        parts.append(show(T("{count} parameters", count=params)))
    parts += block_lines(analysis, block.members, show)
    for problem in (p for id in block.members for p in analysis.problems_of(id)):
        if problem.severity is ProblemSeverity.ERROR:
            parts.append(show(T("error: {problem}", problem=problem.text)))
        else:
            parts.append(show(T("warning: {problem}", problem=problem.text)))
    return ", ".join(parts)


# ------------------------------------------------------------------------------------ the frame


class BlockFrame(QGraphicsItem):
    """A light frame behind the cards of an open block, with its name at the upper edge.

    Args:
        theme: Colours.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rect = QRectF()
        self._words = ""
        self._name = laid_out("", "small")
        self.setZValue(-0.5)

    def show_block(self, name: str, rect: Rect) -> None:
        """Frames `rect` and names the block."""
        area = QRectF(*rect)
        if area != self._rect:
            self.prepareGeometryChange()
            self._rect = area
        words = elided(name, "small", rect.width - 24)
        if words != self._words:
            self._words = words
            self._name = laid_out(words, "small")
        self.update()

    @property
    def title_area(self) -> Rect:
        """Where the name is: a click selects the block's layers, a double click closes it."""
        width = self._name.size().width() + 16
        return Rect(self._rect.x() + 8, self._rect.y() - 4, max(width, _TITLE_HIT), _TITLE_HIT)

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-1, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self._theme
        detail = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.family(BLOCK_FAMILY), 1)
        pen.setCosmetic(True)
        ground = theme.family(BLOCK_FAMILY)
        ground.setAlphaF(0.05)
        painter.setPen(pen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self._rect, CARD_RADIUS + 4, CARD_RADIUS + 4)
        if detail < FULL:
            return
        painter.setPen(theme.colour("muted"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(canvas_font("small"))
        painter.drawStaticText(QPointF(self._rect.x() + 16, self._rect.y()), self._name)


def frame_rect(block: Block, places: Places) -> Rect | None:
    """The frame around the cards of an open block; None while none is there."""
    around = bounds(card_rect(places[id]) for id in block.members if id in places)
    if around is None:
        return None
    return Rect(
        around.x - _ASIDE,
        around.y - _ABOVE,
        around.width + 2 * _ASIDE,
        around.height + _ABOVE + _UNDER,
    )


class Frames:
    """The frames of all open blocks of a scene.

    Attributes:
        items: The frames by block id.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._blocks: tuple[Block, ...] = ()
        self.items: dict[str, BlockFrame] = {}

    def sync(self, network: Network) -> tuple[list[BlockFrame], list[BlockFrame]]:
        """Has a frame for each open block; returns those that came and those that went."""
        self._blocks = tuple(block for block in network.blocks if not block.collapsed)
        open_ids = {block.id for block in self._blocks}
        gone = [self.items.pop(id) for id in self.items.keys() - open_ids]
        new = {id: BlockFrame(self._theme) for id in open_ids - self.items.keys()}
        self.items |= new
        return list(new.values()), gone

    def place(self, places: Places) -> None:
        """Frames the cards where they stand."""
        for block in self._blocks:
            rect = frame_rect(block, places)
            item = self.items[block.id]
            item.setVisible(rect is not None)
            if rect is not None:
                item.show_block(block.name, rect)

    def members(self, id: str) -> tuple[str, ...]:
        """The layers in a frame."""
        return next(tuple(block.members) for block in self._blocks if block.id == id)

    def title_at(self, p: Point) -> str:
        """The block whose frame's name is under `p`; "" for none."""
        return next((id for id, item in self.items.items() if item.title_area.holds(p)), "")
