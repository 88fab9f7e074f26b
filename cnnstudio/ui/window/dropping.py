"""Files and folders dropped on the window: it says meanwhile what will become of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.storage.project_file import SUFFIX
from cnnstudio.core.text import T, Text
from cnnstudio.protocol.importing import CODE_SUFFIXES, MODEL_SUFFIXES
from cnnstudio.ui.data.sources import can_be_pictures
from cnnstudio.ui.importing.sources import can_be_imported
from cnnstudio.ui.theme.tokens import CARD_RADIUS
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.label import IconLabel, Label
from cnnstudio.ui.widgets.language import Phrase

_INSET = 12
_VEIL = 232  # of 255: what is below can still be told


class DropTarget(QWidget):
    """Lies over the whole window while a file is dragged over it.

    A file that can be opened or imported is the window's, whatever lies under the pointer; any
    other is first offered to what does.

    Args:
        context: Theme and language.
        window: The window.
    """

    dropped = Signal(Path)
    """A project, a file that can be imported, or pictures."""
    refused = Signal(object)
    """Another file was dropped: a `Text` that says which ones can be."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = context.theme, window
        self.setAcceptDrops(True)
        self.icon = IconLabel(context, "download", "accent", 32)
        self.words = Label(context, "", "section", wrap=True)
        self.types = Label(context, types_text(), "body", "muted", wrap=True)
        self._name = Phrase(context.language, self, QWidget.setAccessibleName)
        column = QVBoxLayout(self)
        column.addStretch(1)
        for part in (self.icon, self.words, self.types):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        column.addStretch(1)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._window:  # the system's window: it hasn't looked below yet
            if isinstance(event, QDragEnterEvent) and is_for_studio(dragged_file(event)):
                self._show_for(dragged_file(event))
            return False
        match event.type():
            case QEvent.Type.Show:
                self._window.windowHandle().installEventFilter(self)
            case QEvent.Type.DragEnter | QEvent.Type.DragMove | QEvent.Type.DragLeave:
                self.event(event)  # nothing inside the window wants the file
                return event.isAccepted()
            case QEvent.Type.Drop:
                return self.event(event)
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if (path := dragged_file(event)) is not None:
            self._show_for(path)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hide()
        if (path := dragged_file(event)) is None:
            return
        event.acceptProposedAction()
        if is_for_studio(path):
            self.dropped.emit(path)
        else:
            self.refused.emit(T("{file} can't be opened here. {types}", file=path.name,
                                types=types_text()))  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = QColor(self._theme.colour("canvas"))
        veil.setAlpha(_VEIL)
        painter.fillRect(self.rect(), veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = "danger" if self.types.isVisibleTo(self) else "accent"
        painter.setPen(QPen(self._theme.colour(colour), 2, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)

    def _show_for(self, path: Path | None) -> None:
        assert path is not None
        words = drop_text(path)
        self.words.say(words)
        self._name.set(words)
        self.types.setVisible(not is_for_studio(path))
        self.icon.setVisible(is_for_studio(path))
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()


def dragged_file(event: QDropEvent) -> Path | None:
    """The file that is dragged, of several the first one that can be opened or imported."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return next(filter(is_for_studio, paths), paths[0] if paths else None)


def is_for_studio(path: Path | None) -> bool:
    """Whether a file can be opened as a project or imported, or may have pictures."""
    return path is not None and (
        path.suffix == SUFFIX or can_be_imported(path) or can_be_pictures(path)
    )


def drop_text(path: Path) -> Text:
    """What dropping a file does."""
    if path.suffix == SUFFIX:
        return T("Drop to open {file}", file=path.name)
    if can_be_imported(path):
        return T("Drop to import {file} as a new project", file=path.name)
    if can_be_pictures(path):
        return T("Drop to look for pictures in {file}", file=path.name)
    return T("{file} can't be opened here", file=path.name)


def types_text() -> Text:
    """Which files can be dropped."""
    return T(
        "Projects ({project}), Keras code ({code}), models ({models}) and pictures can be: a "
        "folder with a folder for each class, or {data}.",
        project=SUFFIX,
        code=", ".join(CODE_SUFFIXES),
        models=", ".join(MODEL_SUFFIXES),
        data=".zip, .tar, .csv, .npz, IDX, CIFAR",
    )
