"""The language on the screen, and what keeps every widget in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from cnnstudio.core.text import Text, Translator

Owner = TypeVar("Owner", bound=QObject)


class Language(QObject):
    """Shows texts in the person's language, which may change at any time.

    Args:
        code: "en" or "ko".
        locale_dir: The folder of the catalogues; the shipped one unless given.
        parent: Its owner.
    """

    changed = Signal()

    def __init__(
        self, code: str = "en", locale_dir: Path | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._locale_dir = locale_dir
        self._translator = Translator(code, locale_dir)

    @property
    def code(self) -> str:
        """The language in use, "en" or "ko"."""
        return self._translator.language

    def set_code(self, code: str) -> None:
        """Switches the language; every text on the screen follows."""
        if code != self.code:
            self._translator = Translator(code, self._locale_dir)
            self.changed.emit()

    def show(self, text: Text | str) -> str:
        """Returns `text` in the language in use."""
        return self._translator.show(text)


class Phrase(QObject, Generic[Owner]):
    """Keeps one property of a widget in the person's language for as long as the widget lives.

    ``Phrase(language, button, QPushButton.setText, T("Train"))`` is all a widget needs; keep the
    object only to change the text later.

    Args:
        language: The language in use.
        owner: The widget; it owns the phrase.
        setter: What takes the words, unbound: ``QLabel.setText``.
        text: What to show.
    """

    def __init__(
        self,
        language: Language,
        owner: Owner,
        setter: Callable[[Owner, str], Any],
        text: Text | str = "",
    ) -> None:
        super().__init__(owner)
        self._language = language
        self._setter = setter
        self._text = text
        language.changed.connect(self._say)
        self._say()

    @property
    def text(self) -> Text | str:
        """What is shown, not yet in a language."""
        return self._text

    def set(self, text: Text | str) -> None:
        """Shows another text."""
        if text != self._text:
            self._text = text
            self._say()

    def _say(self) -> None:
        self._setter(self.parent(), self._language.show(self._text))  # type: ignore[arg-type]
