"""A layer's own code in Design: looked at, trusted, measured in the background, its form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.layers.custom import Measured, MeasuredWeight
from cnnstudio.core.project import Project
from cnnstudio.core.storage.trust import TrustStore
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import LayerMeasured, MeasureLayer, Request
from cnnstudio.ui.design.custom_dialog import line_of
from cnnstudio.ui.design.custom_measuring import Measuring, OnAnswer, OnRefused
from cnnstudio.ui.design.custom_panel import CustomPanel
from cnnstudio.ui.design.custom_preferences import TrustedCode
from cnnstudio.ui.design.custom_trust import Trust
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.matching import Matcher
from tests.fakes.own_layers import PROGRAM, SQUEEZE
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrustStore:
    """The person's own folder, in which nothing is trusted yet."""
    monkeypatch.setenv("CNNSTUDIO_DATA", str(tmp_path / "data"))
    return TrustStore.of_person()


class Engines:
    """Keeps what is asked, for the test to answer."""

    def __init__(self) -> None:
        self.asked: list[MeasureLayer] = []
        self.stopped = 0
        self._waiting: list[tuple[OnAnswer, OnRefused]] = []

    def ask(
        self,
        request: Request,
        blob: bytes = b"",
        *,
        on_answer: OnAnswer,
        on_refused: OnRefused,
        newest: str = "",
    ) -> int:
        assert isinstance(request, MeasureLayer)
        self.asked.append(request)
        self._waiting.append((on_answer, on_refused))
        return len(self.asked)

    def forget(self, _ticket: int, *, stop: bool = False) -> None:
        self.stopped += stop
        self._waiting.clear()

    def answer(self) -> None:
        """Gives the shape that came in, and one variable."""
        one = self.asked[-1]
        shape = one.inputs[0]
        fact = Measured(one.params, one.inputs, shape, (MeasuredWeight("kernel", (shape[-1],)),))
        self._waiting.pop(0)[0](LayerMeasured(fact=fact), b"")

    def refuse(self, text: Text) -> None:
        self._waiting.pop(0)[1](text)


class Own:
    """A workspace with a network that has two layers of one own class."""

    def __init__(self, hands: Hands, qtbot: QtBot) -> None:
        self.hands, self.qtbot = hands, qtbot
        self.engines = Engines()
        self.trust = Trust(hands.widget)
        hands.document.load(Project(network=read_code(PROGRAM).network))
        self.measuring = Measuring(hands.document, self.trust, self.engines, hands.widget)
        self.panel.follow(self.trust, self.measuring)
        hands.widget.selection.choose([hands.id("squeeze")])

    @property
    def panel(self) -> CustomPanel:
        return self.hands.widget.layer_panel.custom

    @property
    def said(self) -> str:
        return self.panel.state.text()

    def trust_it(self) -> None:
        """With the mouse: the button, the dialog, its button."""
        QTest.mouseClick(self.panel.look, LEFT)
        assert self.panel.dialog is not None
        assert self.panel.dialog.view.toPlainText() == SQUEEZE
        QTest.mouseClick(self.panel.dialog.trust, LEFT)

    def wait_for(self, count: int) -> None:
        self.qtbot.waitUntil(lambda: len(self.engines.asked) == count)


@pytest.fixture
def own(design: Open, qtbot: QtBot) -> Iterator[Own]:
    one = Own(design(""), qtbot)
    yield one
    one.measuring.close()


def test_nothing_is_run_before_it_is_trusted(own: Own) -> None:
    assert "before you have looked at it" in own.said
    own.qtbot.waitUntil(lambda: not own.measuring._pause.isActive())
    assert own.engines.asked == []
    QTest.mouseClick(own.panel.look, LEFT)
    dialog = own.panel.dialog
    assert dialog is not None
    own.qtbot.waitUntil(dialog.view.hasFocus)
    QTest.keyClicks(dialog.view, "x")
    QTest.keyClick(dialog.view, Qt.Key.Key_Return)
    assert dialog.view.toPlainText() == SQUEEZE
    QTest.mouseClick(dialog.close_button, LEFT)
    assert TrustStore.of_person().entries() == ()
    face = own.hands.widget.view.network_scene.face(own.hands.id("squeeze"))
    assert (face.shape, face.opaque, face.detail, face.inputs) == ("?", True, "Squeeze", 1)


def test_once_trusted_all_of_it_is_measured_without_a_step(own: Own) -> None:
    steps = own.hands.document.history
    own.trust_it()
    own.wait_for(1)
    assert "measuring" in own.said
    assert own.engines.asked[0].inputs == ((26, 26, 8),)
    assert own.engines.asked[0].code.measured == ()
    own.engines.answer()
    own.wait_for(2)
    own.engines.answer()
    assert not analyse(own.hands.document.network).errors
    assert own.hands.document.history == steps
    assert not own.hands.document.modified
    assert own.said == "You trust the code of Squeeze."
    face = own.hands.widget.view.network_scene.face(own.hands.id("squeeze"))
    assert (face.shape, face.count, face.opaque) == ("26×26×8", "8", False)


