"""What the person prefers, kept between sessions and applied at once."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from cnnstudio.core.text import LANGUAGES, preferred_language
from cnnstudio.ui.theme.theme import MODES
from cnnstudio.ui.theme.tokens import TEXT_SIZES
from cnnstudio.ui.widgets.context import Context

BACKENDS = ("tensorflow", "torch", "jax")
MOST_RECENT = 10
_KEYS = "keys"
_DEVICE = re.compile(r"auto|cpu|gpu(:\d+)?")


class Preferences(QObject):
    """The preferences of one person.

    Args:
        store: Where they are kept.
        parent: Its owner.
    """

    changed = Signal(str)
    """A preference changed; its name."""
    recent_changed = Signal()

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store

    @property
    def language(self) -> str:
        """ "en" or "ko"; the system's until one is chosen."""
        return self._one_of("language", tuple(LANGUAGES), preferred_language())

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        return self._one_of("theme", MODES, "system")

    @property
    def text_size(self) -> int:
        """In percent, one of ``tokens.TEXT_SIZES``."""
        sizes = tuple(str(size) for size in TEXT_SIZES)
        return int(self._one_of("text_size", sizes, "100"))

    @property
    def reduce_motion(self) -> bool:
        """Whether nothing moves by itself."""
        return self._one_of("reduce_motion", ("false", "true"), "false") == "true"

    @property
    def backend(self) -> str:
        """The Keras backend engines are started with."""
        return self._one_of("backend", BACKENDS, BACKENDS[0])

    @property
    def device(self) -> str:
        """What runs compute on: "auto", "cpu", "gpu" or "gpu:N"."""
        value = str(self.store.value("device", "auto"))
        return value if _DEVICE.fullmatch(value) else "auto"

    @property
    def keys(self) -> dict[str, str]:
        """Shortcuts of the person's own: an action's id to a portable key sequence."""
        self.store.beginGroup(_KEYS)
        found = {id: str(self.store.value(id)) for id in self.store.childKeys()}
        self.store.endGroup()
        return found

    def set_keys(self, id: str, keys: str | None) -> None:
        """Keeps a shortcut for an action; None brings the studio's own back."""
        if keys is None:
            self.store.remove(f"{_KEYS}/{id}")
        else:
            self.store.setValue(f"{_KEYS}/{id}", keys)
        self.changed.emit(_KEYS)

    def forget_keys(self) -> None:
        """Brings every shortcut of the studio back."""
        self.store.remove(_KEYS)
        self.changed.emit(_KEYS)

    def set(self, name: str, value: object) -> None:
        """Keeps a preference and says so."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if self.store.value(name) != text:
            self.store.setValue(name, text)
            self.changed.emit(name)

    @property
    def recent(self) -> list[Path]:
        """Project files opened or saved lately, the latest first; only those still there."""
        kept = self.store.value("recent", [])
        names = kept if isinstance(kept, list) else [kept] if kept else []
        return [path for name in names if (path := Path(str(name))).is_file()]

    def add_recent(self, path: Path) -> None:
        """Puts a project file at the top of the recent ones."""
        others = [known for known in self.recent if known != path]
        self.store.setValue("recent", [str(p) for p in [path, *others][:MOST_RECENT]])
        self.recent_changed.emit()

    def _one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = str(self.store.value(name, default))
        return value if value in allowed else default


def follow(preferences: Preferences, context: Context) -> None:
    """Dresses theme and language as preferred, now and whenever a preference changes."""

    def apply() -> None:
        context.language.set_code(preferences.language)
        context.theme.set_mode(preferences.theme)
        context.theme.set_percent(preferences.text_size)
        context.theme.reduce_motion = preferences.reduce_motion

    preferences.changed.connect(lambda _: apply())
    apply()
