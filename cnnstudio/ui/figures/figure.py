"""A view of a network as parts to paint one after the other: no selection, light colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from cnnstudio.core.analysis import analyse
from cnnstudio.ui.canvas.scene import NetworkScene
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.theme.ink import PrintInk
from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.volumes.view import VolumesView
from cnnstudio.ui.widgets.context import Context

MARGIN = 24.0
_CRISP = 512  # pixels a small picture is enlarged to, so that no reader smooths it

Part = Callable[[QPainter], object]


@dataclass(frozen=True)
class Figure:
    """What a view shows.

    Attributes:
        name: What it is called.
        page: What it covers, its margin included, in the view's coordinates.
        parts: Each paints something, the lowest first.
    """

    name: str
    page: QRectF
    parts: tuple[Part, ...]


class _PrintTheme(QObject, PrintInk):
    """Print colours for a scene, which never change and never move."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.reduce_motion = True

    def motion(self, milliseconds: int = 0) -> int:
        return 0


def cards_figure(scene: NetworkScene, context: Context, name: str) -> Figure:
    """The cards, their links and brackets, as they stand."""
    paper = Context(cast("Theme", _PrintTheme()), context.language, context.keys)
    copy = NetworkScene(paper, Selection())
    copy.sync(scene.folded.whole, analyse(scene.folded.whole))
    items = [i for i in copy.items(Qt.SortOrder.AscendingOrder) if i.isVisible()]
    area = QRectF()
    for item in items:
        area = area.united(item.sceneBoundingRect())
    return Figure(name, _page(area), tuple(partial(_paint_item, copy, item) for item in items))


def volumes_figure(view: VolumesView, name: str) -> Figure:
    """The volumes, their captions, links and brackets, as they are projected."""
    paints = view.painter_in(PrintInk(), _crisp(view.picture) if view.picture else None)
    drawing = paints.drawing
    parts: list[Part] = [partial(_swapped, paints.paint_arrow, a) for a in drawing.arrows]
    parts += [partial(_swapped, paints.paint_volume, v) for v in drawing.volumes.values()]
    parts += [partial(_swapped, paints.paint_bracket, b) for b in drawing.brackets]
    return Figure(name, _page(paints.bounds() or QRectF()), tuple(parts))


def _swapped(paint: Callable[..., object], what: object, painter: QPainter) -> None:
    paint(painter, what)


def _paint_item(_scene: NetworkScene, item: QGraphicsItem, painter: QPainter) -> None:
    """Paints an item where it stands; the scene is kept alive as long as its parts."""
    painter.save()
    painter.setTransform(item.sceneTransform(), True)
    item.paint(painter, QStyleOptionGraphicsItem(), None)
    painter.restore()


def _page(area: QRectF) -> QRectF:
    return QRectF(area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).toAlignedRect())


def _crisp(picture: QImage) -> QImage:
    """A small picture with every pixel repeated."""
    times = max(1, _CRISP // max(picture.width(), picture.height(), 1))
    return picture.scaled(picture.size() * times)
