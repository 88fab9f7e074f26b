"""What every widget is given: how things look, in which language, and with which keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.widgets.keys import Keys
from cnnstudio.ui.widgets.language import Language


@dataclass(frozen=True, slots=True)
class Context:
    """The theme, the language and the shortcuts of one window.

    Attributes:
        theme: Colours, fonts, icons.
        language: Texts into words.
        keys: The shortcuts in use.
    """

    theme: Theme
    language: Language
    keys: Keys = field(default_factory=Keys)
