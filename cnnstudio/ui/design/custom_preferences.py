"""The preferences' list of code that is trusted, to look at and to trust no longer."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.layers.custom import CustomLayer
from cnnstudio.core.storage.trust import Trusted
from cnnstudio.core.text import T
from cnnstudio.ui.design.custom_dialog import CodeDialog
from cnnstudio.ui.design.custom_trust import Trust
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.window.matching import Matcher
from cnnstudio.ui.window.setting_rows import Group, Setting

_SHOWN_DIGITS = 12


class TrustedCode(QWidget):
    """A group with a row for each code that is trusted.

    Args:
        context: Theme and language.
        trust: What is trusted.
    """

    def __init__(self, context: Context, trust: Trust) -> None:
        super().__init__()
        self._context, self._trust = context, trust
        self._matcher, self._typed = Matcher(), ""
        self.rows: dict[str, tuple[Setting, Button, Button]] = {}
        self.dialog: CodeDialog | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._group: Group | None = None
        trust.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is trusted now."""
        if self._group is not None:
            self._column.removeWidget(self._group)
            self._group.hide()
            self._group.deleteLater()
        self.rows = {one.digest: self._row(one) for one in self._trust.entries()}
        nothing = Setting(
            self._context,
            T("No code"),
            T(
                "Layers of your own, and those that come with a project, have code. It is run only "
                "once you have said of it that you trust it."
            ),
            QWidget(),
        )
        settings = [row for row, _, _ in self.rows.values()] or [nothing]
        self._group = Group(self._context, T("Code you trust"), settings)
        self._column.addWidget(self._group)
        self._group.filter(self._matcher, self._typed)

    def filter(self, matcher: Matcher, typed: str) -> None:
        """Shows the rows that fit what was typed."""
        self._matcher, self._typed = matcher, typed
        if self._group is not None:
            self._group.filter(matcher, typed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()  # another window may have changed it

    def _row(self, one: Trusted) -> tuple[Setting, Button, Button]:
        look = Button(self._context, T("Look at it…"))
        withdraw = Button(self._context, T("Trust it no longer"))
        look.clicked.connect(partial(self._look, one))
        withdraw.clicked.connect(partial(self._withdraw, one.digest))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(look)
        row.addWidget(withdraw)
        since = one.since.astimezone().strftime("%Y-%m-%d %H:%M")
        title = T("{classes}", classes=", ".join(one.classes) or one.digest[:_SHOWN_DIGITS])
        note = T("Since {date} · SHA-256 {hash}…", date=since, hash=one.digest[:_SHOWN_DIGITS])
        return Setting(self._context, title, note, both), look, withdraw

    def _look(self, one: Trusted, _checked: bool = False) -> None:
        code = CustomLayer(one.source, one.classes[-1] if one.classes else "")
        self.dialog = CodeDialog(self._context, code, True, None, self.window())
        self.dialog.withdraw_wanted.connect(partial(self._withdraw, one.digest))
        self.dialog.finished.connect(self._close)
        self.dialog.open()

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _withdraw(self, digest: str, _checked: bool = False) -> None:
        try:
            self._trust.withdraw(digest)
        except StudioError as error:
            self.rows[digest][0].say(error.text, "danger")
