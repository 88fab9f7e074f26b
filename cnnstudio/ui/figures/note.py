"""What becomes of a picture that is saved: how far it is, where it is, or why it isn't."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.card import Card
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import Label

_PATIENCE = 500  # milliseconds until progress is worth a line
_WIDTH, _MARGIN = 360, 12


class SavingNote(Card):
    """A few words in the lower left corner; they stay until they are closed or others come.

    Args:
        context: Theme and language.
        over: What it lies over.

    Attributes:
        cancelled: The person doesn't want to wait.
    """

    cancelled = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(context, 12, over)
        self._context, self._over = context, over
        self._path = Path()
        self._working = False
        self.text = Label(context, "", "small", wrap=True)
        self.cancel = Button(context, T("Cancel"))
        self.folder = Button(context, T("Open folder"), "folder-open")
        self.close_button = IconButton(context, "x", T("Close"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        for button in (self.cancel, self.folder, self.close_button):
            row.addWidget(button)
        self.body.addLayout(row)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._show_waiting)
        self.cancel.clicked.connect(self.cancelled)
        self.folder.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.hide)
        over.installEventFilter(self)
        self.hide()

    def begin(self, path: Path) -> None:
        """A picture is being saved; after half a second that is said."""
        self.hide()
        self._path, self._working = path, True
        self._say_share(0.0)
        self._patience.start(_PATIENCE)

    def show_progress(self, share: float) -> None:
        """How much is painted, 0 to 1."""
        self._say_share(share)

    def end_progress(self) -> None:
        """Nothing is being saved any more."""
        self._patience.stop()
        if self._working:
            self._working = False
            self.hide()

    def show_written(self, path: Path) -> None:
        """The file is there."""
        self._path = path
        self._show(T("Saved as {file}.", file=path.name), folder=True)

    def show_problem(self, text: Text) -> None:
        """The file isn't there, and why."""
        self._show(text, danger=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _say_share(self, share: float) -> None:
        self.text.say(T("Saving {file}: {share} %", file=self._path.name, share=round(share * 100)))

    def _show_waiting(self) -> None:
        self._arrange(cancel=True)

    def _show(self, text: Text, *, folder: bool = False, danger: bool = False) -> None:
        self._patience.stop()
        self._working = False
        self.text.say(text)
        self._arrange(folder=folder, danger=danger)

    def _arrange(self, *, cancel: bool = False, folder: bool = False, danger: bool = False) -> None:
        self.text.set_colour("danger" if danger else "text")
        self.cancel.setVisible(cancel)
        self.folder.setVisible(folder)
        self.close_button.setVisible(not cancel)
        self.show()
        self.raise_()
        self._place()

    def _place(self) -> None:
        width = min(self._context.theme.scaled(_WIDTH), self._over.width() - 2 * _MARGIN)
        self.setFixedWidth(max(width, 1))
        self.setFixedHeight(max(self.body.totalHeightForWidth(width), self.sizeHint().height()))
        self.move(_MARGIN, self._over.height() - self.height() - _MARGIN)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))
