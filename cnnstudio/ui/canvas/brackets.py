"""The brackets beside the cards: feature extractor and classifier, once there are both."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.core.analysis import Analysis
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.text import T, Text
from cnnstudio.ui.canvas.cards import FULL
from cnnstudio.ui.canvas.drawing import canvas_font
from cnnstudio.ui.canvas.geometry import Rect
from cnnstudio.ui.widgets.context import Context

FEATURE_EXTRACTOR, CLASSIFIER = T("Feature extractor"), T("Classifier")

Sections = tuple[tuple[str, ...], tuple[str, ...]]
_DISTANCE, _TICK = 30.0, 8.0


def sections(analysis: Analysis, before: Sections | None = None) -> Sections | None:
    """The ids of the feature extractor's and the classifier's layers; None unless both exist.

    The classifier begins where a feature map becomes a vector. The feature extractor is what
    comes before it, the input left out, and holds a convolution; the classifier holds a Dense.

    Args:
        analysis: What the network comes to.
        before: What it was until now: a layer behind an error stays where it was.
    """
    maps: list[str] = []
    vectors: list[str] = []
    families: dict[bool, set[Family]] = {True: set(), False: set()}
    was_maps, was_vectors = before or ((), ())
    for id, node in analysis.network.by_id.items():
        facts = analysis.nodes.get(id)
        known = facts is not None or id in was_maps or id in was_vectors
        if node.spec is not None and known and node.spec.family is not Family.INPUT:
            is_map = len(facts.output) > 1 if facts else id in was_maps
            (maps if is_map else vectors).append(id)
            families[is_map].add(node.spec.family)
    if Family.CONVOLUTION not in families[True] or Family.CORE not in families[False]:
        return None
    return tuple(maps), tuple(vectors)


class BracketItem(QGraphicsItem):
    """One bracket left of the cards, with its name along it.

    Args:
        text: Its name.
        context: Theme and language.
    """

    def __init__(self, text: Text, context: Context) -> None:
        super().__init__()
        self._context = context
        self._box = QRectF()
        self._text = text
        self.setZValue(-1)
        self.hide()

    def show_rect(self, rect: Rect | None, left: float) -> None:
        """Spans the height of `rect`, left of everything; hides for None."""
        self.prepareGeometryChange()
        self.setVisible(rect is not None)
        if rect is not None:
            self._box = QRectF(left - _DISTANCE, rect.y + 4, _TICK, rect.height - 8)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._box.adjusted(-24, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme, box = self._context.theme, self._box
        painter.setPen(QPen(theme.colour("control"), 1))
        left, right, top, bottom = box.left() + 0.5, box.right(), box.top() + 0.5, box.bottom()
        painter.drawLines(
            [
                QLineF(right, top, left, top),
                QLineF(left, top, left, bottom),
                QLineF(left, bottom, right, bottom),
            ]
        )
        words = self._context.language.show(self._text)
        font = canvas_font("small")
        room = QFontMetricsF(font).horizontalAdvance(words) + 4
        if (
            option.levelOfDetailFromTransform(painter.worldTransform()) < FULL
            or room > box.height()
        ):
            return
        painter.save()
        painter.translate(box.left() - 14, box.center().y())
        painter.rotate(-90)
        painter.setFont(font)
        painter.setPen(theme.colour("muted"))
        painter.drawText(QRectF(-room / 2, -9, room, 18), Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()
