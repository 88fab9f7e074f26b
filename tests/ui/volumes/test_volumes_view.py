"""The volumes view shows what the cards show, and does with keys and pointer what they do."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtTest import QTest

from cnnstudio.core import edits
from cnnstudio.core.analysis import analyse
from cnnstudio.core.blocks.folding import collapse
from cnnstudio.core.blocks.grouping import make_block
from cnnstudio.core.edits import set_parameter
from cnnstudio.core.text import T
from cnnstudio.core.volumes.parts import Form, Look, Scale, Volume
from cnnstudio.ui.design.widget import DesignWidget
from cnnstudio.ui.volumes.bar import CARDS, VOLUMES
from cnnstudio.ui.volumes.input_picture import InputPicture
from cnnstudio.ui.volumes.painting import VolumePainter
from cnnstudio.ui.volumes.view import VolumesView
from cnnstudio.ui.widgets.context import Context
from tests.core.volumes.test_drawing import units
from tests.ui.design.hands import LEFT, NONE, Hands

Open = Callable[..., Hands]
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def in_volumes(hands: Hands) -> VolumesView:
    hands.press(Qt.Key.Key_T, CTRL)
    assert hands.widget.views.shown == VOLUMES
    return hands.widget.volumes


def at(view: VolumesView, volume: Volume, side: bool = False) -> QPoint:
    """A point in the middle of a volume's front, or of its side."""
    x = volume.x + volume.width + volume.reach / 2 if side else volume.x + volume.width / 2
    y = volume.y - volume.height / 2 - (volume.rise / 2 if side else 0)
    return view.mapFromScene(QPointF(x, y))


def current(hands: Hands) -> str:
    id = hands.widget.selection.current
    return hands.document.network.by_id[id].name if id else ""


def test_ctrl_t_goes_there_and_back_with_the_selection(design: Open, settings: QSettings):
    hands = design()
    hands.widget.selection.choose([hands.id("conv2d_2")])
    view = in_volumes(hands)
    assert view.hasFocus()
    assert view.isVisible()
    assert not hands.widget.view.isVisible()
    assert hands.widget.rail.isVisible()
    assert current(hands) == "conv2d_2"
    assert settings.value("design/view") == VOLUMES
    hands.press(Qt.Key.Key_T, CTRL)
    assert hands.widget.views.shown == CARDS
    assert hands.widget.view.hasFocus()
    assert hands.widget.palette_panel.isVisible()
    hands.widget.views.bar.views.changed.emit(VOLUMES)
    assert view.isVisible()


def test_going_there_and_back_leaves_the_dock_as_it_is(design: Open):
    hands = design(width=1200)
    pages = list(hands.widget.dock.buttons)
    hands.widget.dock.show_page(None)
    for _ in range(2):
        hands.press(Qt.Key.Key_T, CTRL)
        assert list(hands.widget.dock.buttons) == pages
        assert not hands.widget.dock.is_open


def test_arrows_go_along_the_network(design: Open):
    hands = design()
    view = in_volumes(hands)
    for name in ("input_1", "conv2d_1", "conv2d_2"):
        hands.press(Qt.Key.Key_Right)
        assert current(hands) == name
    assert view.accessibleDescription().startswith("conv2d_2, Conv2D, output 26 by 26 by 64")
    assert view.accessibleName() == "Network as volumes, 8 layers"
    hands.press(Qt.Key.Key_Left, SHIFT)
    assert {hands.document.network.by_id[i].name for i in hands.widget.selection.ids} == {
        "conv2d_1",
        "conv2d_2",
    }
    view.zoom_to(3.0)
    hands.press(Qt.Key.Key_Home)
    assert view.shows_everything()
    hands.press(Qt.Key.Key_Home, SHIFT)
    assert view.zoom > 0.6
    hands.press(Qt.Key.Key_Escape)
    assert hands.widget.selection.ids == ()


def test_a_branch_is_reached_with_up_and_down(design: Open):
    hands = design("")
    network = edits.add(units(4), "conv2d", params={"filters": 16, "kernel_size": 1})
    network = edits.connect(network, "n1", network.layers[-1].id)
    hands.document.apply_network(lambda _: network, T("Paste"))
    view = in_volumes(hands)
    assert view.drawing.volumes[network.layers[-1].id].lane == 1
    hands.widget.selection.choose(["n2"])
    hands.press(Qt.Key.Key_Down)
    assert hands.widget.selection.current == network.layers[-1].id
    hands.press(Qt.Key.Key_Up)
    assert hands.widget.selection.current == "n2"


def test_deleting_and_typing_edit_the_network(design: Open):
    hands = design()
    view = in_volumes(hands)
    hands.widget.selection.choose([hands.id("dropout")])
    hands.press(Qt.Key.Key_Delete)
    assert "dropout" not in hands.names()
    assert len(view.drawing.volumes) == 7
    hands.document.undo()
    assert len(view.drawing.volumes) == 8
    hands.widget.selection.choose([hands.id("conv2d_1")])
    hands.type("bn")
    hands.press(Qt.Key.Key_Return)
    assert hands.names()[2] == "batch_normalization"
    assert view.hasFocus()
    assert current(hands) == "batch_normalization"


def test_volumes_follow_every_edit(design: Open):
    hands = design()
    view = in_volumes(hands)
    id = hands.id("conv2d_2")
    before = view.drawing.volumes[id]
    hands.widget.editor.set_parameter(id, "filters", 128)
    assert view.drawing.volumes[id].width == pytest.approx(before.width + 14)
    hands.widget.editor.set_parameter(id, "kernel_size", 99)
    assert view.drawing.volumes[id].form is Form.UNKNOWN
    assert not view.grab().isNull()
    assert len(view.drawing.brackets) == 2  # what stood before an error stays told apart
    hands.document.undo()
    hands.document.undo()
    assert view.drawing.volumes[id] == before


