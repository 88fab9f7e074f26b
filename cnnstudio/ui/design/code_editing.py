"""Between the code that is typed and the network: who follows whom.

The text is either the network's code, or the person has typed what isn't in the network yet. Typed
code is read after a short pause, with Ctrl+Enter, and when the focus goes; once it can be read the
network becomes what it says, and the text stays as it was typed for as long as the network is
that one. Code that can't be read leaves the network alone.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.custom_edits import differ_in_facts
from cnnstudio.core.code.merging import merged
from cnnstudio.core.code.names import safe_names
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.reading.result import Reading, Unreadable
from cnnstudio.core.code.writer import CodeStyle, write_model
from cnnstudio.core.document import Document
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import LayerNode, Network
from cnnstudio.core.text import T, Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.design.code_view import CodeView

PAUSE = 300
"""Milliseconds without a key after which what was typed is read."""
STEP = 1_500
"""Milliseconds without a change after which the next one is an undo step of its own."""
SMALL = 8_000
"""Characters up to which code without loops and functions is read at once; all other code is read
beside the window."""
_REPEATS = re.compile(r"\b(?:for|while|def|lambda)\b")
_MOST_KEPT = 64  # texts

Lines = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Wrong:
    """Why a text can't be read.

    Attributes:
        line: The line, counted from 0.
        column: The column, counted from 0.
        text: Why, with the place.
    """

    line: int
    column: int
    text: Text


@dataclass(frozen=True, slots=True)
class _Answer:
    """What reading a text came to.

    Attributes:
        text: The text.
        before: The network there was.
        reading: What was read; None if it can't be.
        problem: Why it can't be read.
        network: The network it gives of the one there was.
    """

    text: str
    before: Network
    reading: Reading | None = None
    problem: Wrong | None = None
    network: Network = field(default_factory=Network)


def _answer(text: str, before: Network, gone: tuple[LayerNode, ...]) -> _Answer:
    try:
        reading = read_code(text)
    except Unreadable as error:
        return _Answer(text, before, problem=Wrong(error.line - 1, error.column - 1, error.text))
    return _Answer(text, before, reading, network=merged(before, reading.network, gone))


@dataclass(frozen=True, slots=True)
class _Kept:
    """The text a network was read from.

    Attributes:
        network: The network; it is kept so that no other can be taken for it.
        text: The text.
        lines: The lines of its layers.
        reading: What was read.
    """

    network: Network
    text: str
    lines: Lines
    reading: Reading


class CodeEditing(QObject):
    """Keeps code and network together, in both directions.

    Args:
        view: The editor.
        document: The project being edited.
        style: How code is written.
        parent: Its owner.

    Attributes:
        lines: The first and last line of each layer in the text as it was last in agreement.
        unread: Whether something was typed that isn't in the network.
        problem: Why the text can't be read; None if it can, or wasn't yet.
        is_bare: Whether what was typed has no layer in it.
        is_apart: Whether the network was changed elsewhere while something was unread.
        unwritten: Why the network has no code; None if it has.
        reading: What the text in agreement was read as; None for the studio's own.
        aside: A text of the person that made way for the network's code; "" for none.
    """

    changed = Signal()
    """Something of what can be asked about has changed."""

    def __init__(
        self,
        view: CodeView,
        document: Document,
        style: Callable[[], CodeStyle],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._view, self._document, self._style = view, document, style
        self._network, self._opened = document.network, document.opened.network
        self._background = Background("code", self)
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._gone: dict[str, LayerNode] = {}
        self._agreed = ""
        self._base = self._network
        self._showing = self._applying = False
        self._due = True  # nothing is written before it can be seen
        self.unread = self.is_bare = self.is_apart = False
        self.problem: Wrong | None = None
        self.lines: Lines = {}
        self.unwritten: Text | None = None
        self.reading: Reading | None = None
        self.aside = ""
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self.read)
        self._over = QTimer(self, singleShot=True, interval=STEP)
        self._over.timeout.connect(self._end_step)
        view.textChanged.connect(self._typed)
        view.read_wanted.connect(self.read)
        view.left.connect(self.leave)

    @property
    def is_own(self) -> bool:
        """Whether the text is as the person typed it, and in agreement with the network."""
        return self.reading is not None and not self.unread

    @property
    def can_tidy(self) -> bool:
        """Whether the studio can write the text in agreement in its own way."""
        return self.is_own and not analyse(self._network).faults

    @property
    def is_writing(self) -> bool:
        """Whether the text is being replaced, so that its cursor says nothing."""
        return self._showing

    # --- from the network -----------------------------------------------------------------------

    def follow(self, network: Network) -> None:
        """Follows the document: another network has another code."""
        if self._applying or network is self._network:
            self._network = network
            return
        if (self.is_own or self.unread) and differ_in_facts(self._network, network):
            self._keep_for(network)
            return
        self._over.stop()
        self._gone.clear()
        if self._document.opened.network is not self._opened:
            self._opened = network  # another project was opened
            self._kept.clear()
            self._put_aside()
        self._network = network
        if self.unread:
            self.is_apart = network is not self._base
            self.changed.emit()
        elif self._view.isVisible():
            self.write()
        else:
            self._due = True

    def _keep_for(self, network: Network) -> None:
        """Keeps the text for a network of which only more is known."""
        kept = self._kept.pop(id(self._network), None)
        if kept is not None:
            self._kept[id(network)] = replace(kept, network=network)
        if self._base is self._network:
            self._base = network
        self._network = network
        self.changed.emit()

    def show(self) -> None:
        """Writes the code if it is due, now that it can be seen."""
        if self._due:
            self.write()

    def write(self) -> None:
        """Shows the network's code: as it was typed, or as the studio writes it."""
        self._due, network = False, self._network
        kept = self._kept.get(id(network))
        self.unwritten = None
        if kept is not None:
            text, self.lines, self.reading = kept.text, kept.lines, kept.reading
        else:
            self.reading = None
            text, self.lines = self._written(network)
        self._forget()
        self._agreed, self._base = text, network
        self._showing = True
        self._view.show_code(text)
        self._showing = False
        self.changed.emit()

    def rewrite(self) -> None:
        """Writes the code as the studio does, in the style there is now; a typed one is kept."""
        if not self.unread and not analyse(self._network).faults:
            typed = self._agreed if self.is_own else ""
            self._kept.pop(id(self._network), None)
            self.write()
            if typed not in ("", self._agreed):
                self.aside = typed
                self.changed.emit()

    def restyle(self) -> None:
        """Writes in another style, what was typed too."""
        for key in self._kept.keys() - {id(self._network)}:
            del self._kept[key]
        self.rewrite()

    def _written(self, network: Network) -> tuple[str, Lines]:
        if not network.layers:
            return "", {}
        try:
            code = write_model(network, self._style())
        except BadInput as error:
            self.unwritten = error.text
            return "", {}
        return code.text.rstrip("\n"), code.lines

    # --- from the text --------------------------------------------------------------------------

    def _typed(self) -> None:
        if self._showing:
            return
        if self._view.toPlainText() == self._agreed and self._network is self._base:
            self._background.forget("code")
            self._soon.stop()
            self._forget()
        else:
            self.unread = True
            self._soon.start()
        self.changed.emit()

    @property
    def at_risk(self) -> str:
        """What the person typed and the network doesn't have; "" for nothing."""
        return self._view.toPlainText() if self.unread else self.aside

    def read(self) -> None:
        """Reads what was typed, so that the network follows."""
        self._soon.stop()
        if not self.unread:
            return
        text = self._view.toPlainText()
        work = partial(_answer, text, self._network, tuple(self._gone.values()))
        if len(text) <= SMALL and not _REPEATS.search(text):
            self._take(work())
        else:
            self._background.do("code", work, self._take, self._refused)

    def settle(self) -> None:
        """Reads what was typed here and now: what is done next is done with it."""
        self._soon.stop()
        if self.unread:
            self._background.forget("code")
            text = self._view.toPlainText()
            self._take(_answer(text, self._network, tuple(self._gone.values())))

    def leave(self) -> None:
        """Reads what was typed; what is typed from now on is another step."""
        self.read()
        self._end_step()

    def _take(self, answer: _Answer) -> None:
        if answer.text != self._view.toPlainText() or not self.unread:
            return  # it was typed on meanwhile
        self.problem = answer.problem
        self.is_bare = answer.reading is not None and not answer.reading.network.layers
        if answer.reading is not None and not self.is_bare and not self.is_apart:
            self._apply(answer, answer.reading)
        self.changed.emit()

    def _refused(self, text: Text) -> None:
        raise AssertionError(text)  # `_answer` tells of all that can't be read

    def _apply(self, answer: _Answer, reading: Reading) -> None:
        """Makes the network what was read."""
        before, made = self._document.network, answer.network
        if before is not answer.before:
            made = merged(before, reading.network, self._gone.values())
        self._applying = True
        try:
            self._document.apply_network(lambda _: made, T("Edit the code"), field="code")
        finally:
            self._applying = False
        after = self._document.network
        self._gone |= {id: node for id, node in before.by_id.items() if id not in after.by_id}
        self._network = after
        if after.layers != made.layers or after.links != made.links:
            self.write()  # other uses of a block have followed
        else:
            self._agree(answer.text, after, reading)
        self._over.start()

    def _agree(self, text: str, network: Network, reading: Reading) -> None:
        """The network is what the text says from here on."""
        ids = {name: id for id, name in safe_names(network).items()}
        ids |= {node.name: id for id, node in network.by_id.items()}
        read = reading.network.by_id
        self.lines = {
            ids[read[id].name]: lines for id, lines in reading.lines.items() if read[id].name in ids
        }
        self.reading, self.unwritten = reading, None
        self._kept[id(network)] = _Kept(network, text, self.lines, reading)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        self._agreed, self._base = text, network
        self._view.document().clearUndoRedoStacks()
        self._forget()

    def _forget(self) -> None:
        """Nothing is unread."""
        self.unread = self.is_bare = self.is_apart = False
        self.problem = None

    def _end_step(self) -> None:
        self._over.stop()
        self._document.end_gesture()

    # --- when both were changed -----------------------------------------------------------------

    def keep_text(self) -> None:
        """Keeps what was typed: the network becomes what it says once it can be read."""
        self.is_apart, self._base = False, self._network
        self._agreed = ""
        self.read()
        self.changed.emit()

    def take_network(self) -> None:
        """Shows the network's code; what was typed is put aside."""
        self._put_aside()
        self.write()

    def bring_back(self) -> None:
        """Puts the text that was put aside in the place of the code."""
        text, self.aside = self.aside, ""
        self._view.insert_code(text)
        self.read()

    def let_go(self) -> None:
        """Forgets the text that was put aside."""
        self.aside = ""
        self.changed.emit()

    def _put_aside(self) -> None:
        if self.unread:
            self.aside = self._view.toPlainText()
            self._background.forget("code")
            self._soon.stop()
            self._forget()
