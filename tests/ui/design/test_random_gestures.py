"""Random gestures with real events on the real canvas; then as many undos as there are steps."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QPoint, Qt

from cnnstudio.core.storage.project_file import encode_project
from tests.fakes.editing import LINES, PICK
from tests.ui.design.hands import Hands

Open = Callable[..., Hands]
Key = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
KEYS = [
    (Key.Key_Delete, NONE), (Key.Key_Down, NONE), (Key.Key_Up, NONE), (Key.Key_Down, SHIFT),
    (Key.Key_Right, ALT), (Key.Key_Up, ALT), (Key.Key_D, CTRL), (Key.Key_C, CTRL),
    (Key.Key_X, CTRL), (Key.Key_V, CTRL), (Key.Key_L, CTRL), (Key.Key_A, CTRL),
    (Key.Key_Home, NONE),
    (Key.Key_Left, CTRL | SHIFT), (Key.Key_Up, CTRL | SHIFT), (Key.Key_J, CTRL | SHIFT),
    (Key.Key_G, CTRL), (Key.Key_G, CTRL | SHIFT), (Key.Key_B, CTRL | SHIFT),
    (Key.Key_F, CTRL | SHIFT), (Key.Key_F, CTRL | SHIFT), (Key.Key_Return, NONE),
    (Key.Key_Escape, NONE), (Key.Key_0, CTRL), (Key.Key_Minus, CTRL),
]  # fmt: skip
PLACE = st.tuples(st.integers(10, 800), st.integers(10, 700))


def test_random_gestures_are_taken_back_to_the_byte(design: Open):
    class Gestures(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.hands = design()
            self.start = encode_project(self.hands.document.project)

        def _name(self, pick: int) -> str:
            """A card that is in sight, as far as there is one."""
            hands = self.hands
            view = hands.widget.view
            cards = view.network_scene.cards
            names = [node.name for node in hands.widget.editor.network.layers if node.id in cards]
            return names[pick % len(names)] if names else ""

        @rule(key=st.sampled_from(KEYS))
        def press(self, key: tuple[Key, Qt.KeyboardModifier]) -> None:
            grows = key[0] in (Key.Key_V, Key.Key_B, Key.Key_D)
            if not grows or len(self.hands.document.network.layers) < 40:
                self.hands.press(*key)
            if key[0] in (Key.Key_G, Key.Key_Return):  # a name or a parameter has the focus
                self.hands.widget.view.setFocus()

        @rule(line=LINES, branch=st.booleans())
        def type(self, line: str, branch: bool) -> None:
            self.hands.type(line)
            self.hands.press(Key.Key_Return, SHIFT if branch else NONE)
            self.hands.press(Key.Key_Escape)  # a refused line leaves the field open
            self.hands.widget.view.setFocus()

        @rule(pick=PICK, held=st.sampled_from([NONE, SHIFT]))
        def click(self, pick: int, held: Qt.KeyboardModifier) -> None:
            if name := self._name(pick):
                self.hands.click(self.hands.card(name, 0.3), held)

        @rule(pick=PICK, to=PLACE)
        def drag_a_card(self, pick: int, to: tuple[int, int]) -> None:
            if name := self._name(pick):
                self.hands.drag(self.hands.card(name, 0.3), QPoint(*to))

        @rule(pick=PICK, onto=PICK)
        def draw_a_link(self, pick: int, onto: int) -> None:
            source, target = self._name(pick), self._name(onto)
            if source and self.hands.widget.view.network_scene.ports[self.hands.id(target)]:
                self.hands.drag(self.hands.output(source), self.hands.input(target))
                self.hands.press(Key.Key_Escape)
                self.hands.widget.view.setFocus()

        @rule(start=PLACE, to=PLACE)
        def drag_anything(self, start: tuple[int, int], to: tuple[int, int]) -> None:
            self.hands.drag(QPoint(*start), QPoint(*to))
            self.hands.press(Key.Key_Escape)
            self.hands.widget.view.setFocus()

        @rule(kind=st.sampled_from(["dropout", "flatten", "add", "conv2d", "input"]), to=PLACE)
        def drag_a_kind(self, kind: str, to: tuple[int, int]) -> None:
            self.hands.drag_kind(kind, QPoint(*to))
            self.hands.widget.view.setFocus()

        @rule()
        def undo(self) -> None:
            self.hands.widget.editor.undo()

        @rule()
        def redo(self) -> None:
            self.hands.widget.editor.redo()

        @invariant()
        def shows_the_network(self) -> None:
            network, scene = self.hands.widget.editor.network, self.hands.widget.view.network_scene
            assert set(scene.cards) == set(network.by_id)
            assert set(scene.links) == set(network.links)
            assert network.cyclic == frozenset()
            assert self.hands.widget.view.gesture is None
            assert not scene.slot.isVisible()
            assert not scene.note.isVisible()
            assert not any(card.look.dragged for card in scene.cards.values())
            for id, at in scene.places.items():
                assert scene.cards[id].pos().toTuple() == at

        def teardown(self) -> None:
            document = self.hands.document
            document.go_to(len(document.history))
            for _ in range(len(document.history)):
                self.hands.widget.editor.undo()
            assert encode_project(document.project) == self.start
            self.hands.widget.close()

    run_state_machine_as_test(
        Gestures,
        settings=settings(
            max_examples=2,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
