"""Importing in the window, with real keys and clicks; code is really read, models are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import StoredWeights
from cnnstudio.core.placing import beside
from cnnstudio.core.project import Project
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T
from cnnstudio.protocol.importing import Imported
from cnnstudio.ui.importing.dialog import ImportDialog
from cnnstudio.ui.importing.imports import with_layers
from cnnstudio.ui.importing.questions import NoAnswer, Questions, read_shape, read_value
from cnnstudio.ui.importing.words import names
from cnnstudio.ui.window.dialogs import Leave
from tests.ui.window.desk import Desk

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
CLEAN = "model = Sequential([Input((28, 28, 1)), Flatten(), Dense(10, activation='softmax')])\n"
OPEN = """\
inputs = Input((28, 28, 1))
x = Flatten()(inputs)
outputs = Dense(NUM_CLASSES, activation="softmax")(x)
model = Model(inputs, outputs)
model.fit(x_train, y_train, callbacks=[stop])
"""
BROKEN = """\
inputs = Input((28, 28, 1))
x = Flatten()(inputs)
한글 = 1; x = Dense(len(open("units.txt").read()))(x)
"""


def choose(qtbot: QtBot, desk: Desk, folder: Path, name: str, text: str = "") -> None:
    """Imports a file by its shortcut."""
    desk.answers.path = folder / name
    if text:
        desk.answers.path.write_text(text, encoding="utf-8")
    qtbot.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_O, CTRL | SHIFT)


def dialog_of(qtbot: QtBot, desk: Desk) -> ImportDialog:
    """The dialog, once it is there."""
    imports = desk.window.imports
    qtbot.waitUntil(lambda: imports.dialog is not None and imports.dialog.isVisible())
    assert imports.dialog is not None
    return imports.dialog


def notice(desk: Desk) -> str:
    current = desk.window.notice.current
    return "" if current is None else current.what.text()


def edit(desk: Desk) -> Project:
    """Changes the open project; returns it as it is then."""
    desk.session.document.apply(lambda p: replace(p, name="changed"), T("Rename"))
    return desk.session.document.project


def test_with_nothing_to_ask_it_opens_at_once(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", CLEAN)
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert desk.window.imports.dialog is None
    assert notice(desk) == "Imported 3 layers."
    assert desk.window.place == "design"
    assert desk.session.name == "mine"
    assert desk.session.path is None
    assert desk.session.unsaved
    assert len(desk.session.document.network.layers) == 3
    choose(qtbot, desk, tmp_path, "gone.py")
    assert desk.answers.asked[-1] == f"import from {tmp_path}"  # where the last one was
    qtbot.waitUntil(lambda: "gone.py" in notice(desk))


def test_a_model_with_weights_says_how_many(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    project = load_project_argument("sample:lecture-cnn")
    stored = StoredWeights("0" * 64, 0, ((1000, 1000), (1000,)))
    layers = tuple(replace(n, weights=stored) for n in project.network.layers[:1])
    network = replace(project.network, layers=(*layers, *project.network.layers[1:]))
    desk.reader.model = Imported(replace(project, network=network), "model", loaded=1)
    choose(qtbot, desk, tmp_path, "mine.keras")
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert notice(desk) == "Imported 8 layers, 1.0\u2009M weights."
    bar = desk.window.notice
    assert bar.height() < 48  # one line
    bar._leaving.timeout.emit()
    assert bar.current is None
    assert bar.isHidden()


def test_what_is_assumed_can_be_changed(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", OPEN)
    dialog = dialog_of(qtbot, desk)
    assert dialog.summary.text() == "3 layers · 7,850 parameters · 28×28×1 → 10"
    assert dialog.passed.list.toPlainText() == "5  callbacks=…"
    field = dialog.questions.rows["NUM_CLASSES"].editor
    assert QApplication.focusWidget() is field
    assert field.text() == "10"
    assert field.accessibleName() == "NUM_CLASSES"
    assert "Line 3" in field.toolTip()
    field.selectAll()
    qtbot.keyClicks(field, "many")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    problem = dialog.questions.rows["NUM_CLASSES"].problem
    assert problem.text() == "Write a number, a text in quotes, or several of them in brackets."
    assert problem.visibleRegion().boundingRect() == problem.rect()  # there is room for it
    qtbot.mouseClick(dialog.project, LEFT)
    assert dialog.isVisible()  # not with that
    assert QApplication.focusWidget() is field
    field.selectAll()
    qtbot.keyClicks(field, "4")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.summary.text().endswith("28×28×1 → 4"))
    assert problem.isHidden()
    assert dialog.isVisible()  # Enter ended the value and nothing more
    assert QApplication.focusWidget() is field
    for after in (dialog.passed.list, dialog.cancel, dialog.project):  # there is no canvas yet
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is after
    qtbot.keyClick(dialog.project, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert desk.window.imports.dialog is None
    assert [n.params.get("units") for n in desk.session.document.network.layers][-1] == 4


def test_enter_in_a_filled_field_opens_the_project(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", OPEN)
    field = dialog_of(qtbot, desk).questions.rows["NUM_CLASSES"].editor
    assert QApplication.focusWidget() is field
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert desk.window.imports.dialog is None
    assert desk.session.document.network.layers[-1].params["units"] == 10


def test_a_click_right_after_typing_waits_for_what_was_typed(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", OPEN)
    dialog = dialog_of(qtbot, desk)
    field = dialog.questions.rows["NUM_CLASSES"].editor
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7")
    dialog.project.setFocus()  # as a click does before it clicks
    qtbot.mouseClick(dialog.project, LEFT)
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert desk.session.document.network.layers[-1].params["units"] == 7


def test_an_inputs_shape_is_asked_for(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    choose(qtbot, desk, tmp_path, "part.py", "x = Conv2D(8, 3)(x)\nx = Conv2D(8, 3)(x)\n")
    dialog = dialog_of(qtbot, desk)
    field = dialog.questions.rows[""].editor
    assert field.text() == "28×28×1"
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "32 32 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "32×32×3 → 28×28×8" in dialog.summary.text())
    assert list(dialog.questions.rows) == [""]  # it stays, to be changed again
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk.window.imports.dialog is None
    assert not desk.session.is_open


def test_refused_code_is_shown_and_what_came_before_can_be_kept(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", BROKEN)
    dialog = dialog_of(qtbot, desk)
    trouble = dialog.trouble
    assert trouble is not None
    assert trouble.line is not None
    assert trouble.notice.what.text().startswith("Line 3, column ")
    assert trouble.notice.why.text() == "The 2 layers before it were read."
    assert trouble.line.number == "3"
    assert trouble.line.before.startswith("한글 = 1; x = Dense(")
    assert trouble.line.marked
    assert trouble.line.accessibleName() == BROKEN.splitlines()[2]
    assert dialog.project.text() == "Keep what was read so far"
    qtbot.mouseClick(dialog.project, LEFT)
    assert [n.kind for n in desk.session.document.network.layers] == ["input", "flatten"]


def test_the_mark_lies_under_what_it_marks(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    """A long line is moved until the mark can be seen."""
    start = "x = " + "1 + " * 60
    choose(qtbot, desk, tmp_path, "mine.py", f"y = Input((8, 8, 1))\n{start}* 2\n")
    line = dialog_of(qtbot, desk).trouble.line  # type: ignore[union-attr]
    assert line is not None
    image, ratio = line.grab().toImage(), line.devicePixelRatioF()
    lower = range(round(image.height() * 0.55), image.height())
    reddish = [
        x / ratio
        for x in range(image.width())
        for colour in (image.pixelColor(x, y) for y in lower)
        if colour.red() > colour.blue() + 60
    ]
    assert reddish
    assert 20 < min(reddish) <= max(reddish) < line.width() - 8


def test_nothing_read_can_not_be_opened(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", "print('hello'\n")
    dialog = dialog_of(qtbot, desk)
    assert dialog.summary.text() == "No layer was read."
    assert not dialog.project.isEnabled()
    assert dialog.project.toolTip() == "There is no layer to open."
    dialog.reject()


def test_layers_are_added_to_the_open_project_in_one_step(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    desk.session.open_sample("lecture-cnn")
    before = desk.session.document.project
    added: list[Any] = []
    desk.window.imports.inserted.connect(added.append)
    choose(qtbot, desk, tmp_path, "mine.py", OPEN)
    qtbot.mouseClick(dialog_of(qtbot, desk).canvas, LEFT)
    network = desk.session.document.network
    new = network.layers[8:]
    assert added == [tuple(node.id for node in new)]
    assert [node.kind for node in new] == ["input", "flatten", "dense"]
    assert len({node.name for node in network.layers}) == 11
    right = max(node.position[0] for node in before.network.layers)
    assert all(node.position[0] > right for node in new)
    assert min(n.position[1] for n in new) == min(n.position[1] for n in before.network.layers)
    assert desk.session.document.history == (desk.session.document.undo_text,)
    desk.session.document.undo()
    assert desk.session.document.project is before


def test_layers_without_places_get_some_before_others_come() -> None:
    network = load_project_argument("sample:lecture-cnn").network
    bare = replace(network, layers=tuple(replace(n, position=(0.0, 0.0)) for n in network.layers))
    joined = with_layers(Project(network=bare), bare).network
    assert len({node.position for node in joined.layers}) == 16
    # Cards inside a folded block may lie where others do; they stay there.
    second = replace(network.layers[1], position=network.layers[2].position)
    folded = replace(network, layers=(network.layers[0], second, *network.layers[2:]))
    x, y = beside(network, folded)
    new = with_layers(Project(network=network), folded).network.layers[8:]
    places = [(node.position[0] + x, node.position[1] + y) for node in folded.layers]
    assert [node.position for node in new] == places


def test_code_without_a_layer_opens_nothing(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", "size = 28\n")
    qtbot.waitUntil(lambda: notice(desk) == "There is no layer in mine.py.")
    assert not desk.session.is_open


def test_without_a_project_there_is_no_canvas(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    choose(qtbot, desk, tmp_path, "mine.py", OPEN)
    dialog = dialog_of(qtbot, desk)
    assert not dialog.canvas.isEnabled()
    assert dialog.canvas.toolTip() == "No project is open."
    dialog.reject()


def test_inserting_from_the_menu(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    action = desk.window.actions_table.get("insert_file")
    assert not action.isEnabled()
    desk.session.open_sample("dense-only")
    desk.answers.path = tmp_path / "mine.py"
    desk.answers.path.write_text(CLEAN, encoding="utf-8")
    count = len(desk.session.document.network.layers)
    action.trigger()
    qtbot.waitUntil(lambda: len(desk.session.document.network.layers) == count + 3)
    assert desk.session.name == "dense-only"


def test_unsaved_changes_are_asked_about_once(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.session.open_sample("lecture-cnn")
    changed = edit(desk)
    choose(qtbot, desk, tmp_path, "mine.py", OPEN)
    dialog = dialog_of(qtbot, desk)
    assert "changed" not in desk.answers.asked
    desk.answers.leave_with = Leave.STAY
    qtbot.mouseClick(dialog.project, LEFT)
    assert desk.answers.asked.count("changed") == 1
    assert desk.session.document.project is changed
    assert dialog.isVisible()  # nothing that was answered there is lost
    desk.answers.leave_with = Leave.DISCARD
    qtbot.mouseClick(dialog.project, LEFT)
    assert desk.session.name == "mine"
    assert desk.answers.asked.count("changed") == 2


def test_what_takes_long_can_be_cancelled(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    waiting = desk.window.imports.waiting
    desk.reader.gate.clear()
    choose(qtbot, desk, tmp_path, "large.keras")
    assert waiting.isHidden()
    qtbot.waitUntil(waiting.isVisible)
    assert waiting.text.text() == "Reading large.keras…"
    assert waiting.bar.value() == 400
    desk.window.session.open_sample("lecture-cnn")  # the window isn't held up
    opened = desk.session.document.project
    qtbot.mouseClick(waiting.cancel, LEFT)
    assert waiting.isHidden()
    qtbot.waitUntil(desk.reader.stopped.is_set)
    assert desk.session.document.project is opened
    assert notice(desk) == ""


def test_the_newest_import_counts(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.reader.gate.clear()
    choose(qtbot, desk, tmp_path, "large.keras")
    choose(qtbot, desk, tmp_path, "larger.keras")
    desk.reader.model = Imported(load_project_argument("sample:dense-only"), "model")
    qtbot.waitUntil(desk.reader.stopped.is_set)
    desk.reader.gate.set()
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert notice(desk).startswith("Imported 4 layers")


def test_a_refused_model_is_told_in_its_sentence(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.reader.error = BadInput(T("{file} has a Lambda layer.", file="bad.keras"))
    choose(qtbot, desk, tmp_path, "bad.keras")
    qtbot.waitUntil(lambda: notice(desk) == "bad.keras has a Lambda layer.")
    assert not desk.session.is_open


def test_what_a_model_lacks_is_told(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    project = load_project_argument("sample:lecture-cnn")
    several = tuple(f"dense_{n}" for n in range(11))
    warning = T("The optimiser isn't read.")
    desk.reader.model = Imported(
        project, "model", opaque=("mystery",), missing=several, warnings=(warning,)
    )
    choose(qtbot, desk, tmp_path, "mine.keras")
    dialog = dialog_of(qtbot, desk)
    assert [label.text() for label in dialog.facts] == [
        "1 layer is of a class the studio doesn't know and is kept as it is: mystery",
        "11 layers have no weights in the file and start with new ones: "
        + ", ".join(several[:8]) + " and 3 more",
        "The optimiser isn't read.",
    ]  # fmt: skip
    assert dialog.passed.isHidden()
    assert not dialog.questions.isVisible()
    nameless = [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not (widget.accessibleName() or widget.property("text"))
    ]
    assert nameless == []
    assert dialog.height() <= desk.window.height()
    dialog.reject()


@pytest.mark.parametrize("percent", [90, 150])
def test_the_dialog_fits_the_smallest_window(
    qtbot: QtBot, desk: Desk, tmp_path: Path, percent: int
) -> None:
    desk.preferences.set("text_size", percent)
    desk.window.resize(1024, 700)
    asked = "".join(f"x = Dense(UNITS_{n})(x)\n" for n in range(9))
    passed = "".join(f"print({n})\n" for n in range(30))
    choose(qtbot, desk, tmp_path, "mine.py", f"x = Input((8, 8, 1))\n{asked}{passed}")
    dialog = dialog_of(qtbot, desk)
    assert len(dialog.questions.rows) == 9
    assert dialog.height() <= 700
    assert dialog.width() <= 1024
    for part in (dialog.cancel, dialog.canvas, dialog.project):
        assert part.visibleRegion().boundingRect() == part.rect()
    dialog.reject()


def test_code_on_the_clipboard(qtbot: QtBot, desk: Desk) -> None:
    action = desk.window.actions_table.get("import_clipboard")
    QGuiApplication.clipboard().setText(" ")
    action.trigger()
    assert notice(desk) == "There is no text on the clipboard. Copy Keras code first."
    QGuiApplication.clipboard().setText(CLEAN)
    action.trigger()
    qtbot.waitUntil(lambda: desk.session.is_open)
    assert len(desk.session.document.network.layers) == 3
    assert notice(desk) == "Imported 3 layers."


def test_the_start_page_imports(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.answers.path = tmp_path / "mine.py"
    desk.answers.path.write_text(CLEAN, encoding="utf-8")
    page = desk.window.pages.currentWidget()
    row = next(
        w for w in page.findChildren(QWidget)
        if w.accessibleName() == "Import code or a model…"
    )  # fmt: skip
    qtbot.mouseClick(row, LEFT)
    qtbot.waitUntil(lambda: desk.session.is_open)


@pytest.mark.parametrize(
    ("typed", "value"),
    [(" 10 ", 10), ("0.5", 0.5), ("'same'", "same"), ("(3, 3)", (3, 3)), ("None", None)],
)
def test_values_as_python_writes_them(typed: str, value: object) -> None:
    assert read_value(typed) == value


@pytest.mark.parametrize("typed", ["", "ten", "1 +", "f()", "[" * 500])
def test_what_is_no_value(typed: str) -> None:
    with pytest.raises(NoAnswer):
        read_value(typed)


@pytest.mark.parametrize("typed", [None, 28, [], ["a", 28, 1], [28, -1, 1], [28, None], [1] * 5])
def test_what_is_no_shape(typed: object) -> None:
    with pytest.raises(NoAnswer):
        read_shape(typed)


def test_shapes() -> None:
    assert read_shape([28, 28, 1]) == (28, 28, 1)


def test_questions_are_asked_once(qtbot: QtBot, desk: Desk) -> None:
    questions = Questions(desk.window.context)
    qtbot.addWidget(questions)
    assert questions.answers.given == {}
    assert questions.refused is None


def test_of_many_names_the_first_are_said() -> None:
    assert names(["a", "b"]) == "a, b"
    assert str(names([str(n) for n in range(10)])) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
