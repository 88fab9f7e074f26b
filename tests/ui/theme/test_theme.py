"""Theme: fonts, icons and palette from the tokens, and switching them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QPalette,
)
from pytestqt.qtbot import QtBot

import cnnstudio.ui
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.resources import resource
from cnnstudio.ui.theme.ink import mix
from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.theme.tokens import DARK, FAMILY_ICONS, LIGHT, TYPE
from cnnstudio.ui.widgets.context import Context


@pytest.mark.parametrize("role", sorted(TYPE))
def test_each_role_is_drawn_in_a_shipped_font(context: Context, role: str) -> None:
    font = context.theme.font(role)
    shown = QFontInfo(font)
    family = "JetBrains Mono" if TYPE[role].mono else "Pretendard Variable"
    assert shown.family() == family
    assert shown.pixelSize() == TYPE[role].size


def test_weights_differ_and_figures_are_tabular(context: Context) -> None:
    body, title = context.theme.font("body"), context.theme.font("title")
    assert QFontMetricsF(title).horizontalAdvance("convolution") > QFontMetricsF(
        body
    ).horizontalAdvance("convolution")
    metrics = QFontMetricsF(body)
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")
    mono = context.theme.font("code")
    assert mono.featureValue(QFont.Tag("liga")) == 0


def test_switching_tells_everyone_and_changes_the_palette(qtbot: QtBot, context: Context) -> None:
    theme = context.theme
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.colours is DARK
    window = QPalette.ColorRole.Window
    assert theme.colour("canvas") == QColor(DARK.canvas)
    from PySide6.QtWidgets import QApplication

    assert QApplication.palette().color(window) == QColor(DARK.canvas)
    theme.set_mode("light")
    assert theme.colours is LIGHT
    assert QApplication.palette().color(window) == QColor(LIGHT.canvas)


def test_the_system_decides_until_the_person_does(qtbot: QtBot, context: Context) -> None:
    theme, hints = context.theme, QGuiApplication.styleHints()
    theme.set_mode("system")
    with qtbot.waitSignal(theme.changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.dark is (hints.colorScheme() == Qt.ColorScheme.Dark)
    theme.set_mode("light")
    with qtbot.assertNotEmitted(theme.changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme.dark


def test_text_size_keeps_to_its_bounds(context: Context) -> None:
    context.theme.set_percent(400)
    assert context.theme.percent == 150
    assert context.theme.scaled(28) == 42
    context.theme.set_percent(10)
    assert context.theme.percent == 90


def test_icons_take_their_colour_and_are_kept(context: Context) -> None:
    theme = context.theme
    drawn = theme.pixmap("plus", "danger", 16, 2.0)
    assert drawn.width() == 32
    assert drawn.deviceIndependentSize().width() == 16
    image = drawn.toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(32) for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    }  # fmt: skip
    assert colours == {LIGHT.danger.lower()}
    assert theme.pixmap("plus", "danger", 16, 2.0).cacheKey() == drawn.cacheKey()
    sharp = theme.icon("plus").pixmap(QSize(16, 16), 2.0)
    assert sharp.width() == 32
    assert sharp.deviceIndependentSize().width() == 16


def test_every_family_has_an_icon_and_a_tile(context: Context) -> None:
    for family in Family:
        assert not context.theme.family_pixmap(family).isNull()
        assert context.theme.tile(family) != context.theme.colour("raised")
    assert set(FAMILY_ICONS) == set(Family)


def test_run_colours_repeat_with_another_dash(context: Context) -> None:
    theme: Theme = context.theme
    pairs = {(theme.run(i).name(), theme.run_dash(i)) for i in range(40)}
    assert len(pairs) == 40
    assert theme.run_dash(0) == ()


def test_mix() -> None:
    assert mix(QColor("#000000"), QColor("#ffffff"), 0.5) == QColor("#808080")


def test_every_icon_named_in_code_is_shipped_with_its_licence() -> None:
    shipped = {path.stem for path in resource("icons").glob("*.svg")}
    named = set()
    for file in Path(cnnstudio.ui.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        named |= set(re.findall(r'(?:pixmap|icon|set_icon)\(\s*"([a-z0-9-]+)"', text))
        named |= set(re.findall(r'\bicon\s*=\s*"([a-z0-9-]+)"', text))
    assert named <= shipped
    assert resource("icons", "LICENSE-Lucide.txt").is_file()
    for font in ("Pretendard", "JetBrainsMono"):
        assert "SIL Open Font License" in resource("fonts", f"LICENSE-{font}.txt").read_text(
            encoding="utf-8"
        )


def test_an_icon_paints_itself_in_the_middle(context: Context) -> None:
    image = QImage(40, 20, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    context.theme.icon("square").paint(painter, QRect(0, 0, 40, 20))
    painter.end()
    columns = [x for x in range(40) if any(image.pixelColor(x, y).alpha() for y in range(20))]
    assert min(columns) >= 10
    assert max(columns) <= 30
