"""Preferences: one page, searchable, applied at once."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.data.cache import cache_folder
from cnnstudio.core.text import LANGUAGES, T, Text
from cnnstudio.protocol.messages import Ready
from cnnstudio.ui.design.custom_preferences import TrustedCode
from cnnstudio.ui.design.custom_trust import Trust
from cnnstudio.ui.theme.tokens import PAGE_PADDING, TEXT_SIZES
from cnnstudio.ui.widgets.buttons import Button, IconButton
from cnnstudio.ui.widgets.choices import Combo, Segmented, Switch
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import SearchField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.panel import CANVAS, ground, vertical_scroll
from cnnstudio.ui.window.actions import Actions
from cnnstudio.ui.window.caches import empty_folder, folder_size, size_text
from cnnstudio.ui.window.computer import Computer
from cnnstudio.ui.window.keyboard_table import KeyboardGroup
from cnnstudio.ui.window.matching import Matcher
from cnnstudio.ui.window.setting_rows import Group, Setting
from cnnstudio.ui.window.settings import Preferences

_WIDTH = 680


_DEVICES: tuple[tuple[str, Text], ...] = (
    ("auto", T("Automatic")),
    ("cpu", T("CPU")),
)


class PreferencesPage(QWidget):
    """Everything a person can prefer.

    Args:
        context: Theme and language.
        preferences: What is shown and changed.
        actions: The table, for its keys.
        computer: What this computer has.
        close: The button that goes back to where the person came from.
        trust: The code that is trusted.
    """

    def __init__(
        self,
        context: Context,
        preferences: Preferences,
        actions: Actions,
        computer: Computer,
        close: IconButton,
        trust: Trust | None = None,
    ) -> None:
        super().__init__()
        self._context = context
        self._preferences = preferences
        self._matcher = Matcher()
        ground(self, CANVAS)
        self.search = SearchField(context, T("Search preferences"))
        self.groups: list[Group | TrustedCode | KeyboardGroup] = [
            self._appearance(),
            self._training(computer),
            self._storage(),
            *([TrustedCode(context, trust)] if trust is not None else []),
            KeyboardGroup(context, actions, preferences),
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
        self.show_ready(None)
        self._show_values()

    def _appearance(self) -> Group:
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
        return Group(
            context,
            T("Appearance"),
            [
                Setting(context, T("Language"), "", self.language),
                Setting(context, T("Theme"), "", self.theme),
                Setting(context, T("Text size"), "", self.text_size),
                Setting(context, T("Reduce motion"), T("Nothing moves by itself."), self.motion),
            ],
        )

    def _training(self, computer: Computer) -> Group:
        context = self._context
        self.backend = Combo(context, list(computer.backends.items()), T("Backend"))
        self.backend.setMinimumWidth(200)
        self.backend.chosen.connect(lambda value: self._preferences.set("backend", value))
        self.device = Combo(context, _DEVICES, T("Device"))
        self.device.setMinimumWidth(200)
        self.device.chosen.connect(lambda value: self._preferences.set("device", value))
        return Group(
            context,
            T("Training"),
            [
                Setting(
                    context,
                    T("Backend"),
                    T("What Keras computes with. Used from the next training on."),
                    self.backend,
                ),
                Setting(
                    context,
                    T("Device"),
                    T("What trains. Automatic takes the GPU where there is one."),
                    self.device,
                ),
            ],
        )

    def _storage(self) -> Group:
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
        return Group(context, T("Storage"), [Setting(context, T("Picture cache"), note, both)])

    def show_ready(self, ready: Ready | None) -> None:
        """Offers the devices that an engine has found; the CPU alone before one has looked."""
        devices = ready.devices if ready is not None else ()
        found = [(d.id, f"{d.name or d.id} ({d.id})") for d in devices if d.id != "cpu"]
        kept = self._preferences.device
        if kept not in ("auto", "cpu", *(id for id, _ in found)):
            found.append((kept, kept))
        self.device.set_options([*_DEVICES, *found])
        self.device.set_value(kept)

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
        self.device.set_value(preferences.device)

    def _filter(self, typed: str) -> None:
        for group in self.groups:
            group.filter(self._matcher, typed)
