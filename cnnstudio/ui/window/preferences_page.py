"""Preferences: one page, searchable, applied at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.cache import cache_folder
from cnnstudio.core.text import LANGUAGES, T, Text
from cnnstudio.ui.theme.tokens import FORM_ROW, PAGE_PADDING, TEXT_SIZES
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.card import Card
from cnnstudio.ui.widgets.choices import Combo, Segmented, Switch
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import CANVAS, Line, ground, vertical_scroll
from cnnstudio.ui.window.actions import Actions, keys_text
from cnnstudio.ui.window.caches import empty_folder, folder_size, size_text
from cnnstudio.ui.window.computer import Computer
from cnnstudio.ui.window.matching import NO_MATCH, Matcher
from cnnstudio.ui.window.settings import Preferences

_WIDTH = 680


class _Setting(QWidget):
    """A row: what it is, what it means, and the control on the right."""

    def __init__(
        self,
        context: Context,
        title: Text,
        note: Text | str,
        control: QWidget,
        height: int = FORM_ROW + 10,
    ) -> None:
        super().__init__()
        self.names = (title, note)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(context, title, "body"))
        if note:
            words.addWidget(Label(context, note, "small", "muted", wrap=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(PAGE_PADDING)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(context.theme.scaled(height))


class _Group(QWidget):
    """Settings that belong together, on one card."""

    def __init__(self, context: Context, title: Text, settings: Sequence[_Setting]) -> None:
        super().__init__()
        self.title = title
        self.settings = tuple(settings)
        self._lines: list[Line] = []
        card = Card(context, 1)
        for setting in settings:
            line = Line()
            card.body.addWidget(line)
            card.body.addWidget(setting)
            self._lines.append(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(8)
        column.addWidget(Label(context, title, "section"))
        column.addWidget(card)
        self.filter(Matcher(), "")

    def filter(self, matcher: Matcher, typed: str) -> None:
        """Shows the settings that fit what was typed."""
        whole = matcher.rank(typed, [self.title]) < NO_MATCH
        first = True
        for line, setting in zip(self._lines, self.settings, strict=True):
            fits = whole or matcher.rank(typed, setting.names) < NO_MATCH
            setting.setVisible(fits)
            line.setVisible(fits and not first)
            first = first and not fits
        self.setVisible(not first)


class PreferencesPage(QWidget):
    """Everything a person can prefer.

    Args:
        context: Theme and language.
        preferences: What is shown and changed.
        actions: The table, for its keys.
        computer: What this computer has.
        close: The button that goes back to where the person came from.
    """

    def __init__(
        self,
        context: Context,
        preferences: Preferences,
        actions: Actions,
        computer: Computer,
        close: IconButton,
    ) -> None:
        super().__init__()
        self._context = context
        self._preferences = preferences
        self._matcher = Matcher()
        ground(self, CANVAS)
        self.search = SearchField(context, T("Search preferences"))
        self.groups = [
            self._appearance(),
            self._training(computer),
            self._storage(),
            self._keyboard(actions),
        ]
        page = QWidget()
        page.setMaximumWidth(context.theme.scaled(_WIDTH))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, PAGE_PADDING, 0, PAGE_PADDING)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 16)
        head.addWidget(Label(context, T("Preferences"), "page"), 1)
        self.search.setFixedWidth(240)
        head.addWidget(self.search)
        head.addWidget(close)
        column.addLayout(head)
        for group in self.groups:
            column.addWidget(group)
        column.addStretch(1)
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(PAGE_PADDING, 0, PAGE_PADDING, 0)
        row.addStretch(1)
        row.addWidget(page, 100)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(vertical_scroll(centred))
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self._filter)
        preferences.changed.connect(self._show_values)
        self._show_values()

    def _appearance(self) -> _Group:
        context = self._context
        self.language = Segmented(context, list(LANGUAGES.items()), T("Language"))
        modes = [("system", T("System")), ("light", T("Light")), ("dark", T("Dark"))]
        self.theme = Segmented(context, modes, T("Theme"))
        sizes = [(size, f"{size}\u2009%") for size in TEXT_SIZES]
        self.text_size = Segmented(context, sizes, T("Text size"))
        self.motion = Switch(context, T("Reduce motion"))
        keep = self._preferences.set
        self.language.changed.connect(lambda value: keep("language", value))
        self.theme.changed.connect(lambda value: keep("theme", value))
        self.text_size.changed.connect(lambda value: keep("text_size", value))
        self.motion.clicked.connect(lambda on: keep("reduce_motion", on))
        return _Group(
            context,
            T("Appearance"),
            [
                _Setting(context, T("Language"), "", self.language),
                _Setting(context, T("Theme"), "", self.theme),
                _Setting(context, T("Text size"), "", self.text_size),
                _Setting(context, T("Reduce motion"), T("Nothing moves by itself."), self.motion),
            ],
        )

    def _training(self, computer: Computer) -> _Group:
        context = self._context
        self.backend = Combo(context, list(computer.backends.items()), T("Backend"))
        self.backend.setMinimumWidth(200)
        self.backend.chosen.connect(lambda value: self._preferences.set("backend", value))
        note = T("What Keras computes with. Used from the next start of an engine on.")
        return _Group(context, T("Training"), [_Setting(context, T("Backend"), note, self.backend)])

    def _storage(self) -> _Group:
        context = self._context
        self._cache_size = Label(context, "", "code-small", "muted")
        self.empty = Button(context, T("Empty"))
        self.empty.clicked.connect(self._empty_cache)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._cache_size)
        row.addWidget(self.empty)
        note = T("Decoded pictures. They are made again when they are needed.")
        return _Group(context, T("Storage"), [_Setting(context, T("Picture cache"), note, both)])

    def _keyboard(self, actions: Actions) -> _Group:
        context = self._context
        rows = [
            _Setting(
                context,
                action.text,
                "",
                Label(context, keys_text(action.keys), "code-small"),
                FORM_ROW,
            )
            for action in actions.table()
            if keys_text(action.keys)
        ]
        return _Group(context, T("Keyboard"), rows)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_cache()

    def _empty_cache(self) -> None:
        empty_folder(cache_folder())
        self._show_cache()

    def _show_cache(self) -> None:
        size = folder_size(cache_folder())
        self._cache_size.say(size_text(size))
        self.empty.set_possible(size > 0, T("There is nothing in it."))

    def _show_values(self) -> None:
        preferences = self._preferences
        self.language.set_value(preferences.language)
        self.theme.set_value(preferences.theme)
        self.text_size.set_value(preferences.text_size)
        self.motion.setChecked(preferences.reduce_motion)
        self.backend.set_value(preferences.backend)

    def _filter(self, typed: str) -> None:
        for group in self.groups:
            group.filter(self._matcher, typed)
