"""The one style sheet: what Fusion and the palette don't already give."""

from __future__ import annotations

from string import Template

from cnnstudio.ui.theme.tokens import CONTROL, RADIUS, ROW, TARGET, Colours

_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 5px 7px; }
QMenuBar { background: $surface; color: $text; border: none; padding: 0 6px;
  spacing: 0; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QMenu::icon { padding-left: 8px; }

QPushButton { border: 1px solid $control; border-radius: ${radius}px; background: $surface;
  color: $text; padding: 0 11px; min-height: ${inner}px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $selection; }
QPushButton:disabled { border-color: transparent; color: $muted; background: transparent; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[kind="primary"]:hover { border-color: $text; }
QPushButton[kind="primary"]:disabled { background: $sunken; border-color: transparent;
  color: $muted; }
QPushButton[kind="quiet"] { border-color: transparent; background: transparent; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="icon"] { border-color: transparent; background: transparent; padding: 0;
  min-width: ${inner}px; max-width: ${inner}px; max-height: ${inner}px; }
QPushButton[kind="icon"]:hover { background: $hover; }
QPushButton[kind="icon"]:checked { background: $selection; }
QPushButton[kind="status"] { border: none; border-radius: 4px; background: transparent;
  color: $muted; padding: 0 6px; min-height: ${target}px; }
QPushButton[kind="status"]:hover { background: $hover; color: $text; }
QPushButton[kind="status"]:checked { background: $selection; color: $text; }
QPushButton[kind="row"] { border: none; border-radius: 0; background: transparent;
  text-align: left; padding: 0 12px; min-height: ${row}px; }
QPushButton[kind="row"]:hover { background: $hover; }
QPushButton[kind="row"]:checked { background: $selection; }
QPushButton[kind="disclosure"] { border: none; background: transparent; padding: 0; }
QPushButton[kind="segment"] { border: none; border-left: 1px solid $line; border-radius: 0;
  padding: 0 11px; min-height: ${inner}px; background: transparent; color: $muted; }
QPushButton[kind="segment"]:hover { background: $hover; }
QPushButton[kind="segment"]:checked { background: $selection; color: $text; }
QPushButton[kind="segment"][place="first"] { border-left: none;
  border-top-left-radius: ${radius}px; border-bottom-left-radius: ${radius}px; }
QPushButton[kind="segment"][place="last"] { border-top-right-radius: ${radius}px;
  border-bottom-right-radius: ${radius}px; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox { border: 1px solid $control;
  border-radius: ${radius}px; background: $surface; color: $text;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QPlainTextEdit, QTextEdit { placeholder-text-color: $muted; }
QLineEdit, QComboBox { padding: 0 7px; min-height: ${inner}px; }
QLineEdit:hover, QComboBox:hover { background: $hover; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: $accent; }
QLineEdit[state="error"] { border-color: $danger; }
QLineEdit:disabled, QComboBox:disabled { border-color: transparent; color: $muted; }
QLineEdit[kind="plain"] { border: none; background: transparent; padding: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px;
  outline: none; selection-background-color: $selection; selection-color: $text; }

QAbstractItemView { border: none; outline: none; background: $surface;
  alternate-background-color: $surface; selection-background-color: $selection;
  selection-color: $text; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $selection; color: $text; }
QAbstractItemView[kind="popup"] { border: 1px solid $line; background: $raised; padding: 4px; }
QHeaderView { background: $surface; }
QHeaderView::section { background: $surface; color: $muted; border: none;
  border-bottom: 1px solid $line; padding: 0 8px; min-height: ${row}px; }

QScrollArea { border: none; background: transparent; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: $line; }
QSplitter::handle:hover, QSplitter::handle:pressed { background: $accent; }
QSlider:horizontal { min-height: ${target}px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $control; }
QSlider::sub-page:horizontal { border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
  border: 2px solid $accent; background: $raised; }
QSlider::sub-page:horizontal:disabled { background: $control; }
QSlider::handle:horizontal:disabled { border-color: $control; }
QProgressBar { border: none; border-radius: 3px; background: $sunken; }
QProgressBar::chunk { border-radius: 3px; background: $accent; }
""")


def style_sheet(colours: Colours, scale: float) -> str:
    """Returns the application's style sheet.

    Args:
        colours: The theme's colours.
        scale: The text size, 0.9 to 1.5; heights follow it.
    """
    plain = {
        name: value
        for name in Colours.__dataclass_fields__
        if isinstance(value := getattr(colours, name), str)
    }
    return _SHEET.substitute(
        plain,
        radius=RADIUS,
        inner=round(CONTROL * scale) - 2,
        row=round(ROW * scale),
        target=round(TARGET * scale),
    )
