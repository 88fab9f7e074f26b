"""Keeps unsaved work safe while the window lives, and offers what other windows have lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.storage import recovery
from cnnstudio.core.storage.autosave import DELAY, Autosave
from cnnstudio.core.storage.recovery import OriginalState, Orphan, SessionFolder
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.theme.tokens import GAP
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.card import Card
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.start_page import when_text


class RecoveryGuard(QObject):
    """Puts what isn't saved on the disk, shortly after each change and beside the window.

    Args:
        session: The project that is open.
        root: The recovery folder.
        parent: Its owner.
        delay: Seconds from a change to its snapshot.
    """

    news = Signal(object)
    """A ``Text``: why nothing can be kept safe, once, and that it can again."""

    def __init__(
        self, session: Session, root: Path, parent: QObject | None = None, *, delay: float = DELAY
    ) -> None:
        super().__init__(parent)
        self.root = root
        self._session = session
        self._sources: tuple[SessionFolder, ...] = ()
        self._autosave = Autosave(root, self.news.emit, delay=delay)
        session.document.subscribe(self._follow)
        session.opened.connect(self._begin)
        session.saving.connect(self._saving)
        session.saved.connect(self._saved)
        session.left.connect(self._autosave.clear)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.close)

    def orphans(self) -> list[Orphan]:
        """What windows that are gone have lost, the latest first."""
        return recovery.orphans(self.root)

    def restore(self, orphan: Orphan) -> bool:
        """Opens what was lost; returns whether the person let the present project go for it.

        It isn't saved then, and saving puts it where it belongs.

        Raises:
            StudioError: When it can't be restored; the present project stays.
        """
        if not self._session.may_leave():
            return False
        restored = recovery.restore(orphan)
        self._sources = restored.sessions
        self._session.open_recovered(restored.project, restored.original)
        self._sources = ()
        return True

    def flush(self) -> bool:
        """Waits until all there is to keep is on the disk, at most two seconds; whether it is."""
        return self._autosave.flush()

    def close(self) -> None:
        """Ends; what the person hasn't decided about is offered next time."""
        self._autosave.close()

    def _follow(self, _before: Project, after: Project) -> None:
        if self._session.unsaved:
            self._autosave.put(after)
        else:
            self._autosave.clear()

    def _begin(self) -> None:
        recovered = self._session.document.project if self._session.unsaved else None
        self._autosave.begin(self._session.path, recovered, self._sources)

    def _saving(self, path: Path) -> None:
        self._autosave.saving(self._session.document.project, path)

    def _saved(self) -> None:
        assert self._session.path is not None
        self._autosave.saved(self._session.path)


