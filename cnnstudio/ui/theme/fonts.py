"""The shipped fonts, with tabular figures and without ligatures."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from cnnstudio.core.resources import resource
from cnnstudio.ui.theme.tokens import MONO, SANS, TYPE


def load_fonts() -> None:
    """Makes the shipped fonts known to Qt; needs a QGuiApplication."""
    known = set(QFontDatabase.families())
    for family, files in {
        SANS: ("PretendardVariable.ttf",),
        MONO: ("JetBrainsMono-Regular.ttf", "JetBrainsMono-SemiBold.ttf"),
    }.items():
        if family in known:
            continue
        for file in files:
            QFontDatabase.addApplicationFont(str(resource("fonts", file)))


def font_for(role: str, scale: float = 1.0) -> QFont:
    """Returns the font of a type role.

    Args:
        role: A key of ``tokens.TYPE``.
        scale: The text size, 0.9 to 1.5.
    """
    kind = TYPE[role]
    font = QFont()
    font.setFamilies([MONO, SANS] if kind.mono else [SANS])
    font.setPixelSize(round(kind.size * scale))
    font.setWeight(QFont.Weight(kind.weight))
    if not kind.mono:  # one variable file: FreeType doesn't derive the axis from the weight
        font.setVariableAxis(QFont.Tag("wght"), kind.weight)
    features = {"calt": 0, "liga": 0} if kind.mono else {"tnum": 1}
    for tag, value in features.items():
        font.setFeature(QFont.Tag(tag), value)
    return font
