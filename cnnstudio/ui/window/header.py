"""The header: the project on the left, workspaces in the middle, run and search on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import CONTROL, HEADER, ICON, RADIUS
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, ground
from cnnstudio.ui.widgets.tabs import Tabs

_SEARCH_WIDTH = 268


def paint_keys(
    painter: QPainter, context: Context, right: float, middle: float, keys: str
) -> float:
    """Paints the cap of a shortcut, its right edge at `right`; returns its left edge."""
    theme = context.theme
    painter.setFont(theme.font("tick"))
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(keys) + 10, metrics.height() + 3
    cap = QRectF(right - width - 0.5, middle - height / 2, width, height)
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(cap, 4, 4)
    painter.setPen(theme.colour("muted"))
    painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), keys)
    return cap.left()


class SearchButton(QAbstractButton):
    """Looks like a search field and opens the command palette."""

    def __init__(self, context: Context, keys: str) -> None:
        super().__init__()
        self._context = context
        self._keys = keys
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setMinimumWidth(120)
        Phrase(context.language, self, SearchButton._set_words, T("Search or run a command"))

    def show_keys(self, keys: str) -> None:
        """Shows another shortcut."""
        self._keys = keys
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SEARCH_WIDTH, self._context.theme.scaled(CONTROL))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, side = self._context.theme, self._context.theme.scaled(ICON)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("control"), 1))
        painter.setBrush(theme.colour("hover" if self.underMouse() else "surface"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        top = (self.height() - side) // 2
        painter.drawPixmap(9, top, theme.pixmap("search", "muted", side, self.devicePixelRatioF()))
        right = paint_keys(painter, self._context, self.width() - 9, self.height() / 2, self._keys)
        painter.setFont(theme.font("small"))
        words = QRectF(side + 16, 0, right - side - 22, self.height())
        shown = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)


class RunChip(QAbstractButton):
    """How far the run is; a click goes to it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._share = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._phrase = Phrase(context.language, self, RunChip._set_words)
        self.hide()

    def show_progress(self, share: float, text: Text) -> None:
        """Shows a run at `share` (0 to 1) of its way."""
        self._share = share
        self._phrase.set(text)
        self.show()
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._context.theme.font("small")).horizontalAdvance(self.text())
        return QSize(words + 38, self._context.theme.scaled(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("sunken"))
        half = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), half, half)
        ring = QRectF(9, half - 6, 12, 12)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("control"), 2.5))
        painter.drawEllipse(ring)
        painter.setPen(QPen(theme.colour("accent"), 2.5))
        painter.drawArc(ring, 90 * 16, -round(self._share * 360 * 16))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("text"))
        words = self.rect().adjusted(28, 0, -8, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())

    def _set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()


class ProjectButton(QAbstractButton):
    """The project's name, a dot if it has unsaved changes, and its menu."""

    def __init__(self, context: Context, menu: QMenu) -> None:
        super().__init__()
        self._context = context
        self._menu = menu
        self._unsaved = False
        self._name = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open_menu)
        self._phrase = Phrase(context.language, self, QAbstractButton.setAccessibleName)

    def show_project(self, name: str, unsaved: bool) -> None:
        """Shows a project's name and whether it has unsaved changes."""
        self._name, self._unsaved = name, unsaved
        self._phrase.set(T("{name}, unsaved changes", name=name) if unsaved else name)
        self.setToolTip(name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._context.theme
        words = QFontMetrics(theme.font("title")).horizontalAdvance(self._name)
        return QSize(words + 52, theme.scaled(CONTROL))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, side = self._context.theme, self._context.theme.scaled(ICON)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.setFont(theme.font("title"))
        painter.setPen(theme.colour("text"))
        metrics = painter.fontMetrics()
        words = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, self.width() - 50)
        inner = self.rect().adjusted(8, 0, 0, 0)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), words)
        after = 8 + metrics.horizontalAdvance(words) + 8
        if self._unsaved:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("muted"))
            painter.drawEllipse(QRectF(after, self.height() / 2 - 2, 5, 5))
        chevron = theme.pixmap("chevron-down", "muted", side, self.devicePixelRatioF())
        gap = 12 if self._unsaved else 0
        painter.drawPixmap(after + gap, (self.height() - side) // 2, chevron)

    def _open_menu(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


class Header(QWidget):
    """The row under the menu bar. The tabs stay where they are, whatever appears beside them.

    Args:
        context: Theme and language.
        tabs: (id, text, icon) of the workspaces that are there.
        menu: The project's menu.
        palette_keys: The shortcut of the command palette, as people write it here.
    """

    def __init__(
        self,
        context: Context,
        tabs: Sequence[tuple[str, Text, str]],
        menu: QMenu,
        palette_keys: str,
        open_palette: Callable[[], object],
    ) -> None:
        super().__init__()
        self._theme = context.theme
        ground(self)
        self.project = ProjectButton(context, menu)
        self.tabs = Tabs(context, tabs)
        self.run = RunChip(context)
        self.search = SearchButton(context, palette_keys)
        self.search.clicked.connect(lambda _=False: open_palette())
        self._left, self._right = QWidget(self), QWidget(self)
        self.tabs.setParent(self)
        left = QHBoxLayout(self._left)
        left.setContentsMargins(4, 0, 0, 0)
        left.addWidget(self.project)
        left.addStretch(1)
        right = QHBoxLayout(self._right)
        right.setContentsMargins(0, 0, 12, 0)
        right.setSpacing(8)
        right.addStretch(1)
        right.addWidget(self.run)
        right.addWidget(self.search)
        self._line = Line(parent=self)
        QWidget.setTabOrder(self.project, self.tabs)
        QWidget.setTabOrder(self.tabs, self.search)
        self._theme.changed.connect(self._dress)
        context.language.changed.connect(self._place)
        self._dress()

    def show_tabs(self, shown: bool) -> None:
        """Shows or hides the project and the workspaces: the start page has neither."""
        self.tabs.setVisible(shown)
        self.project.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _dress(self) -> None:
        self.setFixedHeight(self._theme.scaled(HEADER))
        self._place()

    def _place(self) -> None:
        height, width = self.height() - 1, self.width()
        tabs = min(self.tabs.sizeHint().width(), width)
        start = (width - tabs) // 2
        self.tabs.setGeometry(start, 0, tabs, height + 1)
        self._left.setGeometry(0, 0, max(start - 8, 0), height)
        self._right.setGeometry(start + tabs + 8, 0, max(width - start - tabs - 8, 0), height)
        if self.tabs.isHidden():
            self._right.setGeometry(width // 2, 0, width - width // 2, height)
        self._line.setGeometry(0, height, width, 1)
        self._line.lower()
