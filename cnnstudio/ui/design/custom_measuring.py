"""Layers of a person's own are measured in the background, by the engine that answers questions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.core.code.custom_edits import Waiting, waiting, with_fact, without_facts
from cnnstudio.core.document import Document
from cnnstudio.core.layers.custom import CustomLayer, Measured
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.project import Project
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.messages import Event, LayerMeasured, MeasureLayer, Request
from cnnstudio.ui.design.custom_trust import Trust

SECONDS = 30.0
"""How long a layer's code may take."""
_GRACE = 15_000
"""Milliseconds after that until an engine that says nothing is ended: it may still be starting."""
_START = 90_000  # milliseconds that an engine may take to start
_PAUSE = 150
"""Milliseconds without a change of the network before anything is measured."""
_MOST_KNOWN = 500

Key = tuple[str, str, str, tuple[tuple[int, ...], ...]]


OnAnswer = Callable[[Event, bytes], object]
OnRefused = Callable[[Text], object]


class Asks(Protocol):
    """What answers questions: the window's engines."""

    def ask(
        self,
        request: Request,
        blob: bytes = b"",
        *,
        on_answer: OnAnswer,
        on_refused: OnRefused,
        newest: str = "",
    ) -> int:
        """Asks; see ``Engines.ask``."""

    def forget(self, ticket: int, *, stop: bool = False) -> None:
        """Drops a question; see ``Engines.forget``."""


class Measuring(QObject):
    """Measures what the document's own layers make of what they are given, one after another.

    What was measured becomes part of the project without a step to undo. Only code that is
    trusted is sent to an engine, and the engine asks for that trust itself.

    Args:
        document: The project being edited.
        trust: What is trusted.
        engines: Answers questions.
        parent: Its owner.
    """

    changed = Signal()
    """Something is measured now, or can't be."""

    def __init__(
        self, document: Document, trust: Trust, engines: Asks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._trust, self._engines = document, trust, engines
        self._asked: tuple[Key, int] | None = None
        self._problems: dict[Key, Text] = {}
        self._known: dict[Key, Measured] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._go_on)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(_START + int(SECONDS * 1000) + _GRACE)
        self._limit.timeout.connect(self._give_up)
        trust.changed.connect(self._wake)
        self._unsubscribe = document.subscribe(self._follow)
        self.destroyed.connect(self._unsubscribe)
        self._wake()

    def close(self) -> None:
        """Measures nothing more."""
        self._pause.stop()
        self._limit.stop()

    def is_measuring(self, node: LayerNode) -> bool:
        """Whether this layer, or another use of its code, is measured now."""
        asked = self._asked[0] if self._asked is not None else None
        code = node.custom
        return asked is not None and code is not None and asked[:2] == (code.source, code.cls)

    def is_waiting(self, node: LayerNode) -> bool:
        """Whether nobody has measured yet what a layer makes of what it is given now."""
        return self._waiting(node) is not None

    def problem(self, node: LayerNode) -> Text | None:
        """Why a layer couldn't be measured with what it is given now; None if nothing is known."""
        one = self._waiting(node)
        return None if one is None else self._problems.get(_key(one))

    def _waiting(self, node: LayerNode) -> Waiting | None:
        return next((one for one in waiting(self._document.network) if one.node is node), None)

    def again(self, code: CustomLayer) -> None:
        """Forgets all that is known of some code and measures it anew."""
        self._problems = {
            key: text for key, text in self._problems.items() if key[0] != code.source
        }
        self._known = {key: fact for key, fact in self._known.items() if key[0] != code.source}
        self._amend(lambda network: without_facts(network, code.source))
        self._wake()
        self.changed.emit()

    def _follow(self, before: Project, after: Project) -> None:
        if before.network is not after.network:
            self._wake()

    def _wake(self) -> None:
        """Looks soon whether there is something to measure."""
        if any(node.code is not None for node in self._document.network.layers):
            self._pause.start()

    def _go_on(self) -> None:
        """Takes what is known already, then asks for the first thing that isn't."""
        if self._asked is not None:
            return
        for one in waiting(self._document.network):
            key = _key(one)
            if key in self._problems or not self._trust.trusts(one.code):
                continue
            if (fact := self._known.get(key)) is not None:
                self._take(key, one.code, fact)
                return
            self._ask(key, one)
            return

    def _ask(self, key: Key, one: Waiting) -> None:
        request = MeasureLayer(
            layer=one.node.name,
            code=replace(one.code, measured=(), extra={}),
            params=one.node.params,
            inputs=one.inputs,
            seconds=SECONDS,
        )
        ticket = self._engines.ask(
            request,
            on_answer=partial(self._answered, key, one.code),
            on_refused=partial(self._refused, key),
        )
        self._asked = key, ticket
        self._limit.start()
        self.changed.emit()

    def _answered(self, key: Key, code: CustomLayer, event: Event, _blob: bytes) -> None:
        self._rest()
        if isinstance(event, LayerMeasured):
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = event.fact
            self._take(key, code, event.fact)
        self.changed.emit()

    def _take(self, key: Key, code: CustomLayer, fact: Measured) -> None:
        self._amend(lambda network: with_fact(network, code, fact))
        if any(_key(one) == key for one in waiting(self._document.network)):
            self._problems[key] = T("What was measured doesn't fit this layer any more.")
        self._wake()

    def _refused(self, key: Key, reason: Text) -> None:
        self._rest()
        self._problems[key] = reason
        self._wake()
        self.changed.emit()

    def _give_up(self) -> None:
        """Ends an engine that doesn't come back and can't say so itself."""
        if self._asked is None:
            return
        key, ticket = self._asked
        self._engines.forget(ticket, stop=True)
        self._refused(
            key,
            T("The code of the layer doesn't come back, and its engine was ended. Correct it."),
        )

    def _rest(self) -> None:
        self._asked = None
        self._limit.stop()

    def _amend(self, edit: Callable[[Network], Network]) -> None:
        self._document.amend(lambda project: replace(project, network=edit(project.network)))


def _key(one: Waiting) -> Key:
    return one.code.source, one.code.cls, repr(one.node.params), one.inputs