def test_a_click_selects_and_the_ground_pans(design: Open):
    hands = design()
    view = in_volumes(hands)
    volumes = view.drawing.volumes
    first, second = hands.id("conv2d_1"), hands.id("flatten")
    QTest.mouseClick(view.viewport(), LEFT, NONE, at(view, volumes[first]))
    assert hands.widget.selection.ids == (first,)
    QTest.mouseClick(view.viewport(), LEFT, SHIFT, at(view, volumes[second]))
    assert hands.widget.selection.ids == (first, second)
    caption = view.mapFromScene(QPointF(volumes[second].middle, volumes[second].y + 39))
    assert view.volume_at(caption) == volumes[second]
    seen = view.visible_area()
    start = QPoint(300, 120)
    QTest.mousePress(view.viewport(), LEFT, NONE, start)
    QTest.mouseMove(view.viewport(), start + QPoint(40, 25))
    QTest.mouseRelease(view.viewport(), LEFT, NONE, start + QPoint(40, 25))
    assert (seen.x - view.visible_area().x) * view.zoom == pytest.approx(40, abs=1)
    assert hands.widget.selection.ids == ()


def test_pointing_shows_the_windows_down_to_the_picture(design: Open):
    hands = design()
    view = in_volumes(hands)
    volumes = view.drawing.volumes
    id = hands.id("conv2d_2")
    QTest.mouseMove(view.viewport(), at(view, volumes[id]))
    sights = view.gaze.sights
    assert sights is not None
    assert volumes[hands.id("conv2d_1")].cells((13, 16), (13, 16)) in sights.windows
    assert volumes[hands.id("input_1")].cells((12, 17), (12, 17)) in sights.windows
    assert len(sights.rays) == 2
    note = hands.widget.views.note
    assert note.isVisible()
    assert "3×3×32 cells of conv2d_1" in note.sentence.text()
    assert "5×5 pixels" in note.sentence.text()
    assert note.sum.text() == "3 + (3 − 1)·1 = 5"
    QTest.mouseMove(view.viewport(), at(view, volumes[id], side=True))
    assert view.gaze.sights is not None
    assert view.gaze.sights.cell
    QTest.mouseMove(view.viewport(), QPoint(5, 200))
    assert view.gaze.sights is None
    assert not note.isVisible()


def test_a_collapsed_block_is_seen_through(design: Open):
    hands = design()
    network = make_block(hands.document.network, ["n2", "n3"], "features")
    block = network.blocks[0].id
    hands.document.apply_network(lambda _: collapse(network, block), T("Make block"))
    view = in_volumes(hands)
    hands.widget.selection.choose([block])
    assert view.accessibleDescription().startswith("features, Block, 2 layers")
    assert view.gaze.sights is not None
    assert view.gaze.sights.windows == (view.drawing.volumes["n1"].cells((12, 17), (12, 17)),)
    note = hands.widget.views.note
    assert note.title.text() == "One cell of features"
    assert note.sentence.text() == "It sees 5×5 pixels of the picture."


def test_scale_and_angle_are_remembered(design: Open, settings: QSettings, context: Context):
    hands = design()
    view, bar = in_volumes(hands), hands.widget.views.bar
    before = view.drawing.volumes[hands.id("conv2d_1")]
    bar.scale.set_value(Scale.LINEAR)
    bar.scale.chosen.emit(Scale.LINEAR)
    bar.angle.set_value(45)
    bar.angle.chosen.emit(45)
    after = view.drawing.volumes[hands.id("conv2d_1")]
    assert after.rise == pytest.approx(after.reach)
    assert after.height != before.height
    again = DesignWidget(hands.document, context, settings)
    assert again.volumes.look == Look(Scale.LINEAR, 45)
    assert again.views.shown == VOLUMES
    again.deleteLater()


def test_the_input_carries_a_picture(design: Open):
    hands = design()
    view = in_volumes(hands)

    class Pictures:
        """A library that has been read."""

        opened = 0

        def open(self) -> None:
            Pictures.opened += 1

        def part(self, _name: str) -> object:
            white = np.full((1, 28, 28, 1), 255, np.uint8)
            return type("Part", (), {"pictures": white})

        changed = hands.widget.editor.refused

    def colour() -> str:
        side = at(view, view.drawing.volumes["n1"], side=True)
        return view.grab().toImage().pixelColor(side).name()

    InputPicture(Pictures(), view)  # type: ignore[arg-type]
    assert colour() == "#ffffff"
    hands.document.apply_network(lambda n: set_parameter(n, "n1", "shape", [32, 32, 1]), T("Set"))
    assert colour() != "#ffffff", "the picture of another size"


def test_only_what_is_in_view_is_painted(design: Open):
    hands = design("")
    hands.document.apply_network(lambda _: units(300), T("Paste"))
    view = in_volumes(hands)
    view.zoom_to(1.0)
    painted: list[str] = []
    real = VolumePainter.paint_volume

    def count(self: VolumePainter, painter: object, volume: Volume, *rest: object, **more: object):
        painted.append(volume.id)
        real(self, painter, volume, *rest, **more)  # type: ignore[arg-type]

    with patch.object(VolumePainter, "paint_volume", count):
        view.grab()
    assert 0 < len(set(painted)) < 15
    assert analyse(hands.document.network).nodes.keys() == view.drawing.volumes.keys()


def test_an_empty_network_invites(design: Open):
    hands = design("")
    in_volumes(hands)
    empty = hands.widget.views.empty
    assert empty.isVisible()
    assert empty.button is not None
    QTest.mouseClick(empty.button, LEFT)
    assert hands.names() == ["input"]
    assert not empty.isVisible()
