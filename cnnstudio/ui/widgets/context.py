"""What every widget is given: how things look and in which language they speak."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.widgets.language import Language


@dataclass(frozen=True, slots=True)
class Context:
    """The theme and the language of one window.

    Attributes:
        theme: Colours, fonts, icons.
        language: Texts into words.
    """

    theme: Theme
    language: Language
