"""Colours of Python code: what is told apart at a glance."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from cnnstudio.core.layers.spec import Family
from cnnstudio.ui.theme.theme import Theme

_TOKENS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<fence>(?<!\w)[rbfuRBFU]{0,2}(?:\"\"\"|'''))"
    r"|(?P<string>(?<!\w)[rbfuRBFU]{0,2}(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?))"
    r"|(?P<number>(?<!\w)\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?(?!\w))"
    r"|(?P<decorator>^\s*@[\w.]+)"
    r"|(?P<call>\b[A-Z]\w*(?=\())"
    r"|(?P<word>\b[^\W\d]\w*)"
)
_FIELD = re.compile(r"(?<!\{)\{(?!\{)[^{}]*\}?")
_FENCES = ("", '"""', "'''")


class PythonColours(QSyntaxHighlighter):
    """Colours layers, numbers, strings, keywords, decorators and comments."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._formats: dict[str, QTextCharFormat] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def highlightBlock(self, text: str) -> None:
        inside = max(self.previousBlockState(), 0)
        self.setCurrentBlockState(0)
        at = self._long_string(text, 0, 0, inside) if inside else 0
        while (found := _TOKENS.search(text, at)) is not None:
            group, start, at = found.lastgroup or "", found.start(), found.end()
            if group == "fence":
                at = self._long_string(text, start, at, _FENCES.index(text[at - 3 : at]))
                continue
            if group == "word" and keyword.iskeyword(found[0]):
                group = "keyword"
            if group in self._formats:
                self._colour(start, at, group)
            if group == "string" and "f" in re.split("['\"]", found[0], maxsplit=1)[0].lower():
                self._fields(start, found[0])

    def _long_string(self, text: str, start: int, inside: int, fence: int) -> int:
        """Colours a string between three quotes as far as this line has it; returns its end."""
        end = text.find(_FENCES[fence], inside)
        if end < 0:
            self.setCurrentBlockState(fence)
            end = len(text)
        else:
            end += 3
        self._colour(start, end, "string")
        return end

    def _fields(self, start: int, string: str) -> None:
        """Leaves what an f-string fills in as plain code."""
        for field in _FIELD.finditer(string):
            self.setFormat(start + field.start(), len(field[0]), QTextCharFormat())

    def _colour(self, start: int, end: int, group: str) -> None:
        self.setFormat(start, end - start, self._formats[group])

    def _dress(self) -> None:
        theme = self._theme
        self._formats = {
            "call": _coloured(theme.family(Family.CONVOLUTION)),
            "number": _coloured(theme.family(Family.POOLING)),
            "string": _coloured(theme.family(Family.CORE)),
            "keyword": _coloured(theme.family(Family.NORMALISATION)),
            "decorator": _coloured(theme.family(Family.ACTIVATION)),
            "comment": _coloured(theme.colour("muted")),
        }
        self.rehighlight()


def _coloured(colour: QColor) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(colour)
    return style
