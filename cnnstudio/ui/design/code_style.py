"""How the code panel writes code: a menu in its header, remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from cnnstudio.core.code.writer import CodeStyle
from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Phrase

_KEY = "code"
_FORMS: tuple[tuple[str, Text], ...] = (
    ("functional", T("Functional")),
    ("auto", T("Sequential where it is a plain chain")),
)
_SWITCHES: tuple[tuple[str, Text, bool], ...] = (
    ("shapes", T("Output shapes as comments"), False),
    ("blocks", T("Blocks as functions and loops"), True),
)


class StyleMenu(QObject):
    """A button and its menu.

    Args:
        context: Theme and language.
        settings: Where the style is remembered.
        parent: Its owner.
    """

    changed = Signal()

    def __init__(self, context: Context, settings: QSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self.button = IconButton(context, "sliders-horizontal", T("Style of the code"))
        self.menu = QMenu(self.button)
        self._forms = QActionGroup(self)
        self._actions: dict[str, QAction] = {}
        for name, text in _FORMS:
            self._forms.addAction(self._add(context, name, text))
        self.menu.addSeparator()
        for name, text, _ in _SWITCHES:
            self._add(context, name, text)
        self._recall()
        self.menu.triggered.connect(self._keep)
        self.button.clicked.connect(self._open)

    @property
    def style(self) -> CodeStyle:
        """The style that is chosen."""
        return CodeStyle(
            form="auto" if self._actions["auto"].isChecked() else "functional",
            shapes=self._actions["shapes"].isChecked(),
            blocks=self._actions["blocks"].isChecked(),
        )

    def _add(self, context: Context, name: str, text: Text) -> QAction:
        action = self._actions[name] = QAction(self.menu)
        action.setCheckable(True)
        action.setObjectName(name)
        Phrase(context.language, action, QAction.setText, text)
        self.menu.addAction(action)
        return action

    def _recall(self) -> None:
        form = str(self._settings.value(f"{_KEY}/form", _FORMS[0][0]))
        self._actions[form if form in dict(_FORMS) else _FORMS[0][0]].setChecked(True)
        for name, _, usual in _SWITCHES:
            kept = str(self._settings.value(f"{_KEY}/{name}", usual))
            self._actions[name].setChecked(kept.lower() == "true")

    def _keep(self, _chosen: QAction) -> None:
        style = self.style
        self._settings.setValue(f"{_KEY}/form", style.form)
        self._settings.setValue(f"{_KEY}/shapes", style.shapes)
        self._settings.setValue(f"{_KEY}/blocks", style.blocks)
        self.changed.emit()

    def _open(self) -> None:
        self.menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height() + 2)))
