"""Notices when a person's own pictures moved, changed or vanished; the project stays as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.data.catalogue import open_catalogue
from cnnstudio.core.data.imported import SOURCE, Imported
from cnnstudio.core.data.presence import changed_text
from cnnstudio.core.data.whereabouts import changes_at
from cnnstudio.core.document import Document
from cnnstudio.core.project import DataSettings, Project
from cnnstudio.core.text import T, Text
from cnnstudio.ui.background import Background
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.states import Notice, Remedy

GONE, CHANGED, UNREAD = "gone", "changed", "unread"
_JOB = "look"
_SECONDS = 5.0
"""The least time between two looks, …"""
_REST = 30
"""… which is also so many times what the last one took."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened to the pictures of a project.

    Attributes:
        kind: ``GONE``, ``CHANGED`` or ``UNREAD``.
        what: What happened.
        why: What that means for the project.
    """

    kind: str
    what: Text
    why: Text


def look_for(own: Imported) -> Trouble | None:
    """Looks at every file's entry: about a second for 100,000 files.

    Returns:
        What happened; None if the pictures are where and as they were, as far as this computer
        knows.
    """
    path, title = Path(own.path), own.title or Path(own.path).name
    known = open_catalogue(own.digest) is not None
    found = changes_at(path, own.digest, own.options)
    if found.vanished:
        what = T(
            "The pictures of {data} aren't where they were: {path} is gone, or can't be read.",
            data=title,
            path=own.path,
        )
        why = (
            T(
                "What was read before is still on this computer, so everything works; only what "
                "is new there can't be seen."
            )
            if known
            else T("Without them there is nothing to train on. The network can be edited.")
        )
        return Trouble(GONE, what, why)
    if not known:
        return Trouble(
            UNREAD,
            T("The pictures of {data} haven't been read on this computer yet.", data=title),
            T("They are in {path}. What you left out and relabelled stays so.", path=own.path),
        )
    if found.added or found.removed or found.changed:
        return Trouble(
            CHANGED,
            changed_text(own, found),
            T(
                "Until they are read again, everything works with the pictures as they were. What "
                "you left out and relabelled stays so."
            ),
        )
    return None


class Watch(QObject):
    """Looks after the pictures when a project opens and when the window comes to the front.

    Args:
        document: The project being edited.
        parent: Its owner.
    """

    changed = Signal()
    """`trouble` is another one."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._background = Background("watch", self)
        self._trouble: Trouble | None = None
        self._kept: Trouble | None = None
        self._next = 0.0
        self._unsubscribe = document.subscribe(self._follow)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._come_to_front)

    @property
    def trouble(self) -> Trouble | None:
        """What the person should know; None for nothing, or if they go on without it."""
        return None if self._trouble == self._kept else self._trouble

    def look(self) -> None:
        """Looks beside the window."""
        own = _own(self._document.project.data)
        if own is None:
            self._background.forget(_JOB)
            self._take(None)
            return
        self._background.do(_JOB, lambda: _timed(own), self._take_timed, self._fail)

    def keep(self) -> None:
        """The person goes on without it: nothing more is said until something else happens."""
        self._kept = self._trouble
        self.changed.emit()

    def close(self) -> None:
        """Ends the look that is going on."""
        self._background.close()

    def _follow(self, before: Project, after: Project) -> None:
        if _own(before.data) != _own(after.data):
            self.look()

    def _come_to_front(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and time.monotonic() >= self._next:
            self.look()

    def _take_timed(self, found: tuple[Trouble | None, float]) -> None:
        trouble, seconds = found
        self._next = time.monotonic() + max(_SECONDS, _REST * seconds)
        self._take(trouble)

    def _take(self, trouble: Trouble | None) -> None:
        if trouble is None:
            self._kept = None
        if trouble != self._trouble:
            self._trouble = trouble
            self.changed.emit()

    def _fail(self, _reason: Text) -> None:
        """Then nothing is known of the pictures, and whoever needs them says so."""
        self._take(None)


class MissingBar(QWidget):
    """Says above the content what happened to the pictures; hidden otherwise.

    Args:
        context: Theme and language.
        watch: What it shows.
    """

    locate_wanted = Signal()
    refresh_wanted = Signal()

    def __init__(self, context: Context, watch: Watch) -> None:
        super().__init__()
        self._context, self._watch = context, watch
        self._shown: Trouble | None = None
        self.notice: Notice | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        watch.changed.connect(self.sync)
        self.hide()

    def sync(self) -> None:
        """Shows what the watch knows now."""
        trouble = self._watch.trouble
        if trouble == self._shown:
            return
        self._shown = trouble
        if self.notice is not None:
            self._row.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        if trouble is not None:
            self.notice = Notice(
                self._context, trouble.what, trouble.why, self._remedies(trouble), tone="warning"
            )
            self._row.addWidget(self.notice)
        self.setVisible(trouble is not None)

    def _remedies(self, trouble: Trouble) -> list[Remedy]:
        locate = Remedy(T("Locate…"), self.locate_wanted.emit)
        first = {
            GONE: [locate],
            CHANGED: [Remedy(T("Refresh"), self.refresh_wanted.emit)],
            UNREAD: [Remedy(T("Read them"), self.refresh_wanted.emit), locate],
        }[trouble.kind]
        go_on = T("Keep what was read") if trouble.kind == CHANGED else T("Go on without them")
        return [*first, Remedy(go_on, self._watch.keep)]


def _own(settings: DataSettings) -> Imported | None:
    return settings.imported if settings.source == SOURCE else None


def _timed(own: Imported) -> tuple[Trouble | None, float]:
    began = time.monotonic()
    return look_for(own), time.monotonic() - began
