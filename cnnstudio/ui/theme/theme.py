"""The theme in use: which colours, how large the text, and the style Qt draws with."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolTip

from cnnstudio.core.layers.spec import Family
from cnnstudio.ui.theme.fonts import font_for, load_fonts
from cnnstudio.ui.theme.icons import Icons, LineIcon
from cnnstudio.ui.theme.ink import Ink
from cnnstudio.ui.theme.style import style_sheet
from cnnstudio.ui.theme.tokens import (
    DARK,
    FAMILY_ICONS,
    ICON,
    LIGHT,
    MOTION_MS,
    RUN_DASHES,
    TYPE,
    Colours,
)

MODES = ("system", "light", "dark")


class Theme(QObject, Ink):
    """Gives an application its colours, fonts and icons, and changes them while it runs.

    Args:
        app: The application to dress.
        mode: "system", "light" or "dark".
        percent: The text size, 90 to 150.
        reduce_motion: Whether nothing may move by itself.
    """

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        mode: str = "system",
        percent: int = 100,
        *,
        reduce_motion: bool = False,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._mode = mode
        self._percent = percent
        self._icons = Icons()
        self.reduce_motion = reduce_motion
        load_fonts()
        app.setStyle(QStyleFactory.create("Fusion"))
        self._ask_system()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def mode(self) -> str:
        """What the person asked for: "system", "light" or "dark"."""
        return self._mode

    @property
    def percent(self) -> int:
        """The text size in percent."""
        return self._percent

    @property
    def scale(self) -> float:
        """The text size as a factor, 0.9 to 1.5."""
        return self._percent / 100

    def set_mode(self, mode: str) -> None:
        """Switches to "system", "light" or "dark"."""
        if mode != self._mode:
            self._mode = mode
            self._ask_system()
            self._apply()

    def set_percent(self, percent: int) -> None:
        """Sets the text size, 90 to 150 %."""
        percent = max(90, min(150, percent))
        if percent != self._percent:
            self._percent = percent
            self._apply()

    def run(self, index: int) -> QColor:
        """The colour of the run or class with this index, counted from 0."""
        return QColor(self._colours.runs[index % len(self._colours.runs)])

    def run_dash(self, index: int) -> tuple[float, ...]:
        """The dash pattern that goes with ``run(index)``, in pixels; empty for a solid line."""
        dash = index + index // len(self._colours.runs)
        return RUN_DASHES[dash % len(RUN_DASHES)]

    def font(self, role: str = "body") -> QFont:
        """The font of a type role: "page", "section", "title", "body", "small", "code" …"""
        return font_for(role, self.scale)

    def line_height(self, role: str = "body") -> int:
        """The line height of a type role at the current text size, in logical pixels."""
        return self.scaled(TYPE[role].line)

    def scaled(self, pixels: int) -> int:
        """A height that must follow the text size, in logical pixels."""
        return round(pixels * self.scale)

    def icon(self, name: str, colour: str = "muted", on: str = "text") -> QIcon:
        """An icon for a button: `colour` at rest and `on` while checked, both roles."""
        c = self._colours
        return QIcon(LineIcon(self._icons, name, getattr(c, colour), getattr(c, on), c.control))

    def family_pixmap(self, family: Family, size: int = ICON, ratio: float = 1.0) -> QPixmap:
        """A layer family's icon in its colour."""
        return self.pixmap(FAMILY_ICONS[family], self._colours.families[family], size, ratio)

    def motion(self, milliseconds: int = MOTION_MS) -> int:
        """How long something may move: 0 if motion is reduced."""
        return 0 if self.reduce_motion else milliseconds

    def _ask_system(self) -> None:
        """Asks for window frames and native dialogs in the same scheme (from Qt 6.8 on)."""
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(schemes.get(self._mode, Qt.ColorScheme.Unknown))

    def _system_changed(self) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        dark = self._mode == "dark" or (
            self._mode == "system" and self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        self._colours = DARK if dark else LIGHT
        self._app.setFont(self.font("body"))
        self._app.setPalette(palette(self._colours))
        self._app.setStyleSheet(style_sheet(self._colours, self.scale))
        QToolTip.setFont(self.font("small"))
        self.changed.emit()


def palette(colours: Colours) -> QPalette:
    """Returns the palette of a theme."""
    role = QPalette.ColorRole
    colour_of = {
        role.Window: colours.canvas,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.Highlight: colours.selection,
        role.HighlightedText: colours.text,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Light: colours.raised,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.control,
        role.Shadow: colours.sunken,
    }
    result = QPalette()
    for key, value in colour_of.items():
        result.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(colours.muted))
    return result
