"""Hands that do to a Design workspace what a person does: real events on the real widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnstudio.core.document import Document
from cnnstudio.core.layers.registry import kinds
from cnnstudio.core.network import Link
from cnnstudio.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, Point, input_port, output_port
from cnnstudio.ui.design.widget import DesignWidget
from cnnstudio.ui.window.actions import Actions

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@dataclass
class Hands:
    """Real mouse and key events on the real widgets."""

    widget: DesignWidget
    document: Document
    actions: Actions

    # --- where things are -----------------------------------------------------------------------

    def id(self, name: str) -> str:
        """The id of the layer with this name."""
        return next(n.id for n in self.document.network.layers if n.name == name)

    def names(self) -> list[str]:
        """The layers' names, as data passes through them."""
        network = self.document.network
        return [network.by_id[id].name for id in network.order]

    def links(self) -> set[tuple[str, str]]:
        """The links as pairs of names."""
        nodes = self.document.network.by_id
        return {(nodes[k.source].name, nodes[k.target].name) for k in self.document.network.links}

    def on_screen(self, p: Point | QPointF) -> QPoint:
        """A canvas point in viewport pixels."""
        return self.widget.view.mapFromScene(QPointF(*p) if isinstance(p, Point) else p)

    def card(self, name: str, dx: float = 0.5, dy: float = 0.5) -> QPoint:
        """A point of a card, as shares of its width and height."""
        at = self.widget.view.network_scene.places[self.id(name)]
        return self.on_screen(Point(at.x + dx * CARD_WIDTH, at.y + dy * CARD_HEIGHT))

    def output(self, name: str) -> QPoint:
        """A layer's output port."""
        return self.on_screen(output_port(self.widget.view.network_scene.places[self.id(name)]))

    def input(self, name: str, slot: int = 0) -> QPoint:
        """A layer's input port."""
        scene = self.widget.view.network_scene
        id = self.id(name)
        return self.on_screen(input_port(scene.places[id], slot, scene.ports[id]))

    def between(self, above: str, below: str) -> QPoint:
        """The middle of a link."""
        scene = self.widget.view.network_scene
        path = scene.paths[Link(self.id(above), self.id(below))]
        return self.on_screen(path[len(path) // 2].at(0.5))

    # --- what hands do --------------------------------------------------------------------------

    @property
    def canvas(self) -> QWidget:
        """What gets the canvas' mouse events."""
        return self.widget.view.viewport()

    def click(self, at: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Clicks on the canvas."""
        QTest.mouseClick(self.canvas, LEFT, modifiers, at)

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        button: Qt.MouseButton = LEFT,
        *,
        before_drop: Callable[[], object] | None = None,
        modifiers: Qt.KeyboardModifier = NONE,
    ) -> None:
        """Presses, moves in steps, and releases."""
        QTest.mousePress(self.canvas, button, modifiers, start)
        for step in range(1, 6):
            QTest.mouseMove(self.canvas, start + (end - start) * step / 5)
        if before_drop is not None:
            before_drop()
        QTest.mouseRelease(self.canvas, button, modifiers, end)

    def move_with(self, modifiers: Qt.KeyboardModifier, start: QPoint, end: QPoint) -> None:
        """Moves the pressed pointer in steps with keys held, which QTest can't."""
        for step in range(1, 6):
            at = QPointF(start + (end - start) * step / 5)
            event = QMouseEvent(QEvent.Type.MouseMove, at, self.canvas.mapToGlobal(at),
                                Qt.MouseButton.NoButton, LEFT, modifiers)  # fmt: skip
            QApplication.sendEvent(self.canvas, event)

    def context_menu(self, at: QPoint) -> None:
        """Opens the menu of what lies there."""
        reason, place = QContextMenuEvent.Reason.Mouse, self.canvas.mapToGlobal(at)
        QApplication.sendEvent(self.canvas, QContextMenuEvent(reason, at, place))

    def action(self, id: str) -> QAction:
        """A command of the menus."""
        return self.actions.get(id)

    def run(self, id: str) -> None:
        """Chooses a command from a menu."""
        self.action(id).trigger()

    def drag_kind(
        self, kind: str, to: QPoint, *, before_drop: Callable[[], object] | None = None
    ) -> None:
        """Drags a layer from the palette to a point of the canvas."""
        listed = self.widget.palette_panel.kinds
        item = listed.row_of(kinds()[kind])
        assert item is not None
        listed.scrollToItem(item)
        source = listed.viewport()
        start = listed.visualItemRect(item).center()
        end = source.mapFromGlobal(self.canvas.mapToGlobal(to))
        QTest.mousePress(source, LEFT, NONE, start)
        for step in range(1, 6):
            QTest.mouseMove(source, start + (end - start) * step / 5)
        if before_drop is not None:
            before_drop()
        QTest.mouseRelease(source, LEFT, NONE, end)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Presses a key on what has the focus."""
        QTest.keyClick(self.focus(), key, modifiers)

    def type(self, text: str) -> None:
        """Types letters, each to what has the focus then."""
        for letter in text:
            QTest.keyClick(self.focus(), letter)

    def focus(self) -> QWidget:
        """The widget keys go to."""
        found = QApplication.focusWidget()
        assert found is not None
        return found
