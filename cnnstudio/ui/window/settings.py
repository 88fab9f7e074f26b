"""What the person prefers, kept between sessions and applied at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from cnnstudio.core.text import LANGUAGES, preferred_language
from cnnstudio.ui.theme.theme import MODES
from cnnstudio.ui.theme.tokens import TEXT_SIZES
from cnnstudio.ui.widgets.context import Context

BACKENDS = ("tensorflow", "torch", "jax")
MOST_RECENT = 10


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