def test_another_shape_is_measured_again_and_undo_needs_no_engine(own: Own) -> None:
    own.trust_it()
    for count in (1, 2):
        own.wait_for(count)
        own.engines.answer()
    document = own.hands.document
    own.hands.widget.editor.set_parameter(own.hands.id("conv"), "filters", 16)
    assert analyse(document.network).errors
    for count in (3, 4):
        own.wait_for(count)
        own.engines.answer()
    assert own.engines.asked[-1].inputs == ((26, 26, 16),)
    document.undo()
    assert not analyse(document.network).errors
    document.redo()
    own.qtbot.waitUntil(lambda: not analyse(document.network).errors)
    assert len(own.engines.asked) == 4


def test_a_fault_is_told_and_its_line_is_marked(own: Own) -> None:
    own.trust_it()
    own.wait_for(1)
    fault = T("The code of the layer fails at line {line}: {reason}.", line=9, reason="no")
    own.engines.refuse(T("{layer}: {problem}", layer="squeeze", problem=fault))
    assert own.said == "squeeze: The code of the layer fails at line 9: no."
    QTest.mouseClick(own.panel.look, LEFT)
    assert own.panel.dialog is not None
    assert own.panel.dialog.view.wrong_line == 8
    own.panel.dialog.reject()
    QTest.mouseClick(own.panel.again, LEFT)
    own.wait_for(2)
    own.measuring._give_up()
    assert own.engines.stopped == 1
    assert "doesn't come back" in own.said
    assert line_of(T("no line")) == 0


def test_its_arguments_are_a_form_of_plain_values(own: Own) -> None:
    form = own.hands.widget.layer_panel.form
    assert form is not None
    sizes, ratio, activation = (form.editor(n) for n in ("sizes", "ratio", "activation"))
    assert isinstance(sizes, QLineEdit)
    assert isinstance(ratio, QLineEdit)
    assert isinstance(activation, QLineEdit)
    assert (sizes.text(), ratio.text(), activation.text()) == ("(1, 2)", "2", "'gelu'")

    def typed(field: QLineEdit, text: str) -> None:
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text) if text else QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def params() -> dict[str, object]:
        return own.hands.document.network.by_id[own.hands.id("squeeze")].params

    typed(sizes, "[3, 5]")
    typed(activation, "tanh")
    assert params() == {"ratio": 2, "activation": "tanh", "sizes": [3, 5]}
    assert own.hands.widget.layer_panel.form is form  # the focus isn't lost
    typed(ratio, "")
    assert params() == {"activation": "tanh", "sizes": [3, 5]}
    assert ratio.placeholderText() == "RATIO"
    typed(sizes, "1 +")
    assert "can't be 1 +" in form.problem("sizes")
    assert params()["sizes"] == [3, 5]


def test_an_unknown_layer_is_given_its_code(own: Own, tmp_path: Path) -> None:
    network = own.hands.document.network
    bare = tuple(replace(node, code=None) for node in network.layers)
    own.hands.document.load(Project(network=replace(network, layers=bare)))
    own.hands.widget.selection.choose([own.hands.id("squeeze")])
    assert "With its code" in own.said
    QGuiApplication.clipboard().setText("class Other(keras.layers.Layer): pass")
    QTest.mouseClick(own.panel.paste, LEFT)
    assert "no class Squeeze" in own.said
    file = tmp_path / "mine.py"
    file.write_bytes(b"\xff\xfe")
    own.panel.take_file(file)
    assert "UTF-8" in own.said
    file.write_text(PROGRAM, encoding="utf-8")
    own.panel.take_file(file)
    assert own.hands.document.network == network
    assert own.hands.document.history == (T("Give {cls} its code", cls="Squeeze"),)
    assert "before you have looked at it" in own.said


def test_trust_is_withdrawn_in_the_preferences(own: Own, context: Context) -> None:
    own.trust.trust(own.hands.document.network.layers[2].code)  # type: ignore[arg-type]
    group = TrustedCode(context, own.trust)
    own.qtbot.addWidget(group)
    group.show()
    ((setting, look, withdraw),) = group.rows.values()
    assert str(setting.names[0]) == "Squeeze"
    group.filter(Matcher(), "squeeze")
    assert not setting.isHidden()
    QTest.mouseClick(look, LEFT)
    assert group.dialog is not None
    group.dialog.reject()
    QTest.mouseClick(withdraw, LEFT)
    assert not group.rows
    assert TrustStore.of_person().entries() == ()
    assert "before you have looked at it" in own.said


def test_code_that_was_typed_stays_as_it_was_typed_when_its_layers_are_measured(own: Own) -> None:
    code, view = own.hands.widget.code.editing, own.hands.widget.code.view
    text = PROGRAM.replace("x = Flatten()(x)", "x = Flatten()(x)  # all of it").rstrip("\n")
    view.insert_code(text)
    code.read()
    own.qtbot.waitUntil(lambda: not code.unread)
    assert own.hands.document.network.layers[4].note == "all of it"
    own.trust_it()
    for count in (1, 2):
        own.wait_for(count)
        own.engines.answer()
    assert not analyse(own.hands.document.network).errors
    assert view.toPlainText() == text
    own.hands.document.undo()
    own.hands.document.redo()
    assert view.toPlainText() == text
