"""The Inspect workspace under a real mouse and keyboard, with an engine that only answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.data.datasets import FASHION_MNIST
from cnnstudio.core.data.parts import open_pool
from cnnstudio.ui.inspect.drawing_pad import DrawingPad
from cnnstudio.ui.inspect.map_grid import whole_zoom
from cnnstudio.ui.inspect.workspace import InspectWidget, InspectWorkspace
from cnnstudio.ui.theme.colormaps import maps_table, signed_table
from cnnstudio.ui.widgets.choices import Segmented
from cnnstudio.ui.widgets.context import Context
from tests.ui.decoded import decoded, decoded_folder
from tests.ui.inspect.bench import FakeBench, bench, make_run

__all__ = ["bench", "decoded", "decoded_folder"]

pytestmark = pytest.mark.usefixtures("decoded")

CHOSEN: list[Path] = []


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    make_run(tmp_path / "run")
    return [tmp_path / "run"]


@pytest.fixture
def open_with(
    qtbot: QtBot, context: Context, settings: QSettings, bench: FakeBench
) -> Iterator[Callable[[list[Path]], InspectWorkspace]]:
    made: list[InspectWorkspace] = []

    def open_with(folders: list[Path]) -> InspectWorkspace:
        workspace = InspectWorkspace(
            context, settings, bench, lambda: folders, lambda: CHOSEN[0] if CHOSEN else None
        )
        widget = workspace.widget()
        qtbot.addWidget(widget)
        widget.resize(1440, 800)
        widget.show()
        made.append(workspace)
        qtbot.waitUntil(lambda: workspace.examination.runs is not None, timeout=10_000)
        return workspace

    yield open_with
    CHOSEN.clear()
    for workspace in made:
        workspace.widget().close()
        workspace.examination.close()


@pytest.fixture
def workspace(
    qtbot: QtBot, open_with: Callable[[list[Path]], InspectWorkspace], folders: list[Path]
) -> InspectWorkspace:
    workspace = open_with(folders)
    seen = workspace.examination
    qtbot.waitUntil(lambda: seen.picture is not None and seen.weights is not None, timeout=10_000)
    return workspace


@pytest.fixture
def widget(workspace: InspectWorkspace) -> InspectWidget:
    widget = workspace.widget()
    assert isinstance(widget, InspectWidget)
    return widget


def segment(control: Segmented, words: str) -> QAbstractButton:
    return next(b for b in control.findChildren(QAbstractButton) if b.text() == words)


def point_at(view: QWidget, x: int, y: int) -> None:
    """Moves the pointer there; as an event of its own, since the test screen may be smaller."""
    at, none = QPointF(x, y), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, view.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


def layer(workspace: InspectWorkspace, name: str) -> str:
    assert workspace.examination.run is not None
    nodes = workspace.examination.run.analysis.nodes
    return next(id for id, node in nodes.items() if node.node.name == name)


def test_without_a_run_there_is_a_sentence_and_a_way(
    qtbot: QtBot, open_with: Callable[[list[Path]], InspectWorkspace], tmp_path: Path
) -> None:
    folders: list[Path] = [tmp_path / "gone"]
    workspace = open_with(folders)
    widget = workspace.widget()
    assert isinstance(widget, InspectWidget)
    assert widget.empty.isVisible()
    assert widget.empty.button is not None
    with qtbot.waitSignal(workspace.train_wanted):
        qtbot.mouseClick(widget.empty.button, Qt.MouseButton.LeftButton)
    make_run(tmp_path / "run")
    folders.append(tmp_path / "run")
    workspace.refresh()
    qtbot.waitUntil(lambda: workspace.examination.picture is not None, timeout=10_000)
    assert not widget.empty.isVisible()


def test_the_first_picture_is_asked_about_and_answered(
    widget: InspectWidget, bench: FakeBench
) -> None:
    test = open_pool(FASHION_MNIST, "test")
    assert test is not None
    request, picture = bench.asked[-1]
    assert request.epoch == 2, "the best epoch"
    assert np.array_equal(picture, test.pictures[0])
    page = widget.maps.pages.currentWidget()
    assert page is not widget.maps.grid, "a sentence while the engine starts"
    bench.answer()
    assert widget.maps.pages.currentWidget() is widget.maps.grid
    assert widget.picture.picture.true.text() == "Ankle boot"
    assert widget.picture.picture.said.text() == "Sandal"
    bars = widget.picture.bars._bars
    assert [str(bar.text) for bar in bars[:3]] == ["Sandal", "Sneaker", "Ankle boot"]
    assert bars[0].value == "90.00 %"
    assert bars[0].colour == "danger", "the true class is another"


def test_maps_have_viridis_on_their_own_or_one_scale(
    qtbot: QtBot, widget: InspectWidget, bench: FakeBench, context: Context
) -> None:
    bench.answer()
    maps, table = widget.maps, maps_table(context.theme)
    assert maps.maps is not None
    assert maps.maps.count == 32
    for index in (0, 31):
        image = maps.maps.picture(index)
        assert image is not None
        assert image.pixel(0, 0) == table[0]
        assert image.pixel(27, 27) == table[-2]
    assert maps.maps.caption(2) == "2 dead"
    assert maps.grid.current == 31, "the liveliest is enlarged"
    qtbot.mouseClick(segment(maps.scale, "One scale for all"), Qt.MouseButton.LeftButton)
    assert maps.maps.scale(0) == maps.maps.scale(31) == (0.0, 32.0)
    first, last = maps.maps.picture(0), maps.maps.picture(31)
    assert first is not None
    assert last is not None
    assert first.pixel(27, 27) == table[round(254 / 32)]
    assert last.pixel(27, 27) == table[-2]


def test_a_click_enlarges_a_map_and_the_pointer_reads_it(
    qtbot: QtBot, widget: InspectWidget, bench: FakeBench
) -> None:
    bench.answer()
    grid, detail = widget.maps.grid, widget.detail
    index, place = grid._in_sight(grid.viewport().rect())[4]
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert index == 4
    widget.grab()  # lays out
    side = detail.view.place().width()
    point_at(detail.view, side - 2, side - 2)
    assert detail.where.text() == "row 27, column 27"
    assert detail.value.text() == "5.000"
    bench.poison = True
    qtbot.mouseClick(widget.picture.test.after, Qt.MouseButton.LeftButton)
    bench.answer()
    assert grid.current == 4, "another picture keeps the map"
    assert widget.maps._warning.isVisible()
    image = widget.maps.maps.picture(0) if widget.maps.maps else None
    assert image is not None
    assert QColor(image.pixel(0, 0)).name().upper() == detail._maps._context.theme.colours.danger


def test_pictures_by_class_with_mouse_and_keys(
    qtbot: QtBot, widget: InspectWidget, workspace: InspectWorkspace, bench: FakeBench
) -> None:
    test, seen = widget.picture.test, workspace.examination
    test.classes.set_value(5)
    test.classes.chosen.emit(5)
    qtbot.mouseClick(test.after, Qt.MouseButton.LeftButton)
    assert seen.picture is not None
    assert seen.picture.label == 5
    first = seen.picture.number
    qtbot.keyClick(test.grid, Qt.Key.Key_Right)
    assert seen.picture.number > first
    qtbot.mouseClick(test.before, Qt.MouseButton.LeftButton)
    assert seen.picture.number == first
    assert np.array_equal(bench.asked[-1][1], seen.picture.values)


def test_only_the_newest_question_counts(
    widget: InspectWidget, workspace: InspectWorkspace, bench: FakeBench
) -> None:
    seen = workspace.examination
    seen.choose_layer(layer(workspace, "conv2d_2"))
    seen.choose_test_picture(3)
    bench.answer()
    assert seen.answer is not None
    assert seen.answer.output.shape == (26, 26, 64)
    assert seen.state is None
    bench.asked.clear()
    seen.choose_test_picture(4)
    bench.refuse("The engine ended.")
    assert widget.maps._said is not None
    assert str(widget.maps._said) == "The engine ended."


def test_layers_are_chosen_in_the_list(
    qtbot: QtBot, widget: InspectWidget, bench: FakeBench
) -> None:
    bench.answer()
    layers = widget.picture.layers
    row = next(r for r in range(layers.count()) if layers.item(r).text() == "dense_1")
    place = layers.visualItemRect(layers.item(row))
    qtbot.mouseClick(layers.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    bench.answer()
    assert widget.maps.vector.isVisible()
    side = widget.maps.vector.place().width()
    point_at(widget.maps.vector, side * 3 // 10 + 3, 3)
    assert widget.detail.where.text() == "unit 3"
    assert widget.detail.value.text() == "1.500"
    qtbot.keyClick(layers, Qt.Key.Key_End)
    bench.answer()
    assert widget.maps.units.isVisible()
    assert [str(bar.text) for bar in widget.maps.units._bars][:2] == ["T-shirt/top", "Trouser"]


def test_filters_are_read_from_the_checkpoint_alone(
    qtbot: QtBot,
    widget: InspectWidget,
    workspace: InspectWorkspace,
    context: Context,
) -> None:
    seen, maps = workspace.examination, widget.maps
    qtbot.mouseClick(segment(maps.kind, "Learned filters"), Qt.MouseButton.LeftButton)
    assert maps.pages.currentWidget() is maps.grid, "no engine has answered"
    assert maps.kernels is not None
    assert [s.count for s in maps.grid._sections] == [32], "one kernel a filter"
    seen.choose_layer(layer(workspace, "conv2d_2"))
    assert seen.weights is not None
    kernels = seen.weights["conv2d_2/kernel"]
    assert len(maps.grid._sections) == 64
    maps.grid.set_current(5 * 32 + 7)
    assert np.array_equal(widget.detail.view._values, kernels[:, :, 7, 5])
    image = maps.kernels.picture(5 * 32 + 7)
    assert image is not None
    table, limit = signed_table(context.theme), float(np.abs(kernels).max())
    expected = table[int(np.rint((kernels[2, 1, 7, 5] + limit) * 254 / (2 * limit)))]
    assert image.pixel(1, 2) == expected
    seen.choose_layer(layer(workspace, "dense_1"))
    assert str(maps._said) == "dense_1 has no filters: only convolutions do."
    button = next(b for b in maps.findChildren(QAbstractButton) if b.text() == "Show conv2d_1")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert seen.layer == layer(workspace, "conv2d_1")
    assert maps.pages.currentWidget() is maps.grid


def test_the_epoch_slider_goes_through_the_snapshots(
    qtbot: QtBot, widget: InspectWidget, workspace: InspectWorkspace, bench: FakeBench
) -> None:
    bar, seen = widget.run_bar, workspace.examination
    assert seen.epoch == 2
    assert not bar.best.isEnabled()
    assert bar._value.text() == "0.8200"
    qtbot.keyClick(bar.slider, Qt.Key.Key_Right)
    assert seen.epoch == 4
    assert bench.asked[-1][0].epoch == 4
    assert bar._epoch.text() == "4 / 4"
    before = seen.weights
    qtbot.waitUntil(lambda: seen.weights is not None and seen.weights is not before)
    qtbot.mouseClick(bar.best, Qt.MouseButton.LeftButton)
    assert seen.epoch == 2
    action = next(a for a in workspace.actions() if a.id == "inspect.epoch_before")
    action.run()
    assert seen.epoch == 1


def test_a_checkpoint_that_lands_is_followed(
    qtbot: QtBot, workspace: InspectWorkspace, folders: list[Path]
) -> None:
    from cnnstudio.core.storage.run_folder import RunFolder

    seen = workspace.examination
    seen.choose_epoch(4)
    run = RunFolder.open(folders[0])
    run.checkpoints.write(5, run.checkpoints.read_weights(4))
    workspace.refresh()
    qtbot.waitUntil(lambda: seen.epoch == 5)


def test_a_damaged_checkpoint_is_said(
    qtbot: QtBot, widget: InspectWidget, workspace: InspectWorkspace, folders: list[Path]
) -> None:
    file = folders[0] / "checkpoints" / "epoch-0004" / "weights.npz"
    file.write_bytes(file.read_bytes()[:1000])
    seen = workspace.examination
    qtbot.mouseClick(segment(widget.maps.kind, "Learned filters"), Qt.MouseButton.LeftButton)
    seen.choose_epoch(4)
    qtbot.waitUntil(lambda: seen.weights_problem is not None)
    assert "is damaged" in str(widget.maps._said)


def test_a_file_is_decoded_by_a_worker(
    qtbot: QtBot, widget: InspectWidget, workspace: InspectWorkspace, tmp_path: Path
) -> None:
    seen = workspace.examination
    file = tmp_path / "bright.png"
    image = QImage(56, 56, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 200, 200))
    assert image.save(str(file))
    CHOSEN.append(file)
    qtbot.mouseClick(widget.picture.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seen.picture is not None and seen.picture.number < 0, timeout=20_000)
    assert seen.picture is not None
    assert (seen.picture.values == 200).all()
    assert widget.picture.header.note._full == "bright.png"
    assert not widget.picture.picture.true.isVisible(), "nobody knows its class"
    file.write_text("no picture")
    qtbot.mouseClick(widget.picture.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seen.picture_problem is not None, timeout=20_000)
    assert "isn't a picture the studio reads" in widget.picture.picture._problem.text()


def test_the_clipboard_gives_a_picture_a_file_or_a_sentence(
    qtbot: QtBot, widget: InspectWidget, workspace: InspectWorkspace
) -> None:
    seen, clipboard = workspace.examination, QGuiApplication.clipboard()
    clipboard.setText("words")
    qtbot.mouseClick(widget.picture.paste, Qt.MouseButton.LeftButton)
    assert "no picture on the clipboard" in widget.picture.picture._problem.text()
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(QColor(90, 90, 90))
    clipboard.setImage(image)
    qtbot.mouseClick(widget.picture.paste, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seen.picture is not None and seen.picture.number < 0, timeout=20_000)
    assert seen.picture is not None
    assert (seen.picture.values == 90).all()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/no/such/picture.png")])
    clipboard.setMimeData(data)
    qtbot.mouseClick(widget.picture.paste, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seen.picture_problem is not None, timeout=20_000)
    clipboard.clear()


def test_a_drawing_is_looked_at_stroke_by_stroke(
    qtbot: QtBot, widget: InspectWidget, workspace: InspectWorkspace, bench: FakeBench
) -> None:
    seen = workspace.examination
    qtbot.mouseClick(widget.picture.draw, Qt.MouseButton.LeftButton)
    popover = widget.picture._popover
    assert popover is not None
    pad = popover.findChild(DrawingPad)
    assert isinstance(pad, DrawingPad)
    canvas = pad.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(112, 40))
    for y in range(48, 190, 8):
        qtbot.mouseMove(canvas, QPoint(112, y))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(112, 184))
    assert seen.picture is not None
    values = seen.picture.values
    assert values.shape == (28, 28, 1)
    assert values[5:23, 13:15].min() > 200, "a stroke two pixels wide"
    assert values[:, :11].max() == 0
    assert values[:3].max() == 0
    assert np.array_equal(bench.asked[-1][1], values)
    qtbot.keyClick(pad.brush, Qt.Key.Key_Right)
    popover.close()
    seen.choose_test_picture(0)
    qtbot.mouseClick(widget.picture.draw, Qt.MouseButton.LeftButton)
    popover = widget.picture._popover
    assert popover is not None
    pad = popover.findChild(DrawingPad)
    assert isinstance(pad, DrawingPad)
    assert np.array_equal(seen.picture.values, values), "the pad still has the drawing"
    assert pad.brush.value() == 5
    qtbot.mouseClick(pad.clear, Qt.MouseButton.LeftButton)
    assert not seen.picture.values.any()
    popover.close()


def test_every_size_and_theme_shows_the_same_things(
    widget: InspectWidget, bench: FakeBench, context: Context
) -> None:
    bench.answer()
    for width, height in ((1024, 660), (1280, 720), (1920, 1000)):
        widget.resize(width, height)
        for mode in ("dark", "light"):
            context.theme.set_mode(mode)
            widget.grab()
    grid = widget.maps.grid
    assert grid._tile == 5 * 28, "as large as all 32 fit, every number a square of 5×5 pixels"
    assert grid.visible_range() == (0, 32)
    assert grid.verticalScrollBar().maximum() == 0
    assert grid.current == 31


def test_maps_that_do_not_all_fit_have_about_the_size_of_the_layout(
    widget: InspectWidget, workspace: InspectWorkspace, bench: FakeBench
) -> None:
    widget.resize(1024, 660)
    workspace.examination.choose_layer(layer(workspace, "conv2d_2"))
    bench.answer()
    bench.answer()
    widget.grab()
    assert widget.maps.grid._tile == 2 * 26
    assert widget.maps.grid.verticalScrollBar().maximum() > 0
    assert [whole_zoom(side, 48) for side in (1, 3, 13, 28, 40, 90, 224)] == [
        *(48, 48, 52, 56, 40, 90, 48)
    ]


def test_layers_have_a_map_each_asked_for_after_what_was_asked(
    widget: InspectWidget, workspace: InspectWorkspace, bench: FakeBench, context: Context
) -> None:
    seen, shown = workspace.examination, widget.picture.layers.thumbnails
    inputs, first, second, pool = (
        layer(workspace, name) for name in ("input_1", "conv2d_1", "conv2d_2", "max_pooling2d")
    )
    assert shown[inputs].pixelColor(14, 14).value() == seen.picture.values[14, 14, 0]
    before = len(bench.asked)
    bench.answer()
    assert set(shown) == {inputs, first}, "the layer that was asked for has come with its answer"
    bench.answer()
    seen.choose_test_picture(3)
    bench.answer()  # what was asked for picture 0 counts no more
    assert set(shown) == {inputs, first, second}
    for _ in range(3):
        bench.answer()
    assert set(shown) == {inputs, first, second, pool}
    asked = [request.layer for request, _ in bench.asked[before:]]
    assert asked == [second, pool, first, second, pool]
    table = maps_table(context.theme)
    assert shown[pool].size().width() == 13
    assert shown[pool].pixel(12, 12) == table[-2]
    widget.grab()
    seen.choose_test_picture(4)
    bench.answer()
    bench.refuse("The engine ended.")
    assert set(shown) == {inputs, first}
    assert len(bench._waiting) == 0, "an engine that ended isn't started again for thumbnails"


def test_the_network_of_the_epoch_in_view_can_be_saved(
    qtbot: QtBot, workspace: InspectWorkspace, widget: InspectWidget
) -> None:
    wanted: list[tuple[Path, int]] = []
    workspace.save_wanted.connect(lambda run, epoch: wanted.append((run, epoch)))
    qtbot.mouseClick(widget.run_bar.save, Qt.MouseButton.LeftButton)
    widget.run_bar.step(1)
    action = next(one for one in workspace.actions() if one.id == "inspect.save_network")
    action.run()
    run = workspace.examination.run
    assert run is not None
    assert wanted == [(run.path, 2), (run.path, 4)]