class RecoveryOffer(QWidget):
    """What other windows have lost, with what can be done about each; hidden where it is nothing.

    Args:
        context: Theme and language.
        guard: Finds and restores.
    """

    def __init__(self, context: Context, guard: RecoveryGuard) -> None:
        super().__init__()
        self._context = context
        self._guard = guard
        self._card = Card(context, 1)
        self.rows: list[OrphanRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(Label(context, T("Unsaved work from last time"), "section"))
        column.addWidget(self._card)
        for number, orphan in enumerate(guard.orphans()):
            if number:
                self._card.body.addWidget(Line())
            row = OrphanRow(context, orphan, primary=number == 0)
            row.restore.clicked.connect(lambda _=False, row=row: self._act(row, self._restore))
            row.later.clicked.connect(lambda _=False, row=row: self._take_away(row))
            row.delete.clicked.connect(lambda _=False, row=row: self._act(row, self._discard))
            self._card.body.addWidget(row)
            self.rows.append(row)
        self._hide_if_empty()

    def _act(self, row: OrphanRow, act: Callable[[Orphan], bool]) -> None:
        try:
            done = act(row.orphan)
        except StudioError as error:
            row.complain(error.text)
        else:
            if done:
                self._take_away(row)

    def _restore(self, orphan: Orphan) -> bool:
        return self._guard.restore(orphan)

    def _discard(self, orphan: Orphan) -> bool:
        recovery.discard(orphan)
        return True

    def _take_away(self, row: OrphanRow) -> None:
        at = self._card.body.indexOf(row)
        line = self._card.body.itemAt(at - 1 if at else 1)
        for gone in (row, line.widget() if line is not None else None):
            if gone is not None:
                gone.hide()
                self._card.body.removeWidget(gone)
                gone.deleteLater()
        self.rows.remove(row)
        self._hide_if_empty()

    def _hide_if_empty(self) -> None:
        if not self.rows:
            self.hide()


class OrphanRow(QWidget):
    """One project that was lost.

    Args:
        context: Theme and language.
        orphan: What was lost.
        primary: Whether restoring it is the next sensible step of its region.

    Attributes:
        orphan: What was lost.
        restore: Opens it.
        later: Leaves it for the next start.
        discard: Asks, here in the row, whether to delete it for good.
        delete: Deletes it for good.
        keep: Takes `discard` back.
    """

    def __init__(self, context: Context, orphan: Orphan, *, primary: bool) -> None:
        super().__init__()
        self.orphan = orphan
        name = orphan.name or T("A project that can't be read")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(context, name, "title"))
        words.addWidget(ElidedLabel(context, _facts(orphan), "small", "muted"))
        self.note = Label(context, _note(orphan), "small", "warning", wrap=True)
        words.addWidget(self.note)
        self.restore = Button(context, T("Restore"), kind="primary" if primary else "")
        self.later = Button(context, T("Later"))
        self.discard = Button(context, T("Discard"), kind="quiet")
        self.delete = Button(context, T("Delete for good"), kind="danger")
        self.keep = Button(context, T("Keep"))
        for button, text in (
            (self.restore, T("Restore {name}", name=name)),
            (self.later, T("Decide later about {name}", name=name)),
            (self.discard, T("Discard {name}", name=name)),
            (self.delete, T("Delete {name} for good", name=name)),
            (self.keep, T("Keep {name}", name=name)),
        ):
            Phrase(context.language, button, QPushButton.setAccessibleName, text)
        Phrase(
            context.language,
            self.later,
            QPushButton.setToolTip,
            T("Nothing is deleted; it is offered again at the next start."),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 14, 10)
        row.setSpacing(GAP)
        row.addLayout(words, 1)
        for button in (self.restore, self.later, self.discard, self.delete, self.keep):
            row.addWidget(button)
        self.discard.clicked.connect(lambda _=False: self._ask(True))
        self.keep.clicked.connect(lambda _=False: self._ask(False))
        self.note.setVisible(bool(_note(orphan)))
        self._ask(False)

    def complain(self, text: Text) -> None:
        """Says why something didn't work."""
        self._ask(False)
        self.note.say(text)
        self.note.show()

    def _ask(self, asking: bool) -> None:
        """Shows what can be done, or asks whether to delete it for good."""
        had_focus = any(button.hasFocus() for button in (self.discard, self.delete, self.keep))
        self.restore.setVisible(not asking and self.orphan.snapshot is not None)
        for button, shown in (
            (self.later, not asking),
            (self.discard, not asking),
            (self.delete, asking),
            (self.keep, asking),
        ):
            button.setVisible(shown)
        if had_focus:
            (self.keep if asking else self.discard).setFocus()


def _facts(orphan: Orphan) -> Text:
    when = when_text(orphan.time.astimezone().replace(tzinfo=None))
    if orphan.snapshot is None and not orphan.layers:
        return T("{when} · {folder}", when=when, folder=str(orphan.folder))
    where = str(orphan.original) if orphan.original else T("never saved to a file")
    return TN(
        "{count} layer · {when} · {file}",
        "{count} layers · {when} · {file}",
        count=orphan.layers,
        when=when,
        file=where,
    )


def _note(orphan: Orphan) -> Text | str:
    if orphan.snapshot is None:
        return T(
            "It can't be restored: {reason} Its snapshots stay in {folder} until you discard them.",
            reason=orphan.problem or "",
            folder=str(orphan.folder),
        )
    if orphan.problem is not None:
        return T("This is the state a little earlier: {reason}", reason=orphan.problem)
    match orphan.original_state:
        case OriginalState.CHANGED:
            return T("The file has changed since. It stays as it is until you save.")
        case OriginalState.MISSING:
            return T("The file isn't there any more. Saving writes it again.")
        case _:
            return ""
