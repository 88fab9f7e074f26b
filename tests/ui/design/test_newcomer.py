"""A newcomer builds whole networks from an empty canvas, each gesture counted as it is made.

One click, drag, key chord or typed entry (its Enter included) is one gesture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from cnnstudio.core.analysis import analyse
from tests.ui.design.hands import NONE, Hands

Open = Callable[..., Hands]
Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass
class Counted:
    """Hands that count what they do."""

    hands: Hands
    gestures: int = 0

    def enter(self, line: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Types an entry on the canvas and presses Enter; with Shift it makes a branch."""
        self.gestures += 1
        self.hands.type(line)
        self.hands.press(Key.Key_Return, modifiers)

    def click(self, name: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Clicks a card, which is scrolled into view if it must be."""
        self.gestures += 1
        at = self.hands.card(name, 0.3)
        if not self.hands.canvas.rect().contains(at):
            self.gestures += 1  # the wheel
            self.hands.widget.view.reveal(self.hands.id(name))
            at = self.hands.card(name, 0.3)
        assert self.hands.widget.view.network_scene.card_at(
            self.hands.widget.view.to_canvas(at)
        ) == self.hands.id(name)
        QTest.mouseClick(self.hands.canvas, Qt.MouseButton.LeftButton, modifiers, at)

    def press(self, key: Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Presses a key."""
        self.gestures += 1
        self.hands.press(key, modifiers)

    def drag_kind(self, kind: str, to: QPoint) -> None:
        """Drags a layer from the palette."""
        self.gestures += 1
        self.hands.drag_kind(kind, to)

    @property
    def last(self) -> str:
        """The name of the layer added last, which is selected."""
        return self.hands.document.network.by_id[self.hands.widget.selection.current].name


def check(hands: Hands, parameters: int, layers: int) -> None:
    """The network can be trained and is the one that was meant."""
    analysis = analyse(hands.document.network)
    assert analysis.errors == ()
    assert analysis.total_params == parameters
    assert len(hands.document.network.layers) == layers


def test_lenet_takes_few_gestures_by_dragging_and_typing(design: Open):
    me = Counted(design(""))
    me.enter("input 32x32x1")
    me.enter("conv 6 5x5 tanh")
    me.enter("avgpool 2")
    me.enter("conv 16 5x5 tanh")
    me.enter("avgpool 2")
    me.enter("flatten")
    for line in ("dense 120 tanh", "dense 84 tanh", "dense 10 softmax"):
        me.enter(line)
    check(me.hands, 61_706, 9)
    assert me.gestures <= 25
    print(f"LeNet-5: {me.gestures} gestures")


def test_lenet_takes_few_gestures_with_the_mouse_first(design: Open):
    hands = design("")
    me = Counted(hands)
    me.drag_kind("input", QPoint(500, 90))
    below = "input"
    for kind, line in (
        ("conv2d", "6"), ("average_pooling2d", ""), ("conv2d", "16"), ("average_pooling2d", ""),
        ("flatten", ""), ("dense", "120"), ("dense", "84"), ("dense", ""),
    ):  # fmt: skip
        me.drag_kind(kind, hands.card(below, 0.5, 1.4))
        below = me.last
        if line:
            me.press(Key.Key_Return)  # to its first field
            me.press(Key.Key_A, CTRL)
            hands.type(line)
            me.press(Key.Key_Return)
            hands.widget.view.setFocus()
    assert analyse(hands.document.network).errors == ()
    assert len(hands.document.network.layers) == 9
    assert me.gestures <= 25
    print(f"LeNet-5 with the mouse: {me.gestures} gestures")


def test_vgg16_takes_few_gestures(design: Open):
    me = Counted(design(""))
    me.enter("input 224x224x3")
    for filters, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        me.enter(f"conv {filters} 3x3 same relu x{times}")
        me.enter("pool 2")
    for line in ("flatten", "dense 4096 relu x2", "dense 1000 softmax"):
        me.enter(line)
    check(me.hands, 138_357_544, 23)
    assert me.gestures <= 40
    print(f"VGG16: {me.gestures} gestures")


def test_a_small_resnet_takes_few_gestures(design: Open):
    me = Counted(design(""))
    me.enter("input 32x32x3, conv 16 3x3 same, bn, relu")
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(2):
            start = me.last
            first = f"conv {filters} 3x3 same"
            halves = stage > 0 and block == 0
            me.enter(f"{first}{' /2' if halves else ''}, bn, relu, {first}, bn")
            end = me.last
            if halves:
                me.click(start)
                me.enter(f"conv {filters} 1x1 /2", SHIFT)
                start = me.last
                me.click(end)
                me.click(start, SHIFT)
            else:
                me.click(start, SHIFT)
            me.enter("add, relu")
    me.enter("gap, dense 10 softmax")
    me.press(Key.Key_L, CTRL)
    network = me.hands.document.network
    adds = [node for node in network.layers if node.kind == "add"]
    assert [len(network.incoming[node.id]) for node in adds] == [2] * 6
    check(me.hands, 176_554, 50)
    assert me.gestures <= 45
    print(f"small ResNet: {me.gestures} gestures")
