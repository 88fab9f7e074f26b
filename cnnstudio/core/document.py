"""The document: the project being edited, its one writer and its history.

History is whole frozen projects; they share what didn't change, so there is no inverse edit to
get wrong and no limit on how far back it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from cnnstudio.core.blocks.uses import follow
from cnnstudio.core.network import Network
from cnnstudio.core.project import Project
from cnnstudio.core.text import Text

Subscriber = Callable[[Project, Project], None]


class Steps(Protocol):
    """What undo and redo are asked of: a document, or something typed that isn't in it yet."""

    @property
    def undo_text(self) -> Text | None:
        """What `undo` would take back; None if there is nothing."""

    @property
    def redo_text(self) -> Text | None:
        """What `redo` would do again; None if there is nothing."""

    def undo(self) -> None:
        """Takes the last step back."""

    def redo(self) -> None:
        """Does again what was taken back last."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the history.

    Attributes:
        before: The project before it.
        after: The project after it.
        text: What a menu calls it, as in "Undo …".
        field: What a gesture changed; "" for an edit by itself.
    """

    before: Project
    after: Project
    text: Text
    field: str = ""


class Document:
    """The project being edited.

    It belongs to one thread. Subscribers are told after each change and must not edit.

    Args:
        project: The project it starts with, taken as saved.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._saved: Project | None = project
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        self._subscribers: list[Subscriber] = []
        self._gesture_open = False
        self._telling = False

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self._project

    @property
    def network(self) -> Network:
        """Its network."""
        return self._project.network

    @property
    def modified(self) -> bool:
        """Whether the project differs from what was saved last."""
        return self._project is not self._saved

    @property
    def saved(self) -> Project | None:
        """The project as it was saved last; None if it never was."""
        return self._saved

    @property
    def opened(self) -> Project:
        """The project as it was before the first step."""
        return self._done[0].before if self._done else self._project

    @property
    def undo_text(self) -> Text | None:
        """What `undo` would take back; None if there is nothing."""
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> Text | None:
        """What `redo` would do again; None if there is nothing."""
        return self._undone[-1].text if self._undone else None

    @property
    def history(self) -> tuple[Text, ...]:
        """What every step did, the first one first; those taken back are its end."""
        return tuple(entry.text for entry in (*self._done, *reversed(self._undone)))

    @property
    def position(self) -> int:
        """How many steps of `history` are done."""
        return len(self._done)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls `subscriber(before, after)` after each change; returns what ends that.

        When only `modified` changed, both are the same project.
        """
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def apply(self, edit: Callable[[Project], Project], text: Text, *, field: str = "") -> None:
        """Edits the project; what happens in one use of a block happens in all of them.

        Args:
            edit: A pure function; what it raises leaves everything as it was.
            text: What a menu calls the step.
            field: Names what is changed, such as "n3.rate", while a gesture (a drag, a slider)
                goes on: edits of the same field are one step until `end_gesture`.
        """
        self._check_not_telling()
        before = self._project
        after = edit(before)
        if (network := follow(before.network, after.network)) is not after.network:
            after = msgspec.structs.replace(after, network=network)
        if _alike(before, after):
            return
        entry = Entry(before, after, text, field)
        last = self._done[-1] if self._done else None
        if last is not None and self._gesture_open and field == last.field:
            self._done.pop()
            entry = Entry(last.before, after, last.text, field)
        if _alike(entry.before, after):  # the gesture went back to where it began
            after = entry.before
        else:
            self._done.append(entry)
        self._undone.clear()
        self._gesture_open = bool(field) and after is not entry.before
        self._change(after)

    def apply_network(
        self, edit: Callable[[Network], Network], text: Text, *, field: str = ""
    ) -> None:
        """Edits the project's network; see `apply`."""
        self.apply(
            lambda project: msgspec.structs.replace(project, network=edit(project.network)),
            text,
            field=field,
        )

    def amend(self, edit: Callable[[Project], Project]) -> None:
        """Adds to the project what follows from it and is nobody's doing: no step to undo.

        A saved project still counts as saved, and the last step leads to what it is now.

        Args:
            edit: A pure function; what it raises leaves everything as it was.
        """
        self._check_not_telling()
        before = self._project
        after = edit(before)
        if _alike(before, after):
            return
        if self._saved is before:
            self._saved = after
        if self._done:
            self._done[-1] = replace(self._done[-1], after=after)
        if self._undone:
            self._undone[-1] = replace(self._undone[-1], before=after)
        self._change(after)

    def end_gesture(self) -> None:
        """Ends the step of a gesture; the next edit is a step of its own."""
        self._gesture_open = False

    def undo(self) -> None:
        """Takes the last step back; without one, nothing happens."""
        self.go_to(max(self.position - 1, 0))

    def redo(self) -> None:
        """Does the step again that was taken back last; without one, nothing happens."""
        self.go_to(self.position + bool(self._undone))

    def go_to(self, position: int) -> None:
        """Takes steps back, or does them again, until `position` of them are done, in one change.

        Args:
            position: How many steps, 0 to the length of `history`.

        Raises:
            ValueError: If there are fewer steps.
        """
        self._check_not_telling()
        if not 0 <= position <= len(self._done) + len(self._undone):
            raise ValueError(f"there is no step {position}")
        self._gesture_open = False
        after = self._project
        while len(self._done) > position:
            self._undone.append(self._done.pop())
            after = self._undone[-1].before
        while len(self._done) < position:
            self._done.append(self._undone.pop())
            after = self._done[-1].after
        if after is not self._project:
            self._change(after)

    def mark_saved(self, project: Project) -> None:
        """Says that `project`, as it was or still is in this document, is in its file now."""
        self._check_not_telling()
        self._gesture_open = False
        self._saved = project
        self._change(self._project)

    def load(self, project: Project, *, saved: bool = True) -> None:
        """Starts anew with another project and no history.

        Args:
            project: The project.
            saved: Whether it is in a file as it is; not so for a new or a recovered one.
        """
        self._check_not_telling()
        self._done.clear()
        self._undone.clear()
        self._gesture_open = False
        self._saved = project if saved else None
        self._change(project)

    def _change(self, after: Project) -> None:
        before, self._project = self._project, after
        self._telling = True
        try:
            for subscriber in tuple(self._subscribers):
                subscriber(before, after)
        finally:
            self._telling = False

    def _check_not_telling(self) -> None:
        if self._telling:
            raise RuntimeError("a subscriber must not edit the document it is told about")


def _alike(a: Project, b: Project) -> bool:
    """Whether nothing differs, taking true and 1, or 1 and 1.0, for different."""
    return a is b or (a == b and msgspec.json.encode(a) == msgspec.json.encode(b))
